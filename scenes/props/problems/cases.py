"""The runs that show a problem, and what they show: three that momentum causes, two that it only eases."""

from __future__ import annotations

from typing import Any

import numpy as np

from objectives import OBJECTIVES, AnyObjective
from objectives.surfaces import ravine
from optimizers import GradientDescent, Momentum, Rule, Trajectory, descend
from scenes.props.problems.example import Example, Measure, degrees_off, instead
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.even_map import View, around
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.words.figures import as_shown, figure, in_math, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import tinted

OTHER = "other"  # a second run with momentum
FAR, LEVEL = 1.0, 1e-2  # claims: ends so far apart are different; a slope below it is none
CLOSE = 0.1  # momenta that differ by less are nearly the same
RIDGE = 3.0, 0.0  # a place on the ridge of a saddle
HAIR, AWAY, NUDGED = 1e-6, 2.0, 200  # a start beside it; so far off it is away; steps in which all get there
BESIDE, REACH, AROUND = (7.0, 3.0), 8.0, 21  # one start, and the grid of others: how far it reaches, and its side
JUDGED = 10  # last steps, of which the widest swing counts


def other_color() -> str:
    """Of a second run with momentum: crosses on a map are as bright as its ground is dark."""
    return palette().terms[2]


class Cases:
    """By the names of the beats that show them; a case reads of the clip's parameters only what it needs."""

    def __init__(self, parameters: Any) -> None:
        self.parameters = parameters

    def _run(self, objective: AnyObjective, start: tuple[float, ...], rate: float, momentum: float) -> Trajectory:
        return descend(objective, Momentum(rate, momentum), start, self.parameters.steps)

    def _set(self, rate: float, *momenta: float) -> str:
        """The learning rate and the momenta of runs, as mathematics."""
        kept = ", thin ".join(map(typed, momenta))
        return f"{notation().learning_rate} = {typed(rate)}, thin {notation().momentum} = {kept}"

    def _pair(
        self, objective: AnyObjective, start: tuple[float, ...], rate: float, steps: int
    ) -> dict[str, Trajectory]:
        """Gradient descent and momentum from one start."""
        rules: dict[str, Rule[Any]] = {GD: GradientDescent(rate), MOMENTUM: Momentum(rate, self.parameters.momentum)}
        return {name: descend(objective, rule, start, steps) for name, rule in rules.items()}

    def overshoot(self) -> Example:
        bowl = OBJECTIVES["paraboloid"]
        run = self._run(bowl, (8.0, 5.0), 0.1, self.parameters.momentum)
        start = run.iterates[0]
        beyond = max(0.0, -float(np.min(run.iterates @ start) / (start @ start)))
        way = f"${100 * beyond:.0f} %$"
        finding = f"it runs {way} of its way past the minimum" if beyond else "it does not run past the minimum"
        said = "it runs past the minimum, and has to come back" if beyond else finding
        settings = self._set(0.1, self.parameters.momentum)
        return Example(
            bowl,
            {MOMENTUM: run},
            said,
            finding,
            beyond > 0.3,
            settings=settings,
            short=f"{way} of its way too far",
            measure=_arrow(np.zeros(2), run.iterates[np.argmin(run.iterates @ start)], way) if beyond else None,
        )

    def sensitivity(self) -> Example:
        bowl, pair = OBJECTIVES["qfsp"], self.parameters.near_momenta
        one, other = (self._run(bowl, BESIDE, 0.1, momentum) for momentum in pair)
        ends = np.array([run.iterates[run.ended_at] for run in (one, other)])
        gap, valleys = float(np.linalg.norm(ends[1] - ends[0])), [int(which) for which in _valleys(bowl, ends)]
        parts = min(valleys) >= 0 and valleys[0] != valleys[1]
        first, second = map(typed, pair)
        starts, share = f"of ${AROUND**2}$ starts", f"${100 * self._parted(bowl, 0.1, pair):.0f} %$"
        valleyed = f"from {share} {starts} in different valleys"
        two = f"{tinted(f'${first}$', rule_color(MOMENTUM))} or {tinted(f'${second}$', other_color())}"
        said = f"{_another(*pair)}, {'another' if parts else 'the same' if min(valleys) >= 0 else 'no'} valley"
        return Example(
            bowl,
            {MOMENTUM: one, OTHER: other},
            f"from this start they end ${gap:.1f}$ apart; {valleyed}" if parts else said,
            f"from this start ${first}$ and ${second}$ end ${gap:.1f}$ apart; {valleyed}",
            parts and abs(pair[0] - pair[1]) < CLOSE,
            view=_near(bowl, one, other),
            settings=self._set(0.1, *pair),
            short=f"{two}: {'two valleys' if parts else 'one valley' if min(valleys) >= 0 else 'no valley'}",
            said_briefly=valleyed if parts else said,
            measure=Measure(np.tile(ends.mean(axis=0), (2, 1)), ends, f"${gap:.1f}$ apart") if gap > FAR else None,
        )

    def _parted(self, objective: AnyObjective, rate: float, pair: tuple[float, ...]) -> float:
        """From which share of a square grid of starts the two end in valleys of their own."""
        side = np.linspace(-REACH, REACH, AROUND)
        starts = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        runs = (descend(objective, Momentum(rate, kept), starts, self.parameters.steps) for kept in pair)
        one, other = (_valleys(objective, run.iterates[-1]) for run in runs)
        return float(((one != other) & (np.minimum(one, other) >= 0)).mean())

    def directional_bias(self) -> Example:
        hills = OBJECTIVES["himmelblau"]
        run = self._run(hills, hills.start, 0.005, self.parameters.momentum)
        angles = degrees_off(run)
        uphill = np.flatnonzero(angles > 90)
        stop = int(uphill[0]) if len(uphill) else int(np.argmax(angles))
        finding = f"step ${stop + 1}$ goes ${angles[stop]:.0f} degree$ off the way downhill"
        way, down = tinted(f"step ${stop + 1}$", palette().share), tinted("downhill", palette().gradient)
        short = f"{way}: ${angles[stop]:.0f} degree$ off {down}"
        said = "it keeps its old way, even where that is uphill" if len(uphill) else "no step leads uphill"
        settings = self._set(0.005, self.parameters.momentum)
        runs = {MOMENTUM: run}
        return Example(hills, runs, said, finding, bool(len(uphill)), stop, settings=settings, short=short)

    def saddles(self) -> Example:
        pass_, steps = OBJECTIVES["saddle"], 4 * self.parameters.steps
        stops = {name: _stops(pass_, run) for name, run in self._pair(pass_, RIDGE, 0.05, steps).items()}
        nudged = self._pair(pass_, (RIDGE[0], HAIR), 0.05, NUDGED)
        away = {name: int(np.argmax(np.abs(run.iterates[:, 1]) > AWAY)) for name, run in nudged.items()}
        runs = self._pair(pass_, (RIDGE[0], HAIR), 0.05, away[MOMENTUM])
        end = runs[MOMENTUM].iterates[-1]
        both = all(stops.values())
        rests = "both run into the saddle and stay" if both else "it runs into the saddle and stays"
        who = rests if stops[MOMENTUM] else "it does not come to rest"
        briefly = " ".join((who.split()[0], who.split()[-1])) if stops[MOMENTUM] else who
        sooner = away[MOMENTUM] < away[GD]
        found = f"${typed(HAIR)}$ off its ridge, momentum gets ${AWAY:g}$ away "
        found += f"at step ${away[MOMENTUM]}$, gradient descent at ${away[GD]}$" if sooner else "no sooner"
        beside = f"${typed(HAIR)}$ off the ridge, it gets away; " if both and sooner else ""
        return Example(
            pass_,
            runs,
            f"{beside}exactly on {'it' if beside else 'the ridge'}, {who}",
            f"{found}; exactly on it, in ${steps}$ steps {who.replace('it ', 'momentum ', 1)}",
            both and sooner,
            settings=self._set(0.05, self.parameters.momentum),
            short=instead({name: f"${step}$" for name, step in away.items()}, " steps"),
            what=f"${AWAY:g}$ away",
            said_briefly=f"exactly on the ridge, {briefly}",
            measure=_arrow(end * [1, 0], end, f"step ${away[MOMENTUM]}$"),
        )

    def one_rate_for_all(self) -> Example:
        ratio = self.parameters.condition_number
        valley, rate = ravine(ratio), 1.25 / ratio
        runs = self._pair(valley, (9.0, 3.0), rate, self.parameters.steps)
        left = {
            name: np.abs(run.iterates[: run.ended_at + 1][-JUDGED:]).max(axis=0) / run.iterates[0]
            for name, run in runs.items()
        }
        along = {name: float(abs(run.iterates[run.ended_at, 0] / run.iterates[0, 0])) for name, run in runs.items()}
        told = {name: f"${100 * far:.0f} %$" for name, far in along.items()}
        lags = {name: bool(far > 4 * near) for name, (far, near) in left.items()}  # across it swings: its widest counts
        end = runs[MOMENTUM].iterates[runs[MOMENTUM].ended_at]
        after, steep = f"after ${self.parameters.steps}$ steps", in_math(figure(ratio, 4))
        return Example(
            valley,
            runs,
            f"${steep}$ times as steep across: that sets the rate for both",
            f"{after} in a ravine ${steep}$ times as steep across, {told[MOMENTUM]} of the way is to go, "
            f"without momentum {told[GD]}",
            all(lags.values()) and along[MOMENTUM] < along[GD],
            settings=self._set(as_shown(rate), self.parameters.momentum),
            short=instead(told, " to go"),
            said_briefly="the steep way sets the rate for both",
            measure=_arrow(end, end * [0, 1], f"{told[MOMENTUM]} to go") if lags[MOMENTUM] else None,
        )


