"""The same writing means the same, whichever way it comes in: in a command, through `set`, from a notebook."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from clips.filming.work import ParameterError, read_parameters, scene_class
from clips.lecture.editing import _typed
from scenes import CLIPS
from scenes.typed import as_list

TEXTS = (
    *("1", "0.5", "1e1", "1E1", "10.0", ".5", "5.", "1_0", "0x10", "-1", "+1", "true", "True", "false", "nan", "inf"),
    *("1,2", "-2,1", "0.5,0.9", "[1, 2]", "(1, 2)", "true,1", "x^2", "momentum,adam", "log", "", "1 2", "1e400"),
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("0.9,0.7", ("0.9", "0.7")),
        (" [1, 2] ", ("1", "2")),
        ("(1, 2", ("1", "2")),
        ("momentum", ("momentum",)),
        ("a:B(x=1, y=(2, 3)),c", ("a:B(x=1, y=(2, 3))", "c")),
        ("[c, a:B(x=[1, 2])]", ("c", "a:B(x=[1, 2])")),
        ("", ("",)),
    ],
)
def test_a_list_is_what_stands_between_commas_outside_of_brackets(text: str, parts: tuple[str, ...]) -> None:
    assert as_list(text) == parts


def fields() -> dict[str, tuple[type, str]]:
    """A field of each type that a clip has."""
    found = {}
    for clip in CLIPS:
        model = scene_class(clip).Parameters
        for name, field in model.model_fields.items():
            found.setdefault(f"{field.annotation}{field.metadata}", (model, name))
    return found


def read(model: Any, name: str, value: object) -> object:
    """The value of a field, or that it is refused."""
    try:
        return getattr(model.model_validate({name: value}), name)
    except ValidationError:
        return "refused"


@pytest.mark.parametrize(("model", "name"), fields().values())
def test_a_command_and_the_file_read_alike(model: Any, name: str) -> None:
    """What `--set` gives as a text, `set` has written as TOML; a formula that is a number may be written anew there."""
    is_text = model.model_fields[name].annotation is str or name == "schedules"  # formulas, several of them
    for text in TEXTS:
        as_written = _typed(text, ("clip", 0, "parameters", name)).unwrap()
        if isinstance(as_written, str) or not is_text:
            assert repr(read(model, name, text)) == repr(read(model, name, as_written)), text


@pytest.mark.parametrize(
    ("clip", "name", "value", "meant"),
    [
        ("u_turn", "learning_rate", "True", "refused"),
        ("u_turn", "learning_rate", True, "refused"),
        ("u_turn", "steps", "1e1", 10),
        ("u_turn", "steps", 1e1, 10),
        ("u_turn", "steps", "1e-1", "refused"),
        ("u_turn", "steps", "10.5", "refused"),
        ("u_turn", "start", "-2, .5", (-2.0, 0.5)),
        ("u_turn", "start", [True, 1], "refused"),
        ("optimizer_race", "rules", ["momentum", "adam"], ("momentum", "adam")),
        ("your_objective", "objective", 5, "refused"),
    ],
)
def test_what_is_meant(clip: str, name: str, value: object, meant: object) -> None:
    assert read(scene_class(clip).Parameters, name, value) == meant


@pytest.mark.parametrize(
    ("clip", "settings", "sentence"),
    [
        ("ewma", {"betas": "0.5"}, "ewma: betas needs at least 3 values, and not (0.5,);"),
        ("descent_on_a_curve", {"momenta": "0,0.5,0.9,0.99"}, "momenta takes at most 3 values"),
        (
            "optimizer_race",
            {"mode": "same"},
            "mode must be 'both', 'same learning rate', 'each tuned' or 'width', and not 'same'",
        ),
    ],
)
def test_a_refusal_is_a_sentence(clip: str, settings: dict[str, str], sentence: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(sentence)):
        read_parameters(clip, settings)
