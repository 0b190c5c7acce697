"""What the clip says of its runs: each sentence chosen by their numbers.

Captions are plain text; lines on the screen are Typst markup, in wordings that get shorter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizers import Trajectory
from scenes.props.adaptive.around import Around
from scenes.props.adaptive.averages import SMALL, Averages, moves_of
from scenes.props.adaptive.turned import Turned
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.words.endings import ending, ending_briefly, flies_off, last_value
from scenes.stage.words.figures import at_most, figure, in_math
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import tinted

GD, ADAM, PLAIN = "gradient_descent", "adam", "uncorrected"  # the runs; the last is Adam without the correction
TURNED = "turned_"  # before the name of a run on the turned ground
ROUND = 1.2  # times as steep: below, both slopes are about the same
SAME = 1e-6  # of its size, by which a path may differ that is called the same
ALIKE = 0.01  # by so much numbers may differ that are called the same
HARDLY = 10.0  # times as steep: along the other there is hardly any step
FULL = 1.0 + 1e-6  # learning rates: a full step
NOTICES = 0.01  # of the value, by which the turn changes where a run ends

Wordings = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Tale:
    """`runs` by name, Adam's `rate` and the `averages` of its run, letters, the turned `ground`, and what is `around`:
    Adam with other rates."""

    runs: Mapping[str, Trajectory]
    rate: float
    averages: Averages
    names: tuple[str, ...]
    ground: Turned
    around: Around

    # The slopes at the start ----------------------------------------------------------------------------------------

    @property
    def slopes(self) -> Array:
        return np.asarray(np.abs(self.averages.gradients[0]))

    @property
    def scaled(self) -> Array:
        """The slopes, each over its own root mean square: before the first step, over itself."""
        with np.errstate(all="ignore"):
            return np.asarray(np.nan_to_num(self.slopes / (self.averages.root[0] + SMALL)))

    @property
    def divisors(self) -> Array:
        """What each slope is divided by: its root mean square."""
        return np.asarray(self.averages.root[0])

    @property
    def steepness(self) -> float:
        """How many times as steep the steeper coordinate is; infinite where there is no slope along the other."""
        low, high = sorted(map(float, self.slopes))
        return high / low if low else float("inf") if high else 1.0

    @property
    def steep(self) -> int:
        """Which coordinate is the steeper one."""
        return int(np.argmax(self.slopes))

    def compared(self) -> str:
        """How steep both are, for a caption and for the screen alike, but for the letters."""
        one, other = self.names[self.steep], self.names[1 - self.steep]
        if not np.isfinite(self.steepness):
            return f"there is no slope along {other}"
        if self.steepness < ROUND:
            return f"it is about as steep along {one} as along {other}"
        return f"it is {figure(self.steepness, 2)} times as steep along {one} as along {other}"

    def steep_words(self) -> Wordings:
        one, other = (f"${self.names[k]}$" for k in (self.steep, 1 - self.steep))
        if not np.isfinite(self.steepness) or self.steepness < ROUND:
            told = self.compared().replace(f"along {self.names[1 - self.steep]}", f"along {other}")
            return (tinted(told, palette().gradient),)
        times = f"${in_math(figure(self.steepness, 2))}$ times as steep along {one}"
        hardly = ": hardly any step that way" if self.steepness > HARDLY else ""
        full = tinted(f"{times} as along {other}{hardly}", palette().gradient)
        return full, tinted(f"{times} as along {other}", palette().gradient)

    def plain_words(self) -> Wordings:
        """What the arrow at the start is, if there is one, and where gradient descent is in the end."""
        told = tinted(f"gradient descent {self.ends(GD)}", rule_color(GD))
        if not self.slopes.any():
            return (told,)
        arrow, end = tinted("arrow: downhill", palette().gradient), number_of(self.runs[GD])
        return f"{arrow}; {told}", f"{arrow}; {tinted(f'gradient descent: {end}', rule_color(GD))}", told

    def scaled_words(self) -> Wordings:
        """What becomes of both."""
        color = rule_color("rmsprop")
        whats = ("the root of its own mean square", *["its own size"] * bool(np.ptp(self.scaled) <= ALIKE))
        return tuple(tinted(f"RMSProp's idea: each slope over {what}", color) for what in whats)

    def evened(self) -> str:
        """The same in a caption."""
        first, second = (figure(float(size), 2) for size in self.scaled)
        steep, flat = (figure(float(self.divisors[k]), 2) for k in (self.steep, 1 - self.steep))
        alike = f"the steep one by {steep}, the flat one by {flat}: " if self._evens_out else ""
        return f"{alike}both are {first}" if first == second else f"they are {first} and {second}"

    def divided(self, axis: int) -> tuple[str, str]:
        """What becomes of a slope, as markup: as a division, and its result alone."""
        slope, divisor, result = (
            in_math(figure(float(value), digits))
            for value, digits in ((self.slopes[axis], 3), (self.divisors[axis], 3), (self.scaled[axis], 3))
        )
        whole = f"${slope} slash {divisor} = {result}$" if self.divisors[axis] else f"${result}$"
        return whole, f"${result}$"

    @property
    def _evens_out(self) -> bool:
        return bool(np.isfinite(self.steepness) and self.steepness >= ROUND and np.ptp(self.scaled) <= ALIKE)

    # Inside ---------------------------------------------------------------------------------------------------------

    def ends(self, name: str) -> str:
        """Where a run is in the end, as markup."""
        run = self.runs[name]
        told = ending_briefly(run, 2)
        return f"is at $f =$ {number_of(run)}, after ${run.steps}$ steps" if told.startswith("at ") else told

    def beside(self) -> Wordings:
        """Where Adam is in the end, and where gradient descent was."""
        one, other = (tinted(number_of(self.runs[name]), rule_color(name)) for name in (ADAM, GD))
        told = tinted(f"Adam {self.ends(ADAM)}", rule_color(ADAM))
        return f"{told}; gradient descent: {other}", f"Adam: {one}; gradient descent: {other}"

    # The correction -------------------------------------------------------------------------------------------------

    @property
    def first(self) -> float:
        """How many times as long the first step is without the correction."""
        with np.errstate(all="ignore"):
            lengths = [float(np.linalg.norm(self.runs[name].updates[0])) for name in (PLAIN, ADAM)]
        return lengths[0] / lengths[1] if lengths[1] and np.isfinite(lengths[0]) else float("nan")

    @cached_property
    def longest(self) -> tuple[float, float]:
        """How far a step moves a coordinate at most, in learning rates: Adam's, and without the correction."""
        one, other = (float(moves_of(self.runs[name], self.rate).max()) for name in (ADAM, PLAIN))
        return one, other

    def first_told(self) -> str:
        """The first step without the correction, for a caption."""
        if not np.isfinite(self.first):
            return "there is no first step"
        return f"the first step is {figure(self.first)} times as long"

    def holds(self) -> str:
        """What Adam's steps keep to."""
        own = self.longest[0]
        return (
            "here no step moves a coordinate by more than"
            if own <= FULL
            else f"a step moves a coordinate by up to {at_most(own)} times"
        )

    def strays(self) -> str:
        """What becomes of the run without the correction."""
        if flies_off(self.runs[PLAIN]):
            return f"it {ending(self.runs[PLAIN], 2)}"
        return f"the longest is {figure(self.longest[1])} times the rate"

    def settles(self) -> str:
        """How low it is on the way and in the end; nothing, if that is not below gradient descent."""
        if not self.end(PLAIN) < self.end(GD):
            return ""
        step, (plain, adam) = self.underway
        behind = f" At step {step} it is at {figure(plain, 2)}, Adam at {figure(adam, 2)}" if plain > adam else ""
        if not behind or not self.ends_lower:
            return f"{behind}{'.' * bool(behind)} In the end it {ending(self.runs[PLAIN], 2)}."
        both = (figure(self.end(name), 2) for name in (PLAIN, ADAM))
        return f"{behind}; at step {self.runs[PLAIN].steps} it is the lower one: {', Adam at '.join(both)}."

    @property
    def ends_lower(self) -> bool:
        """Whether the run without the correction is lower in the end, to be seen."""
        plain, adam = (self.end(name) for name in (PLAIN, ADAM))
        return plain < adam and figure(plain, 2) != figure(adam, 2)

    @property
    def underway(self) -> tuple[int, tuple[float, float]]:
        """A quarter of the way, and how low the run without the correction and Adam are there."""
        step = self.runs[PLAIN].steps // 4
        plain, adam = (float(self.runs[name].values[step]) for name in (PLAIN, ADAM))
        return step, (plain, adam)

    def first_words(self) -> Wordings:
        if not np.isfinite(self.first):
            return ("no slope, no first step",)
        times = f"${in_math(figure(self.first))}$ times as long"
        return f"without the correction: the first step is {times}", f"uncorrected: {times}", f"{times}"

    def stray_words(self, color: str) -> Wordings:
        """Both longest steps, each in its colour."""
        letter = f"${notation().learning_rate}$"
        if flies_off(self.runs[PLAIN]):
            return (tinted(f"uncorrected: {ending_briefly(self.runs[PLAIN], 2)}", color),)
        own, other = (f"${in_math(figure(far))}$ {letter}" for far in self.longest)
        adam, plain = tinted(f"Adam {own}", rule_color(ADAM)), tinted(f"uncorrected {other}", color)
        heads = ("longest step along an axis: ", "longest along an axis: ", "along an axis: ", "")
        return tuple(f"{head}{plain}, {adam}" for head in heads)

    def behind_words(self, color: str) -> Wordings:
        """How low both are on the way and in the end, each in its colour; nothing where nothing falls behind."""
        step, underway = self.underway
        ends = (self.end(PLAIN), self.end(ADAM))
        if not np.isfinite([*underway, *ends]).all() or not underway[0] > underway[1]:
            return ()
        (plain, adam), last = (
            tuple(
                tinted(f"{head}${in_math(figure(value, 2))}$", ink)
                for head, value, ink in zip(heads, both, (color, rule_color(ADAM)), strict=True)
            )
            for heads, both in ((("uncorrected ", "Adam "), underway), (("", ""), ends))
        )
        now, end = f"step ${step}$: {plain}, {adam}", f"${self.runs[PLAIN].steps}$: {', '.join(last)}"
        return f"$f$ at {now}; at step {end}", f"$f$ at {now}; {end}", f"{now}; {end}"

    # Turned ---------------------------------------------------------------------------------------------------------

    def end(self, name: str) -> float:
        return last_value(self.runs[name])

    @property
    def follows_axes(self) -> bool:
        """Whether Adam ends elsewhere on the turned ground."""
        one, other = self.end(ADAM), self.end(TURNED + ADAM)
        return not abs(one - other) <= ALIKE * max(abs(one), abs(other))

    @property
    def is_blind(self) -> bool:
        """Whether gradient descent ends where it did, turned or not."""
        one, other = self.end(GD), self.end(TURNED + GD)
        return bool(np.isfinite([one, other]).all() and abs(one - other) <= NOTICES * max(abs(one), abs(other), 1e-300))

    def turns_along(self, name: str) -> bool:
        """Whether a run takes the same path on the turned ground, turned with it."""
        with np.errstate(all="ignore"):
            path, other = self.ground.moved(self.runs[name].iterates), self.runs[TURNED + name].iterates
            return bool(np.abs(path - other).max() <= SAME * np.ptp(path, axis=0).max())

    def turned(self) -> str:
        """What the turn changes, for a caption."""
        adam = f"Adam at the same rate {ending(self.runs[TURNED + ADAM], 2)} instead of {figure(self.end(ADAM), 2)}"
        if flies_off(self.runs[TURNED + ADAM]):
            adam = f"Adam {ending(self.runs[TURNED + ADAM], 2)}"
        plain = f"; gradient descent {ending(self.runs[GD], 2)}, turned or not" if self.is_blind else ""
        return f"{adam}{plain}"

    def axes(self) -> str:
        """What that says of Adam."""
        return "It follows the axes" if self.follows_axes else "The axes do not matter here"

    def turned_words(self) -> Wordings:
        turned, before = (tinted(number_of(self.runs[name]), rule_color(ADAM)) for name in (TURNED + ADAM, ADAM))
        brief = f"turned: Adam {turned}, and {before} before"
        if not self.follows_axes or not np.isfinite([self.end(ADAM), self.end(TURNED + ADAM)]).all():
            return (brief,)
        if not self.turns_along(GD) or self.turns_along(ADAM):
            return f"turned: $f =$ {turned} instead of {before}", brief
        along, another = "path turns with the ground", "becomes another path"
        plain, adam = (
            tinted(f"{name}'s", rule_color(rule)) for rule, name in ((GD, "gradient descent"), (ADAM, "Adam"))
        )
        return f"{plain} {along}; {adam} {another}", f"{plain} path turns with it, {adam} does not", f"{adam} {another}"


