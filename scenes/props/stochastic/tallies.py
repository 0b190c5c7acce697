"""What is counted of runs in many orders of the samples, what it says of them side by side, and the table for it.

Three numbers tell the rules apart, each the median over all orders: the steps that turn back (by more than a right
angle), the first step that comes near the minimum, and how far from the minimum a run is on the average over the second
half of its steps. To come near once is no arrival, and is told as the first time: momentum rolls past, as far as the
line from the start through the minimum tells, and noise throws out a run now and then for ever, so that none is ever
said to be there for good.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from manim import LEFT, RIGHT, ValueTracker, VGroup

from optimizers import Trajectory
from scenes.props.stochastic.made import ORDERS, TITLES
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.runs.pair import GD
from scenes.stage.words.cards import InForce, settings_line
from scenes.stage.words.endings import ending, flies_off, last_value
from scenes.stage.words.figures import figure, sentence_format
from scenes.stage.words.speaker import tinted
from scenes.stage.words.typesetting import BODY, SMALL, Words, bold, first_fitting, on_baseline, quiet, size_of

MANY = 0.4  # of the steps turn back: it jitters
NEAR = 0.5  # of the minimum: there
AS_NOISY, NEARLY = 0.95, 2 / 3  # of the distance of another run: as noisy, nearly as noisy
HEADS = {"back": ("turn", "back"), "there": ("first", "near at")}  # in two lines at most
HALF, APART, LOW = 0.1, 0.2, 0.14  # half the height of a letter; between a name and what is set; below the heads
HEAD, LINE = 0.45, 0.3  # height of the heads, and of one more line of them
FIRST, SECOND = 0.22, 0.54  # from the top of a row to its two baselines
FILLED, COLUMN = 0.97, 0.14  # of a column's width, by what stands in it; between columns
MEDIAN, MEDIANS = f"median of {ORDERS} orders", f"medians of {ORDERS} orders"
CROSS = "$times$"  # the minimum
NEVER, NO_STEP = "never", "–"  # in words, and in a table
NUMBERS, HIGHEST = 0.4, 1.6  # of the width, for the numbers with heads of one line; a row at most
ROOMY, WIDE = 1.0, 5.0  # a row and a table from which on there is room for large type


@dataclass(frozen=True)
class Tally:
    """Medians over orders: `there` is the first step within `NEAR`, none if most runs never are; `back` how many steps
    turn back; `noise` the mean distance from the minimum over the second half of the steps, infinite for runs that
    ended early; `beyond` how far they go past the minimum, along the line from the start; `passes` is the number of
    orders in which that is more than `NEAR`."""

    there: int | None
    back: int
    noise: float
    beyond: float
    passes: int

    @property
    def said(self) -> Mapping[str, str]:
        """The three as they stand in a table."""
        return {
            "there": NEVER if self.there is None else str(self.there),
            "back": str(self.back),
            "noise": sentence_format(self.noise, ".2f") if self.calms else "flies off",
        }

    @property
    def arrives(self) -> str:
        """When it is near at first, for the screen."""
        return "never near" if self.there is None else f"first near at step ${self.there}$"

    @property
    def arrives_at(self) -> str:
        """The same after that of another, briefly."""
        return NEVER if self.there is None else f"at ${self.there}$"

    @property
    def calms(self) -> bool:
        """Whether it stays somewhere."""
        return bool(np.isfinite(self.noise) and self.noise < 1e3)


def tally_of(runs: Trajectory, minimum: Array) -> Tally:
    """What is counted of a batch of runs to a minimum (2,), an odd number of them."""
    with np.errstate(all="ignore"):
        away = np.linalg.norm(runs.iterates - minimum, axis=-1)
        late = np.mean(away[runs.steps // 2 + 1 :], axis=0)
        beyond = np.max(_past(runs.iterates, minimum), axis=0)
    near = away < NEAR
    first = int(np.median(np.where(near.any(axis=0), np.argmax(near, axis=0), len(away))))
    stays = (np.asarray(runs.ended_at) == runs.steps) & np.isfinite(late)
    back = [len(runs.at(k).reversals) for k in range(away.shape[1])]
    noise = float(np.median(np.where(stays, late, np.inf)))
    there, passes = first if first < len(away) else None, int(np.sum(stays & (beyond > NEAR)))
    return Tally(there, int(np.median(back)), noise, float(np.median(beyond)), passes)


def _past(iterates: Array, minimum: Array) -> Array:
    """How far places (steps + 1, n, 2) are past a minimum, along the line from the first of them through it."""
    way = minimum - iterates[0]
    return np.asarray(np.sum((iterates - minimum) * way, axis=-1) / np.linalg.norm(way, axis=-1))


@dataclass(frozen=True)
class Passage:
    """Of one run: the first step within `NEAR`, or none, and how many of the later ones are outside again."""

    there: int | None
    again: int


def passage_of(run: Trajectory, minimum: Array) -> Passage:
    """What a single run does at a minimum (2,)."""
    with np.errstate(all="ignore"):
        near = np.linalg.norm(run.iterates - minimum, axis=1) < NEAR
    there = int(np.argmax(near)) if near.any() else None
    return Passage(there, int(np.sum(~near[there:][1:])))


@dataclass(frozen=True)
class Comparison:
    """Large steps, momentum, and small steps without it, side by side; `turns` is how many steps could turn back."""

    plain: Tally
    fast: Tally
    small: Tally
    turns: int

    @property
    def jitters(self) -> bool:
        """Whether many of the large steps turn back."""
        return self.plain.back >= MANY * self.turns

    @property
    def steadies(self) -> bool:
        """Whether momentum turns back less than half as often."""
        return 2 * self.fast.back < self.plain.back

    @property
    def rolls_past(self) -> bool:
        """Whether momentum goes past the minimum in every order, and does not fly off."""
        return self.fast.calms and self.fast.passes == ORDERS

    @property
    def as_noisy(self) -> bool:
        """Whether momentum stays about as far from the minimum as the large rate, or farther, both being somewhere."""
        return self.fast.calms and self.plain.calms and self.fast.noise > NEARLY * self.plain.noise

    @property
    def small_is_calm(self) -> bool:
        """Whether the small rate alone stays less than half as far from the minimum as momentum."""
        return self.small.calms and self.small.noise < 0.5 * self.fast.noise

    @property
    def small_is_late(self) -> bool:
        """Whether the small rate alone needs more than twice the steps of momentum."""
        return later(self.small, self.fast)

    def claims(self) -> Mapping[str, bool]:
        """What the clip says of the three, and whether it is so."""
        plain, fast, small = self.plain, self.fast, self.small
        noises = f"{figure(fast.noise)} and {figure(plain.noise)} from the minimum on the average"
        return {
            f"large steps turn back in at least two of five: {plain.back} of {self.turns}": self.jitters,
            f"momentum turns back less than half as often: {fast.back} of {self.turns}": self.steadies,
            f"near the minimum momentum is nearly as noisy, or more: {noises}": self.as_noisy,
            f"the small rate alone is calm there: {figure(small.noise)}": self.small_is_calm,
            f"and late: first near {_when(small)}, momentum {_when(fast)}": self.small_is_late,
            "in every order momentum goes past the minimum": self.rolls_past,
        }

    def turning(self, tally: Tally) -> str:
        """How many steps turn back, for the screen."""
        return f"${tally.back}$ of ${self.turns}$ steps turn back"

    @property
    def small_jitters(self) -> bool:
        """Whether momentum smooths what the small rate alone does not: that turns back more than twice as often."""
        return self.steadies and 2 * self.fast.back < self.small.back

    @property
    def is_it_the_rate(self) -> str:
        """The answer to that, of the small rate alone."""
        often = f"turns back ${self.small.back}$ time{'s' * (self.small.back != 1)}"
        return f"no: alone it still {often}" if self.small_jitters else f"alone it {often}"

    def answered(self, color: str) -> tuple[str, str, str]:
        """The same for the screen, in the small rate's colour, and when it is near at first; shorter and shorter."""
        alone = self.is_it_the_rate.replace("alone it", "the small rate alone")
        full = f"{alone}, {self.small.arrives}, momentum {self.fast.arrives_at}"
        return tinted(full, color), tinted(f"{alone}, {self.small.arrives}", color), tinted(alone, color)

    @property
    def at_the_goal(self) -> str:
        """How far from the minimum the runs stay, in a few words."""
        if not self.fast.calms:
            return "momentum does not stay"
        if self.as_noisy:
            share = self.fast.noise / self.plain.noise
            how = "nearly as noisy as" if share < AS_NOISY else "as noisy as"
            return f"momentum is {how if share < 1 / AS_NOISY else 'noisier than'} large steps"
        return "momentum is calmer than large steps"

    @property
    def verdict(self) -> str:
        """The answer, in a line."""
        if not self.fast.calms:
            return "momentum flies off: too large a rate"
        if self.steadies:
            return f"momentum smooths the path{self._no_closer}"
        return "here momentum smooths nothing"

    @property
    def verdicts(self) -> tuple[str, str]:
        """The same with what it rests on, for the screen, and without."""
        if self.steadies and self.as_noisy:
            away = f"{self.fast.said['noise']}$ from {CROSS}, {TITLES[GD]} ${self.plain.said['noise']}$"
            return f"{self.verdict}: ${away}", self.verdict
        return self.verdict, self.verdict

    @property
    def _no_closer(self) -> str:
        """That it is about as far from the minimum as large steps, if so."""
        if not self.as_noisy:
            return ""
        return f", but comes {'little' if self.fast.noise < AS_NOISY * self.plain.noise else 'no'} closer"


