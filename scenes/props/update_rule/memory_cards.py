"""Two cards: momentum, which has a memory, and gradient descent; how low each is, and the line that compares them."""

from __future__ import annotations

from collections.abc import Mapping

from optimizers import Trajectory
from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import rule_color
from scenes.stage.panels.scoreboard import error_at, errors_of
from scenes.stage.runs.pair import MOMENTUM, NAMES
from scenes.stage.words.cards import RuleCard
from scenes.stage.words.endings import ending, ending_briefly
from scenes.stage.words.figures import running_spec
from scenes.stage.words.numerals import widest_of
from scenes.stage.words.speaker import tinted

HEIGHT = 2.4  # of both and the gap between them, where they stand one below the other


def memory_cards(
    box: Box, runs: Mapping[str, Trajectory], settings: Mapping[str, Mapping[str, float]]
) -> dict[str, RuleCard]:
    """Of the rules of both runs: one below the other, or in a tall picture side by side."""
    middle = (box.top + box.bottom) / 2
    column = Box(box.left, middle - HEIGHT / 2, box.right, middle + HEIGHT / 2)
    places = column.rows(1, 1) if layout.is_wide() else box.columns(1, 1, gap=0.2)
    values = errors_of(runs.values())
    spec = running_spec(values, 3)
    return {
        name: RuleCard(
            place, name, NAMES[name], settings[name], spec, "$f =$", widest_of(values, spec), named=True
        ).display(error_at(run, 0))
        for place, (name, run) in zip(places, runs.items(), strict=True)
    }


def verdicts(runs: Mapping[str, Trajectory], since: int | None) -> tuple[str, ...]:
    """What the memory was good for: since which step f has been lower with it, as the cards have the last values; if
    it has not, these, in the rules' colours. As Typst markup, the longest first."""
    if since is not None:
        remembers = f"with {tinted(NAMES[MOMENTUM], rule_color(MOMENTUM))}"
        return (
            f"{remembers} $f$ is lower after each step from step {since} on",
            f"{remembers} $f$ is lower from step {since} on",
        )
    told = {name: (f": $f$ {ending(run, 2)}", f" {ending_briefly(run, 2)}") for name, run in runs.items()}
    return tuple(
        ", ".join(tinted(NAMES[name] + forms[brief], rule_color(name)) for name, forms in told.items())
        for brief in (False, True)
    )
