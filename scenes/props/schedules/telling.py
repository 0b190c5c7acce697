"""What the clip says of its runs: each sentence chosen by their numbers.

Captions are plain text; lines on the screen are Typst markup, in wordings that get shorter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scenes.props.schedules.walks import Walk, rms
from scenes.stage.ink.drawing import Array
from scenes.stage.runs.lowest_end import TRIES
from scenes.stage.words.endings import ending, ending_briefly, flies_off, last_value
from scenes.stage.words.figures import alike, figure, in_math
from scenes.stage.words.speaker import tinted

LARGE, SMALL = "large_rate", "small_rate"  # the runs with a constant rate; the others are schedules
CONSTANT, WARMED, BEST = "constant", "warmed_up", "best_constant"  # those on the second ground
ALIKE = 0.05  # by so much two clouds differ at most that are called about the same
EARLY = 4  # times the steps in which a rate is too large: so many show it
SHARPLY = 2.0  # times: by so much more the ground bends at the start
LEVEL = 1e-6  # of the slope at the start: none

Wordings = tuple[str, ...]


def comes(walk: Walk) -> str:
    """When a run is near at first."""
    if flies_off(walk.run):
        return ending(walk.run, 2)
    return "is never near" if walk.near_at is None else f"is near at step {walk.near_at}"


def stays(walk: Walk) -> str:
    """How far it is from the lowest point in the end."""
    if flies_off(walk.run):
        return ""
    way = ", mostly on the way" if walk.arrives_late else ""
    return f", and {figure(walk.cloud, 2)} away over the last third{way}"


def briefly(walk: Walk) -> Wordings:
    """Both for the screen."""
    if flies_off(walk.run):
        return ending_briefly(walk.run), "flies off", "flies off"
    near = "never near" if walk.near_at is None else f"near at step ${walk.near_at}$"
    cloud = in_math(figure(walk.cloud, 2))
    short = "never" if walk.near_at is None else f"${walk.near_at}$"
    if walk.arrives_late:
        return near, f"near: {short}", f"${cloud}$ away"
    return f"{near}, then ${cloud}$ away", f"${cloud}$ away", f"${cloud}$"


def is_sooner(one: Walk, other: Walk) -> bool:
    """Whether one is near before another, or the other never."""
    return one.near_at is not None and (other.near_at is None or one.near_at < other.near_at)


@dataclass(frozen=True, eq=False)
class Tale:
    """`walks` by name, on one noise; on several their `clouds` (s,), when they are near (s,), and the `least` cloud of
    constant rates; `titles` of all; `errors` (n, 2) are the noise of some steps, `slope` (2,) the gradient at the
    start, and `rest` how steep it is at the lowest point."""

    walks: Mapping[str, Walk]
    clouds: Mapping[str, Array]
    nears: Mapping[str, Array]
    least: float
    titles: Mapping[str, str]
    errors: Array
    slope: Array
    rest: float

    # The noise ------------------------------------------------------------------------------------------------------

    @property
    def fan(self) -> Array:
        """Gradients (n, 2) at the start, as they are seen."""
        return np.asarray(self.slope + self.errors)

    @property
    def downhill(self) -> int:
        """How many of the gradients, as they are seen, lead downhill."""
        return int(np.sum(self.fan @ self.slope > 0))

    @property
    def is_level(self) -> bool:
        """Whether there is no slope at the lowest point."""
        return bool(self.rest <= LEVEL * float(np.linalg.norm(self.slope)))

    @property
    def is_noisy(self) -> bool:
        return bool(np.any(self.errors))

    def left(self) -> str:
        """What a step follows at the lowest point, in a caption and on the screen alike."""
        if not self.is_noisy:
            return "there is no noise"
        return "nothing but noise is left" if self.is_level else "noise is added to a slope"

    @property
    def steepest(self) -> float:
        """The scale of the arrows: the true slope at the start, or the largest of the noise."""
        return float(np.linalg.norm(self.slope)) or float(np.linalg.norm(self.errors, axis=1).max()) or 1.0

    # Constant rates -------------------------------------------------------------------------------------------------

    def dances(self) -> Wordings:
        """When the large rate is near, which the dashed ring tells, and how far away it is in the end: the circle."""
        walk = self.walks[LARGE]
        if flies_off(walk.run):
            return briefly(walk)
        near = "never near" if walk.near_at is None else f"near (dashed) at step ${walk.near_at}$"
        cloud = in_math(figure(walk.cloud, 2))
        away = f"over the last ${len(walk.late)}$ steps ${cloud}$ away"
        if walk.arrives_late:
            return (f"{near}; {away}",)
        return (
            f"{near}; {away}, root mean square (circle)",
            f"{near}; {away} (circle)",
            f"{near}; later ${cloud}$ away (circle)",
        )

    def compared(self) -> str:
        """What the small rate does better and worse."""
        nearer = self.walks[SMALL].cloud < self.walks[LARGE].cloud
        late = is_sooner(self.walks[LARGE], self.walks[SMALL])
        if nearer:
            return "nearer in the end, but late" if late else "nearer in the end, and no later"
        return "late, and no nearer in the end" if late else "no nearer in the end, and no later"

    # A schedule -----------------------------------------------------------------------------------------------------

    def rate_told(self, name: str) -> str:
        """What a schedule does with the rate over the run."""
        first, last = (float(self.walks[name].rates[k]) for k in (0, -1))
        if first == last:
            return f"begins and ends at {figure(first, 2)}"
        return f"{'falls' if last < first else 'rises'} from {figure(first, 2)} to {figure(last, 2)}"

    def gains(self, name: str) -> str:
        """How a schedule compares with both constant rates."""
        soon, nearer, both = self._gained(name)
        if soon and nearer:
            return f"sooner there than the small rate, nearer in the end than {'both' if both else 'the large one'}"
        if soon:
            return "sooner there than the small rate, no nearer in the end than the large one"
        if nearer:
            return "nearer in the end than the large rate, no sooner there than the small one"
        return "no gain on either"

    def _gained(self, name: str) -> tuple[bool, bool, bool]:
        """Whether it is near before the small rate, in the end nearer than the large one, and than both."""
        walk, (large, small) = self.walks[name], (self.walks[key] for key in (LARGE, SMALL))
        return is_sooner(walk, small), walk.cloud < large.cloud, walk.cloud < min(large.cloud, small.cloud)

    def gains_briefly(self, name: str) -> Wordings:
        soon, nearer, both = self._gained(name)
        when, where = "sooner" if soon else "no sooner", "nearer" if nearer else "no nearer"
        told = f"{when} than the small rate, {where} than {'both' if both else 'the large one'}"
        return f"{briefly(self.walks[name])[0]}: {told}", told, f"{when} there, {where} in the end"

    @property
    def schedules(self) -> list[str]:
        return [name for name in self.walks if name not in (LARGE, SMALL)]

    def shapes(self) -> str:
        """How far each schedule is in the end, on the same noise."""
        parts = (
            f"{self.titles[name]} flies off"
            if not np.isfinite(self.walks[name].cloud)
            else f"{self.titles[name]} {figure(self.walks[name].cloud, 2)}"
            for name in self.schedules
        )
        return ", ".join(parts)

    # Several noises -------------------------------------------------------------------------------------------------

    @cached_property
    def pooled(self) -> dict[str, float]:
        """The root mean square over all noises."""
        return {
            name: rms(values) if np.isfinite(values).all() else float("inf") for name, values in self.clouds.items()
        }

    @property
    def best(self) -> str:
        """The schedule that is nearest in the end."""
        return min(self.schedules, key=self.pooled.__getitem__)

    @property
    def decay_pays(self) -> bool:
        """Whether that is nearer than both constant rates, and than the best of all that are tried."""
        return self.pooled[self.best] < min(self.pooled[LARGE], self.pooled[SMALL], self.least)

    @property
    def calm(self) -> str:
        """The constant rate of both that is nearer."""
        return LARGE if self.pooled[LARGE] <= self.pooled[SMALL] else SMALL

    def sooner(self) -> str:
        """With how many noises the best schedule is near before the calmer constant rate; nothing, if hardly ever."""
        count = int(np.sum(self.nears[self.best] < self.nears[self.calm]))
        if 2 * count <= len(self.nears[self.best]):
            return ""
        return f", and with {count} near before the {'large' if self.calm == LARGE else 'small'} one"

    def verdict(self) -> str:
        """Which is the calmest, in a caption and on the screen alike."""
        best, least = self.best, self.pooled[self.best]
        if not np.isfinite(least):
            return "no schedule stays with every noise"
        if not self.decay_pays:
            return f"no schedule gets nearer than each of {TRIES} constant rates"
        near = [name for name in self.schedules if self.pooled[name] <= (1 + ALIKE) * least]
        if len(near) > 1:
            return f"{' and '.join(self.titles[name] for name in near)} get about equally near"
        return f"{self.titles[best]} gets nearest, nearer than any of {TRIES} constant rates"

    def dots(self) -> Wordings:
        """What the dots are."""
        count, late = len(self.clouds[LARGE]), len(self.walks[LARGE].late)
        dots = f"a dot for each of ${count}$ noises, a bar for all"
        return f"distance from $times$ over the last ${late}$ steps: {dots}", f"last ${late}$ steps; {dots}", dots


@dataclass(frozen=True, eq=False)
class Steep:
    """The second ground: `walks` by name, and `limits` of each: the largest stable rate at each place."""

    walks: Mapping[str, Walk]
    limits: Mapping[str, Array]

    @property
    def times(self) -> float:
        """How many times the largest stable rate at the start the constant one is; 0 where nothing bounds it."""
        first = float(self.limits[CONSTANT][0])
        return float(self.walks[CONSTANT].rates[0]) / first if np.isfinite(first) else 0.0

    @property
    def above(self) -> int:
        """In how many steps the warmed-up rate is above the largest stable one."""
        return self.above_of(WARMED)

    def above_of(self, name: str) -> int:
        rates, limits = self.walks[name].rates, self.limits[name]
        count = min(len(rates), len(limits), self.walks[name].run.ended_at)
        return int(np.sum(rates[:count] > limits[:count]))

    @property
    def warming_pays(self) -> bool:
        """Whether the warmed-up run ends lower than the constant rate, and than the best of them."""
        return last_value(self.walks[WARMED].run) < min(last_value(self.walks[name].run) for name in (CONSTANT, BEST))

    @property
    def early(self) -> int:
        """So many first steps show where the large rate is too large: four times as many as it takes until it is below
        the largest stable one for good."""
        limits, steps = self.limits[WARMED], len(self.walks[WARMED].rates)
        too_large = np.flatnonzero(~(limits > float(self.walks[CONSTANT].rates[0])))
        return min(steps, EARLY * (int(too_large[-1]) + 1)) if len(too_large) else steps

    @property
    def eases(self) -> bool:
        """Whether the ground bends at least twice as sharply at the start as where the warmed-up run ends."""
        return bool(SHARPLY * self.limits[WARMED][0] <= self.limits[WARMED][-1])

    def moves(self) -> str:
        """What becomes of the bound on the way."""
        return "Further down it bends less: the bound rises" if self.eases else "The bound goes with the ball"

    def too_large(self) -> str:
        """The rate beside the largest stable one at the start."""
        if not np.isfinite(self.limits[CONSTANT][0]):
            return "has no bound at the start"
        bound = f"the largest stable one at the start, {figure(float(self.limits[CONSTANT][0]), 2)}"
        return f"is {figure(self.times, 2)} times {bound}" if self.times > 1 else f"is not above {bound}"

    def under(self) -> str:
        """How the warmed-up rate keeps to its bound."""
        count = self.walks[WARMED].run.ended_at
        return "never above it" if not self.above else f"above it in {self.above} of {count} steps"

    @cached_property
    def written(self) -> dict[str, str]:
        """The last values of the runs that stay, in one notation: they are compared."""
        last = {name: last_value(walk.run) for name, walk in self.walks.items() if not flies_off(walk.run)}
        return dict(zip(last, alike([*last.values()]), strict=True))

    def ends(self, name: str) -> str:
        """Where a run ends: a value of the objective, that none takes for a rate."""
        told = ending(self.walks[name].run, 2)
        return f"ends at a value of {self.written[name]}" if told.startswith("is at ") else told

    def ends_briefly(self, name: str) -> Wordings:
        run = self.walks[name].run
        told = ending_briefly(run, 2)
        if told.startswith("at "):
            number = in_math(self.written[name])
            return f"ends at $f = {number}$", f"$f = {number}$"
        return told, told

    def told(self) -> Wordings:
        """How the constant rate compares with its bound, and what becomes of it."""
        ends, brief = self.ends(CONSTANT), self.ends_briefly(CONSTANT)[0]
        if self.times <= 1:
            return f"it {ends}", brief
        times = f"${in_math(figure(self.times, 2))}$ times"
        whole = f"{times} the largest stable rate"
        return f"{whole} (dashed): {brief}", f"{whole}: {brief}", f"{times} too large: {brief}"

    def both(self, color: str) -> Wordings:
        """How the warmed-up rate ends, and in its colour the best constant one."""
        rate = in_math(figure(float(self.walks[BEST].rates[0]), 2))
        (warmed, short), (best, number) = (self.ends_briefly(name) for name in (WARMED, BEST))
        small, brief = (
            tinted(text, color) for text in (f"the best constant rate, ${rate}$: {best}", f"best constant: {number}")
        )
        told = f"warmed up: {warmed}"
        first = f"warmed up, {self.under()}: {warmed}"
        both = f"warmed up: {short}; {brief}"
        return f"{first}; {small}", f"{told}; {small}", f"{told}; {brief}", both, both.replace("f = ", "")
