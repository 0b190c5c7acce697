"""What would mend a broken claim: for one parameter at a time, the nearest value with which the claim holds again.

The search goes outward from the present value, within the bounds of the clip's own model and on the scale of the
parameter, then back toward the present value. The clip is asked at every value on the way; a value that is said is one
at which it was asked, as it is written.
"""

from __future__ import annotations

import math
import re
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from clips.filming.pool import Crew, Outcome, Work
from clips.filming.work import SKETCH, bring_in, make_scene, read_parameters, studio
from clips.job import Job

ASKED = 60  # times that a clip is asked, at most
SECONDS = 3.0  # of the processor, so that a busy machine finds what an idle one does
FACTORS = (1.25, 1.6, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0)
PARTS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)
FEW = 12  # whole numbers that are tried one by one
CELLS = 8  # into which a gap is divided, at least
ROUNDS = 2  # of dividing
WIDE, DIGITS = 4.0, (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)  # a wide gap of a scale is divided by decades
NONE_FOUND = "no value of one parameter alone was found that keeps"

Claims: TypeAlias = tuple[tuple[str, bool], ...]
Goal: TypeAlias = int | None  # the claim at this place of the list; None: all of them


@dataclass(frozen=True)
class Way:
    """A value of one parameter; with it all claims hold, or one that holds now is broken, or neither."""

    parameter: str
    now: float
    value: float
    all_hold: bool
    breaks_another: bool

    def __str__(self) -> str:
        but = ", but another claim breaks" if self.breaks_another else ""
        return f"{self.parameter} = {self.value:.10g} (now {self.now:g}{but})"


@dataclass(frozen=True)
class Advice:
    """What would mend the claim of this text; without a text, all that are broken at once."""

    claim: str
    ways: tuple[Way, ...]

    def __str__(self) -> str:
        if not self.ways:
            return f"{NONE_FOUND} {'it' if self.claim else 'all claims'}"
        subject = "it would hold" if self.claim else "all claims would hold"
        return f"{subject} with {', or with '.join(map(str, self.ways))}"


def sentences(advice: Iterable[Advice], claim: str) -> list[str]:
    """What is advised on the claim of this text; on all together, if it is empty."""
    return [str(one) for one in advice if one.claim == claim]


def advice_on(jobs: Sequence[Job], work: Work | None, crew: Crew) -> Mapping[str, tuple[Advice, ...]]:
    """Advice on the claims of clips, by what they are called; `work` is `advise`, or None where nobody wants advice."""
    events = crew.run(jobs, work) if work else iter(())
    return {event.job.called: event.result for event in events if isinstance(event, Outcome) and event.result}


def advise(job: Job, _: Callable[[str, int], None] = lambda _beat, _count: None) -> tuple[Advice, ...]:
    """Advice on each broken claim of a clip, in order; where several are broken, on all of them together as well."""
    bring_in(job.own)
    with studio(replace(SKETCH, theme=job.profile.theme, aspect=job.profile.aspect)), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # far from the present values, numbers may be wild
        clip = _Clip(job)
        broken = [place for place, (_, holds) in enumerate(clip.now) if not holds]
        ways = [found for axis in axes_of(job) for found in [_found(clip, axis, [*broken, None])] if found]
    if len(broken) == 1:
        (place,) = broken
        return (Advice(clip.now[place][0], tuple(found.get(None) or found[place] for found in ways)),)
    goals: list[Goal] = [*broken, None] if broken else []
    return tuple(
        Advice("" if goal is None else clip.now[goal][0], tuple(found[goal] for found in ways if goal in found))
        for goal in goals
    )


# Asking ---------------------------------------------------------------------------------------------------------------


class _SpentError(Exception):
    """The clip has been asked often enough."""


