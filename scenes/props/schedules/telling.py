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
    """`walks` by name, on one noise; `clouds` (s,) of each on several; `titles` of all; `errors` (n, 2) are the
    noise of some steps, `slope` (2,) the gradient at the start, and `rest` how steep it is at the lowest point."""

    walks: Mapping[str, Walk]
    clouds: Mapping[str, Array]
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
        walk = self.walks[name]
        soon, nearer = is_sooner(walk, self.walks[SMALL]), walk.cloud < self.walks[LARGE].cloud
        if soon and nearer:
            return "sooner there than the small rate, nearer in the end than the large one"
        if soon:
            return "sooner there than the small rate, no nearer in the end than the large one"
        if nearer:
            return "nearer in the end than the large rate, no sooner there than the small one"
        return "no gain on either"

    def gains_briefly(self, name: str) -> Wordings:
        walk = self.walks[name]
        soon, nearer = is_sooner(walk, self.walks[SMALL]), walk.cloud < self.walks[LARGE].cloud
        when, where = "sooner" if soon else "no sooner", "nearer" if nearer else "no nearer"
        return f"{when} than the small rate, {where} than the large one", f"{when} there, {where} in the end"

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
        """Whether that is nearer than both constant rates."""
        return self.pooled[self.best] < min(self.pooled[LARGE], self.pooled[SMALL])

    def verdict(self) -> str:
        """Which is the calmest, in a caption and on the screen alike."""
        best, least = self.best, self.pooled[self.best]
        if not np.isfinite(least):
            return "no schedule stays with every noise"
        if not self.decay_pays:
            one = LARGE if self.pooled[LARGE] <= self.pooled[SMALL] else SMALL
            return f"no schedule gets nearer than the {'large' if one == LARGE else 'small'} constant rate"
        near = [name for name in self.schedules if self.pooled[name] <= (1 + ALIKE) * least]
        if len(near) > 1:
            return f"{' and '.join(self.titles[name] for name in near)} get about equally near"
        return f"taken together, {self.titles[best]} gets nearest"

    def verdict_words(self) -> Wordings:
        """The same below the dots, with what they are."""
        dots = f"{len(self.clouds[LARGE])} noises, a dot each, a bar for all"
        return f"{dots}: {self.verdict()}", f"dots: noises, bar: all; {self.verdict()}", self.verdict()


@dataclass(frozen=True, eq=False)
class Steep:
    """The second ground: `walks` by name, and `limits` of each: the largest stable rate at each place."""

    walks: Mapping[str, Walk]
    limits: Mapping[str, Array]

    @property
    def times(self) -> float:
        """How many times the largest stable rate at the start the constant one is; 0 where nothing bounds it."""
        return self.times_of(CONSTANT)

    def times_of(self, name: str) -> float:
        """The same of the first rate of a run."""
        first = float(self.limits[name][0])
        return float(self.walks[name].rates[0]) / first if np.isfinite(first) else 0.0

    def best_times(self) -> str:
        """The best constant rate beside the bound at the start, if there is one: it may well be above it."""
        times = self.times_of(BEST)
        return f", {figure(times, 2)} times the first bound" if times else ""

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
        return (
            f"{whole} (line): it {ends}",
            f"{whole}: it {ends}",
            f"{whole}: {brief}",
            f"{times} too large: {brief}",
        )

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


def answer(tale: Tale, steep: Steep) -> Wordings:
    """The line that answers the title."""
    bends, noisy = steep.warming_pays and steep.eases, tale.decay_pays
    if bends and noisy:
        return (
            "small where the ground bends sharply, large on the way, small again where noise is left",
            "small where it bends sharply, then large, small again for the noise",
            "small where it bends, then large, small for the noise",
            "small where it bends, large, small in noise",
        )
    if noisy:
        return ("here a smaller rate pays in the end: noise is left",)
    if bends:
        return ("here a smaller rate pays at the start: the ground bends sharply there",)
    if steep.warming_pays:
        return ("here a rate that changes gets lower, though the ground bends no more sharply at the start",)
    return ("here a constant rate does as well",)


