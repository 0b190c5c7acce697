"""What stands above the curve, or below its cards: who rolls with what settings and how high each is, and the step."""

from __future__ import annotations

import numpy as np

from scenes.props.rolling_ball.race import CurveRace
from scenes.stage.curves.graph import Places, onto_picture
from scenes.stage.ink import layout
from scenes.stage.runs.pair import GD, MOMENTUM, NAMES
from scenes.stage.words.cards import Counter, RuleCard, fitting_card, label_of
from scenes.stage.words.numerals import widest_of

UPPER, LOWER = 0.1, -0.3  # baselines of a card, from its middle, of its height


def rule_cards(race: CurveRace, places: Places) -> dict[str, RuleCard]:
    """Name, settings and the height of each ball."""
    settings = {GD: {"learning_rate": race.learning_rate}}
    settings[MOMENTUM] = settings[GD] | {"momentum": race.momentum}
    return {name: _card(race, name, box, settings[name]) for name, box in zip(NAMES, places.cards, strict=True)}


def _card(race: CurveRace, name: str, box: layout.Box, settings: dict[str, float]) -> RuleCard:
    """The height of a ball is called what the curve's axis is called, if there is room."""
    spec, heights = f".{race.digits}f", race.heights[name]
    widest = widest_of(heights, spec)
    card = fitting_card(box, name, NAMES[name], settings, spec, label="", widest=widest).display(widest)
    label = label_of(f"$f({race.variable})$", card.value)
    if label.get_left()[0] > card.settings.get_right()[0] + 0.15:
        card.add(label)
    return card.display(heights[0])


def seated_counter(places: Places, steps: int) -> Counter:
    """The step: on the baseline of the cards' names, or at the right end of its row."""
    counter = Counter(places.side, "step", widest=steps)
    right = 0.0 if layout.is_wide() else places.side.right - float(counter.number.anchor[0])
    up = baseline(places, UPPER) - float(counter.number.anchor[1])
    move = np.array([right, up, 0.0])
    counter.submobjects[0].shift(move)
    counter.number.seat(counter.number.anchor + move)
    return onto_picture(counter)


def baseline(places: Places, share: float) -> float:
    """A baseline beside the cards, or the one of the row below them."""
    box = places.cards[0] if layout.is_wide() else places.side
    return float(box.center[1] + (share * box.height if layout.is_wide() else -0.25 * box.height))