def _valleys(objective: AnyObjective, ends: Array) -> Array:
    """In which of the objective's valleys runs end (n,): the minimum that is near; -1 if none is."""
    ways = np.linalg.norm(ends[:, None] - np.array(objective.minima), axis=-1)
    return np.where(ways.min(axis=1) < FAR, ways.argmin(axis=1), -1)


def _another(one: float, other: float) -> str:
    """How a second momentum differs from the first."""
    if one == other or abs(one - other) >= CLOSE:
        return "another momentum"
    return f"a little {'more' if other > one else 'less'} momentum"


def _arrow(tail: Array, tip: Array, words: str) -> Measure:
    return Measure(tail[None], tip[None], words)


def _near(objective: AnyObjective, *runs: Trajectory) -> View:
    """A window round runs, as far as they stay near the objective's own."""
    paths = np.concatenate([run.iterates[: run.ended_at + 1] for run in runs])
    low, high = np.array(objective.view).T
    reach = high - low
    kept = paths[((paths > low - reach) & (paths < high + reach)).all(axis=1)]
    return around(kept) if len(kept) else (objective.view[0], objective.view[1])


def _stops(objective: AnyObjective, run: Trajectory) -> bool:
    """Whether a run ends where there is no slope to speak of, and yet no minimum."""
    end = run.ended_at
    level = float(np.linalg.norm(run.gradients[end])) < LEVEL
    return level and float(np.linalg.eigvalsh(objective.hessian(run.iterates[end])).min()) < 0