def decays(tale: Tale) -> dict[str, Wordings]:
    """How far the constant rates and the best schedule are in the end, over all noises."""
    short = {LARGE: "large", SMALL: "small", tale.best: tale.titles[tale.best]}
    told = {name: f"${in_math(figure(tale.pooled[name], 2))}$" for name in short}
    told |= {name: "flies off" for name in short if not np.isfinite(tale.pooled[name])}
    far = {name: "" if "flies" in said else " from $times$" for name, said in told.items()}
    return {
        name: (f"{tale.titles[name]}: {said}{far[name]}", f"{tale.titles[name]}: {said}", f"{short[name]}: {said}")
        for name, said in told.items()
    }


def warms(steep: Steep) -> dict[str, Wordings]:
    """Where the runs from the steep start end."""
    heads = {CONSTANT: "large", BEST: "best constant", WARMED: "warmed up"}
    told = {name: steep.ends_briefly(name) for name in heads}
    full = {name: f"{head}, constant" if name == CONSTANT else head for name, head in heads.items()}
    return {
        name: (
            f"{full[name]}: {told[name][0]}",
            f"{full[name]}: {told[name][1]}",
            f"{head}: {told[name][1].replace('f = ', '')}",
        )
        for name, head in heads.items()
    }


# For the clip ---------------------------------------------------------------------------------------------------------


def measured(tale: Tale, steep: Steep) -> dict[str, int | float | str]:
    """The computed numbers, by name."""
    found: dict[str, int | float | str] = {"near": tale.walks[LARGE].near, "downhill": tale.downhill}
    found |= {f"{name}_cloud": walk.cloud for name, walk in tale.walks.items()}
    found |= {f"{name}_cloud_of_all": cloud for name, cloud in tale.pooled.items()}
    found |= {f"{name}_value": last_value(walk.run) for name, walk in steep.walks.items()}
    return found | {"times_the_largest_stable": steep.times, "steps_above": steep.above}


def claimed(tale: Tale, steep: Steep) -> dict[str, bool]:
    """What must hold for the clip to make its point."""
    name = tale.schedules[0]
    large, small, first = (tale.walks[key] for key in (LARGE, SMALL, name))
    gains = is_sooner(first, small) and 2 * first.cloud < large.cloud
    warmed, best = (last_value(steep.walks[key].run) for key in (WARMED, BEST))
    return {
        f"the large rate {comes(large)}{stays(large)}": large.near_at is not None and large.cloud > 1.5 * large.near,
        f"the small rate is {tale.compared()}": tale.compared() == "nearer in the end, but late",
        f"{tale.titles[name]}: {tale.gains(name)}": gains,
        f"with several noises {tale.verdict()}": tale.decay_pays,
        f"from the steep start the rate {steep.too_large()}: it {steep.ends(CONSTANT)}": steep.times > 2,
        f"the ground eases, and warmed up the rate is {steep.under()}, and {steep.ends(WARMED)}": (
            steep.eases and steep.above == 0 and 10 * warmed < best
        ),
    }


def placeholders(tale: Tale, steep: Steep) -> dict[str, str]:
    """What the captions say, by name."""
    name, count = tale.schedules[0], len(tale.schedules)
    large, small, first = (comes(tale.walks[key]) + stays(tale.walks[key]) for key in (LARGE, SMALL, name))
    return {
        "left": tale.left(),
        "large": large if flies_off(tale.walks[LARGE].run) else f"{large} (root mean square)",
        "small": small,
        "compared": tale.compared(),
        "first": tale.titles[name],
        "rate_told": tale.rate_told(name),
        "falling": first,
        "gains": tale.gains(name),
        "count": f"{count} shapes" if count > 1 else "one shape",
        "shapes": tale.shapes(),
        "verdict": tale.verdict(),
        "too_large": steep.too_large(),
        "constant_ends": steep.ends(CONSTANT),
        "under": steep.under(),
        "warmed_ends": steep.ends(WARMED),
        "best_rate": figure(float(steep.walks[BEST].rates[0]), 2),
        "best_times": steep.best_times(),
        "best_ends": steep.ends(BEST),
        "answer": answer(tale, steep)[0],
    }