@dataclass
class _Clip:
    """A clip that is asked again and again, for as long as the budget lasts."""

    job: Job
    known: dict[tuple[str, float], Claims | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now = self._claims({})
        self.since = time.process_time()

    def ask(self, parameter: str, value: float) -> Claims | None:
        """The claims with another value of a parameter; None where the clip refuses it, or cannot be asked there."""
        if (parameter, value) not in self.known:
            if len(self.known) >= ASKED or time.process_time() - self.since > SECONDS:
                raise _SpentError
            try:
                self.known[parameter, value] = self._claims({parameter: value})
            except Exception:  # a value at which anything goes wrong is no advice
                self.known[parameter, value] = None
        return self.known[parameter, value]

    def reaches(self, goal: Goal, parameter: str, value: float) -> bool:
        """Whether a claim holds with this value, or all do."""
        claims = self.ask(parameter, value)
        if claims is None:
            return False
        return all(holds for _, holds in claims) if goal is None else truth(self.now, claims, goal)

    def way(self, axis: Axis, value: float) -> Way:
        claims = self.ask(axis.name, value) or ()
        breaks = any(holds and not truth(self.now, claims, place) for place, (_, holds) in enumerate(self.now))
        return Way(axis.name, axis.now, value, all(holds for _, holds in claims), breaks)

    def _claims(self, changed: Mapping[str, float]) -> Claims:
        scene = make_scene(self.job.clip, {**self.job.settings, **changed}, (), None, self.job.notation)
        return tuple((claim.text, bool(claim.holds)) for claim in scene.claims())


def truth(now: Claims, claims: Claims, place: int) -> bool:
    """Whether the claim at this place of `now` holds in `claims`: the same place, or else the same words.

    A clip may make more or fewer claims with other parameters. One that is not made does not hold.
    """
    if len(claims) == len(now):
        return claims[place][1]
    same = [holds for text, holds in claims if _words(text) == _words(now[place][0])]
    return len(same) == 1 and same[0]


def _words(claim: str) -> str:
    """A claim without its numbers."""
    return re.sub(r"[-+]?\d[\d.]*(e[-+]?\d+)?", "", claim)


# The scale of a parameter ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Axis:
    """A numeric parameter: its present value, its default, its bounds, and whether it is a whole number, or a scale."""

    name: str
    now: float
    default: float
    low: float
    high: float
    whole: bool
    logarithmic: bool

    def outward(self) -> list[float]:
        """Values to try, the nearest first."""
        values = {self._rounded(min(max(value, self.low), self.high)) for value in self._spread()}
        return sorted(values - {self.now}, key=lambda value: (self.distance(value), abs(value - self.default), value))

    def distance(self, value: float) -> float:
        """How far a value is from the present one: in doublings, or in units."""
        if self.logarithmic and min(value, self.now) > 0:
            return abs(math.log2(value / self.now))
        return abs(value - self.now)

    def between(self, miss: float, hit: float) -> list[float]:
        """The roundest values between two, from the first to the second."""
        if self.logarithmic and max(miss, hit) > WIDE * min(miss, hit) > 0:
            decades = range(math.floor(math.log10(min(miss, hit))), math.ceil(math.log10(max(miss, hit))))
            values = [_plain(digit * 10.0**k, self.whole) for k in decades for digit in DIGITS]
            return _strictly_between(values, miss, hit)
        step = _round_step(abs(hit - miss) / CELLS)
        step = max(step, _round_step(self._finest(hit)))
        first, last = math.floor(min(miss, hit) / step), math.ceil(max(miss, hit) / step)
        return _strictly_between([_plain(k * step, self.whole) for k in range(first, last + 1)], miss, hit)

    def is_near(self, miss: float, hit: float) -> bool:
        """Whether looking between them is not worth the while."""
        return abs(hit - miss) <= max(self._finest(hit), 0.1 * abs(hit - self.now))

    def _finest(self, value: float) -> float:
        if self.whole:
            return 1.0
        return 0.01 * value if self.logarithmic and value > 0 else 0.005 * (self.high - self.low)

    def _spread(self) -> Iterator[float]:
        yield self.default
        if self.whole and self.high - self.low <= FEW:
            yield from range(round(self.low), round(self.high) + 1)
        elif self.logarithmic:
            unit = max(1.0, self.now) if self.whole else self.now
            yield from (self.now + unit * (factor - 1) for factor in FACTORS)
            yield from (self.now / factor for factor in FACTORS)
        else:
            span = self.high - self.low
            yield from (self.now + sign * part * span for part in PARTS for sign in (1, -1))

    def _rounded(self, value: float) -> float:
        if self.whole:
            return round(value)
        if value in (self.default, self.low, self.high):
            return value
        if self.logarithmic:
            return float(f"{value:.2g}")
        step = _round_step((self.high - self.low) / 100)
        return _plain(round(value / step) * step, whole=False)


def _round_step(length: float) -> float:
    """The largest of ..., 0.1, 0.2, 0.5, 1, 2, 5, ... that is not longer."""
    decade = 10.0 ** math.floor(math.log10(length) + 1e-9)
    return max(step for step in (decade, 2 * decade, 5 * decade) if step <= length * (1 + 1e-9))


def _strictly_between(values: Iterable[float], first: float, last: float) -> list[float]:
    return sorted({v for v in values if min(first, last) < v < max(first, last)}, reverse=last < first)


def _plain(value: float, whole: bool) -> float:
    """Without the crumbs of binary fractions."""
    return round(value) if whole else float(f"{value:.10g}")


def axes_of(job: Job) -> list[Axis]:
    """The numeric parameters of a clip that have a value: first those that were changed; counts last, for they cost."""
    given = read_parameters(job.clip, job.settings)
    schema = type(given).model_json_schema()["properties"]
    axes = [axis for name, entry in schema.items() if (axis := axis_of(name, getattr(given, name), entry)) is not None]
    return sorted(axes, key=lambda axis: (axis.name not in job.settings or axis.now == axis.default, axis.whole))


def axis_of(name: str, now: Any, entry: Mapping[str, Any]) -> Axis | None:
    """The scale of a parameter, from its entry in the model's schema; None if it is no number, or is left open."""
    kinds = {kind.get("type"): kind for kind in entry.get("anyOf", [entry])}
    kind = kinds.get("integer") or kinds.get("number")
    if kind is None or isinstance(now, bool) or not isinstance(now, int | float):
        return None
    whole, default = kind["type"] == "integer", entry.get("default")
    low, high = _bounds(kind, now)
    return Axis(
        name=name,
        now=now,
        default=default if isinstance(default, int | float) else now,
        low=low,
        high=high,
        whole=whole,
        logarithmic=(whole and low >= 0) or kind.get("exclusiveMinimum") == 0 or 0 < 100 * low < high,
    )


def _bounds(kind: Mapping[str, Any], now: float) -> tuple[float, float]:
    """The least and the largest value that are tried: the bounds, a little inside of those that are excluded."""
    lows = [kind[key] for key in ("minimum", "exclusiveMinimum") if key in kind]
    highs = [kind[key] for key in ("maximum", "exclusiveMaximum") if key in kind]
    reach = 10 * max(1.0, abs(now))
    low, high = max(lows, default=now - reach), min(highs, default=max(now + reach, FACTORS[-1] * now))
    inside = 1.0 if kind["type"] == "integer" else 0.01 * (high - low)
    return (
        low + inside * (low == kind.get("exclusiveMinimum") != 0),
        high - inside * (high == kind.get("exclusiveMaximum")),
    )


# Searching ------------------------------------------------------------------------------------------------------------


def _found(clip: _Clip, axis: Axis, goals: Sequence[Goal]) -> dict[Goal, Way]:
    """For each goal that this parameter alone reaches, the nearest value found."""
    found: dict[Goal, float] = {}
    with suppress(_SpentError):  # what was found until then is right
        _try_default(clip, axis, goals, found)
        _search(clip, axis, goals, found)
    return {goal: clip.way(axis, value) for goal, value in found.items()}


def _try_default(clip: _Clip, axis: Axis, goals: Sequence[Goal], found: dict[Goal, float]) -> None:
    """The value that the clip was made for: should the budget not last, it is known at least."""
    if axis.default != axis.now:
        found.update({goal: axis.default for goal in goals if clip.reaches(goal, axis.name, axis.default)})


def _search(clip: _Clip, axis: Axis, goals: Sequence[Goal], found: dict[Goal, float]) -> None:
    """Try values outward; where a goal is reached first, it is looked for still nearer to the present value."""
    left, last = list(goals), {False: axis.now, True: axis.now}  # the last value that was tried on either side
    for value in axis.outward():
        above = value > axis.now
        for goal in [goal for goal in left if clip.reaches(goal, axis.name, value)]:
            left.remove(goal)
            found[goal] = value
            for nearer in _nearer(clip, axis, goal, last[above], value):
                found[goal] = nearer
        last[above] = value
        if not left:
            return


def _nearer(clip: _Clip, axis: Axis, goal: Goal, miss: float, hit: float) -> Iterator[float]:
    """Values between a miss and a hit that reach the goal, each nearer to the miss: halving, over round values."""
    for _ in range(ROUNDS):
        values = axis.between(miss, hit)
        while values:
            middle = len(values) // 2
            if clip.reaches(goal, axis.name, values[middle]):
                yield (hit := values[middle])
                values = values[:middle]
            else:
                miss, values = values[middle], values[middle + 1 :]
        if axis.is_near(miss, hit):
            return