def claimed(tale: Tale, beta1: float, beta2: float) -> dict[str, bool]:
    """What must hold for the clip to make its point."""
    low, high = tale.end(ADAM), tale.end(GD)
    predicted = float((1 - beta1) / np.sqrt(1 - beta2))
    return {
        f"{tale.compared()}; scaled, {tale.evened()}": bool(tale.steepness > 10 and np.ptp(tale.scaled) < ALIKE),
        f"Adam gets lower than gradient descent: {figure(low, 2)} and {figure(high, 2)}": low < high / 10,
        f"without the correction {tale.first_told()}: {figure(predicted)} by the formula": (
            abs(tale.first / predicted - 1) < 1e-3 and tale.first > 3
        ),
        f"corrected, {tale.holds()} the rate; uncorrected, {tale.strays()}": tale.longest[0]
        <= FULL
        < 3
        < tale.longest[1],
        f"turned, {tale.turned()}": tale.end(TURNED + ADAM) > 10 * low and tale.is_blind,
        f"gradient descent's path turns with the ground, Adam's becomes another.{tale.around.told()}": (
            tale.turns_along(GD) and not tale.turns_along(ADAM) and tale.around.apart > 10
        ),
    }


def legend() -> Wordings:
    """What is drawn of the averages, in its colours."""
    dots, line = tinted("the gradient", palette().gradient), tinted("its average", rule_color(ADAM))
    band = tinted("the root of its mean square", palette().share)
    return f"{dots}, {line}, and a band: {band}", f"{dots}, {line}, {band}"


def filled() -> Wordings:
    """How long a step is, as it is seen."""
    rate = f"${notation().learning_rate}$"
    told = (f"a step: {rate} times how much of the band the average fills", f"a step: {rate} times the share filled")
    return tuple(tinted(text, rule_color(ADAM)) for text in told)


def number_of(run: Trajectory) -> str:
    """Where a run ends, as markup."""
    told = ending_briefly(run, 2)
    return f"${in_math(told.removeprefix('at '))}$" if told.startswith("at ") else told
