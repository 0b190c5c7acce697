"""Who has which form of momentum: Keras and PyTorch have run with another learning rate at each step, which tells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_problems import bowl

from optimizers import Momentum, Nesterov, Trajectory, descend
from optimizers.rules import Rule
from scenes.props.conventions.spellings import LIBRARIES

REFERENCE = json.loads(Path(__file__).with_name("forms_reference.json").read_text())
RATES = [float.fromhex(rate) for rate in REFERENCE["learning_rates"]]
KEPT = REFERENCE["momentum"]
NAMES = {"Keras": "keras", "PyTorch": "torch"}


def path(library: str, rule: str) -> np.ndarray:
    return np.array([[float.fromhex(number) for number in place] for place in REFERENCE["paths"][library][rule]])


def run(kind: type[Rule[Any]], form: str, scale: float = 1.0) -> Trajectory:
    return descend(bowl(1.0, 25.0), lambda k: kind(scale * RATES[k], KEPT, form=form), REFERENCE["start"], len(RATES))


@pytest.mark.parametrize("form", LIBRARIES)
def test_momentum_with_changing_rates_is_the_library_s_that_the_clip_names(form: str) -> None:
    theirs = {library: path(library, "momentum") for library in NAMES.values()}
    own = theirs.pop(NAMES[LIBRARIES[form]])
    np.testing.assert_allclose(run(Momentum, form).iterates, own, rtol=1e-12, atol=1e-14)
    assert all(np.abs(run(Momentum, form).iterates - other).max() > 0.1 for other in theirs.values())


def test_nesterov_of_pytorch_stands_ahead_with_changing_rates_too() -> None:
    np.testing.assert_allclose(run(Nesterov, "pytorch").iterates, path("torch", "nesterov"), rtol=1e-12, atol=1e-14)


def test_nesterov_as_published_is_keras_s_told_from_where_it_looks_ahead() -> None:
    found = run(Nesterov, "sutskever")
    updates = np.concatenate([np.zeros_like(found.updates[:1]), found.updates])
    ahead = Nesterov(RATES[0], KEPT).look_ahead(found.iterates, updates)
    np.testing.assert_allclose(ahead, path("keras", "nesterov"), rtol=1e-12, atol=1e-14)


def test_an_average_in_pytorch_s_scale_goes_its_way() -> None:
    found = run(Momentum, "average", scale=1 / (1 - KEPT))
    np.testing.assert_allclose(found.iterates, path("torch", "momentum"), rtol=1e-12, atol=1e-14)