def compared(tallies: Mapping[str, Tally], turns: int) -> Comparison:
    """What is counted of large steps, momentum and small steps."""
    plain, fast, small = tallies.values()
    return Comparison(plain, fast, small, turns)


def placeholders(found: Comparison, runs: Mapping[str, Trajectory], under: str) -> dict[str, str]:
    """What the captions say of the three, by name; of a run that flies off, that."""
    plain, fast, small = runs.values()
    shared = "what they share remains" if found.steadies else "no smoother way"
    late = f"{_near(found.small)}, momentum {_near(found.fast, '')}, large steps {_near(found.plain, '')}"
    answer = found.is_it_the_rate.replace("$", "")
    return {
        "past": f" In every order it goes past the minimum, by {found.fast.beyond:.1f} in the median."
        * found.rolls_past,
        "it_does": _does(plain, "it jitters" if found.jitters else "step by step"),
        "what_remains": _does(fast, shared),
        "it_takes": _does(small, f"{answer}; {late}").capitalize(),
        "how_noisy": found.at_the_goal,
        "verdict": f"{found.verdict[0].upper()}{found.verdict[1:]}{_distances(found)}",
        "under": under,
    }


def _distances(found: Comparison) -> str:
    """How far from the minimum momentum and large steps stay, in brackets, where they are said to be as noisy."""
    if not (found.steadies and found.as_noisy):
        return ""
    return f" ({found.fast.said['noise']} from the minimum, {TITLES[GD]} {found.plain.said['noise']})"


