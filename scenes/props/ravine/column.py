"""The cards beside the map: a card a run, with as many digits of the error as have room on all of them.

There are three places: for the large learning rate, for the small one and, when that is done, the best of all, and for
momentum.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizers import Rule, Trajectory
from scenes.props.ravine.rates import BEST, LARGE, MOMENTUM, SMALLER
from scenes.stage.ink.layout import Box
from scenes.stage.panels.scoreboard import error_at, errors_of
from scenes.stage.words.cards import FEW, RuleCard, card_height
from scenes.stage.words.figures import running_spec
from scenes.stage.words.numerals import widest_of

NAMES = {LARGE: "gradient_descent", SMALLER: "gradient_descent", BEST: "gradient_descent", MOMENTUM: "momentum"}
PLACES = {LARGE: 0, SMALLER: 1, BEST: 1, MOMENTUM: 2}
BETWEEN = 0.18  # two cards


def cards_in(box: Box, rules: Mapping[str, Rule[Any]], runs: Mapping[str, Trajectory]) -> dict[str, RuleCard]:
    """A card a run, at the top of a box."""
    errors = errors_of(runs.values())
    places = box.top_slice(3 * card_height(box.width) + 2 * BETWEEN)[0].rows(1, 1, 1, gap=BETWEEN)
    for significant, size in FEW:
        spec = running_spec(errors, significant)
        widest = widest_of(errors, spec)
        cards = {name: _card(name, places[PLACES[name]], rules[name], spec, widest, size) for name in runs}
        if all(card.fits for card in cards.values()):
            break
    return {name: card.display(error_at(runs[name], 0)) for name, card in cards.items()}


def _card(name: str, box: Box, rule: Rule[Any], spec: str, widest: float, size: float) -> RuleCard:
    settings = {key: getattr(rule, key) for key in ("learning_rate", "momentum") if hasattr(rule, key)}
    title, label = "the best rate" if name == BEST else rule.title, "error $f$"
    return RuleCard(box, NAMES[name], title, settings, spec, label, widest, size, raised=name == MOMENTUM)