def _does(run: Trajectory, said: str) -> str:
    return f"it {ending(run)}" if flies_off(run) else said


def _near(tally: Tally, first: str = "first near ") -> str:
    return NEVER if tally.there is None else f"{first}at step {tally.there}"


def counted(tallies: Mapping[str, Tally], runs: Mapping[str, Trajectory]) -> dict[str, int | float | str]:
    """What is counted, and the last error of each run, by names."""
    found: dict[str, int | float | str] = {}
    for name, tally in tallies.items():
        found[f"{name}_error"] = last_value(runs[name])
        found[f"{name}_there"], found[f"{name}_turns_back"] = tally.said["there"], tally.back
        found[f"{name}_noise"] = tally.noise
    return found


def later(run: Tally, other: Tally) -> bool:
    """Whether one takes more than twice the steps of another that gets there, or never does."""
    return run.there is None or (other.there is not None and run.there > 2 * other.there)


class Ledger:
    """A row a run, with its settings, and columns of numbers that are filled one by one."""

    def __init__(
        self,
        box: Box,
        titles: Mapping[str, str],
        settings: Mapping[str, Mapping[str, float]],
        colors: Mapping[str, str],
        tallies: Mapping[str, Tally],
        columns: Sequence[str],
        rates: Mapping[str, Array] = MappingProxyType({}),
    ) -> None:
        """`columns` are keys of `HEADS`. What is set stands behind the names where there is room in all rows, or else
        below them. `rates` are learning rates that change, (steps,), by run: those in force run."""
        self.box, self.colors, self.tallies, self.columns = box, colors, tallies, columns
        said = [" ".join(HEADS[key]) for key in columns]
        in_one = len(columns) * (max(size_of(text)[0] for text in said) + COLUMN) <= NUMBERS * box.width
        self.said = {key: (text,) if in_one else HEADS[key] for key, text in zip(columns, said, strict=True)}
        head = HEAD + LINE * (not in_one)
        pitch = min(HIGHEST, (box.height - head) / len(titles))
        self.size = BODY if pitch > ROOMY and box.width > WIDE else SMALL
        heads, rest = box.top_slice(head, gap=0.0)
        rows = rest.top_slice(len(titles) * pitch)[0].rows(*[1.0] * len(titles), gap=0.08)
        self.lines = dict(zip(titles, rows, strict=True))
        self.heads = {key: self._head(heads, key) for key in columns}
        self.note = self._noted(heads)
        self.rates = {key: InForce(settings[key], every) for key, every in rates.items()}
        names = {key: bold(title, self.size, colors[key]) for key, title in titles.items()}
        beside = {key: self.rates.get(key) or settings_line(some) for key, some in settings.items()}
        widest = max(name.width + APART + beside[key].width for key, name in names.items())
        self.inline = widest <= box.width - self._numbers - APART
        self.names = {key: self._name(key, name, beside[key]) for key, name in names.items()}
        self.numbers = {(run, key): self._number(run, key) for run in titles for key in columns}

    @property
    def _numbers(self) -> float:
        """The width of all columns."""
        return self._column * len(self.columns)

    @property
    def _column(self) -> float:
        """The width of a column: of the widest head, and room beside it."""
        return max(size_of(text)[0] for texts in self.said.values() for text in texts) + COLUMN

    def _right(self, key: str) -> float:
        """The right end of a column."""
        return self.box.right - self._column * (len(self.columns) - 1 - self.columns.index(key))

    def _seated(self, words: Words, row: Box, key: str, depth: float) -> Words:
        layout.place(
            layout.shrink_into(words, FILLED * self._column), row.inset(right=row.right - self._right(key)), RIGHT
        )
        return on_baseline(words, row.top - depth)

    def _head(self, box: Box, key: str) -> VGroup:
        """What a column counts, its last line above the first row."""
        texts = self.said[key]
        depths = (box.height - LOW - LINE * k for k in reversed(range(len(texts))))
        return VGroup(*(self._seated(quiet(t), box, key, d) for t, d in zip(texts, depths, strict=True)))

    def _noted(self, box: Box) -> Words:
        """Of what the numbers are the medians, at the left of the heads."""
        room = box.width - self._numbers - APART
        words = first_fitting((quiet(text) for text in (f"{MEDIANS} of the samples", MEDIANS, "medians")), room)
        return on_baseline(layout.place(words, box, LEFT), box.bottom + LOW)

    def _first(self, row: Box) -> float:
        """From the top of a row to its first baseline."""
        return row.height / 2 + HALF if self.inline else FIRST

    def _name(self, key: str, name: Words, line: Words | InForce) -> VGroup:
        row, first = self.lines[key], self._first(self.lines[key])
        layout.shrink_into(name, self.box.width - self._numbers - APART)
        on_baseline(layout.place(name, row, LEFT), row.top - first)
        indent, depth = (name.width + APART, first) if self.inline else (0.0, SECOND)
        if isinstance(line, InForce):
            line.seat(row.left + indent, row.top - depth).display(0.0)
        else:
            on_baseline(layout.place(line, row.inset(left=indent), LEFT), row.top - depth)
        if not self.inline:
            return VGroup(name, line)
        ends = np.array([[row.left, row.top, 0.0], [row.right, row.top, 0.0]])
        return VGroup(name, line, polylines([ends], stroke_color=palette().rule_line, stroke_width=2))

    def drive(self, drive: Callable[..., None], key: str, step: ValueTracker) -> None:
        """Let the learning rate of a run follow its steps, where it changes."""
        if key in self.rates:
            drive(self.rates[key], step)

    def _number(self, run: str, key: str) -> Words:
        said = self.tallies[run].said[key]
        said = NO_STEP if key in HEADS and said == NEVER else said  # a word has no room beside numbers
        row = self.lines[run]
        return self._seated(Words(said, self.size, self.colors[run]), row, key, self._first(row))


def _when(tally: Tally) -> str:
    """When a run is first there."""
    return "never" if tally.there is None else f"after {tally.there} steps"
