"""The runs that show a problem, and what they show: three that momentum causes, two that it leaves as they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from objectives import OBJECTIVES, AnyObjective
from objectives.surfaces import ravine
from optimizers import GradientDescent, Momentum, Rule, Trajectory, descend
from scenes.props.problems.example import Example, Measure, degrees_off
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.even_map import View, around
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.words.figures import as_shown, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import tinted

OTHER = "other"  # a second run with momentum
FAR, LEVEL = 1.0, 1e-2  # claims: ends so far apart are different; a slope below it is none
CLOSE = 0.1  # momenta that differ by less are nearly the same
WAY_DOWN = 0.28  # of the window: arrows that show where the ground falls
HAIR, NUDGED = 1e-6, 200  # off the ridge of a saddle; steps in which gradient descent, too, gets away from there
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
            brief=f"{way} of its way too far",
            short=f"${100 * beyond:.0f} %$ too far",
            measure=_arrow(np.zeros(2), run.iterates[np.argmin(run.iterates @ start)], way) if beyond else None,
        )

    def sensitivity(self) -> Example:
        bowl, pair = OBJECTIVES["qfsp"], self.parameters.near_momenta
        one, other = (self._run(bowl, bowl.start, 0.1, momentum) for momentum in pair)
        gap = float(np.linalg.norm(one.iterates[one.ended_at] - other.iterates[other.ended_at]))
        first, second = map(typed, pair)
        finding = f"with momentum ${first}$ and ${second}$ the runs end ${gap:.1f}$ apart"
        said = "a little more momentum, another valley" if gap > FAR else "a little more momentum, the same valley"
        said = said.replace("a little more", "another") if abs(pair[0] - pair[1]) >= CLOSE else said
        short = f"ends ${gap:.1f}$ apart"
        holds, near = gap > FAR and abs(pair[0] - pair[1]) < CLOSE, _near(bowl, one, other)
        brief = f"{tinted(f'${first}$', rule_color(MOMENTUM))} or {tinted(f'${second}$', other_color())}"
        brief, runs = f"{brief}: they end ${gap:.1f}$ apart", {MOMENTUM: one, OTHER: other}
        ends = np.array([run.iterates[run.ended_at] for run in (one, other)])
        return Example(
            bowl,
            runs,
            said,
            finding,
            holds,
            view=near,
            settings=self._set(0.1, *pair),
            brief=brief,
            short=short,
            measure=Measure(np.tile(ends.mean(axis=0), (2, 1)), ends, f"${gap:.1f}$") if gap > FAR else None,
        )

    def directional_bias(self) -> Example:
        hills = OBJECTIVES["himmelblau"]
        run = self._run(hills, hills.start, 0.005, self.parameters.momentum)
        angles = degrees_off(run)
        uphill = np.flatnonzero(angles > 90)
        stop = int(uphill[0]) if len(uphill) else int(np.argmax(angles))
        finding = f"step ${stop + 1}$ goes ${angles[stop]:.0f} degree$ off the way downhill"
        short = f"${angles[stop]:.0f} degree$ off downhill"
        brief = f"step ${stop + 1}$: {short}"
        said = "it keeps its old way, even where that is uphill" if len(uphill) else "no step leads uphill"
        settings = self._set(0.005, self.parameters.momentum)
        runs = {MOMENTUM: run}
        return Example(hills, runs, said, finding, bool(len(uphill)), stop, settings=settings, brief=brief, short=short)

    def saddles(self) -> Example:
        pass_, steps = OBJECTIVES["saddle"], 4 * self.parameters.steps
        runs = self._pair(pass_, (3.0, 0.0), 0.05, steps)
        stops = {name: _stops(pass_, run) for name, run in runs.items()}
        slope = float(np.linalg.norm(runs[MOMENTUM].gradients[runs[MOMENTUM].ended_at]))
        nudged = self._pair(pass_, (3.0, HAIR), 0.05, NUDGED)
        away = {name: int(np.argmax(np.abs(run.iterates[:, 1]) > 1.0)) for name, run in nudged.items()}
        hair, both = f"${typed(HAIR)}$ off", all(stops.values())
        sooner = f"{hair}, momentum is $1$ away at step ${away[MOMENTUM]}$, gradient descent at ${away[GD]}$"
        goes_on = f"in the end the slope is ${typed(slope, 1)}$, and it goes on"
        who = "both stop" if both else "it stops" if stops[MOMENTUM] else "it does not stop"
        where = "on the saddle: " if stops[MOMENTUM] else "in "
        two = (tinted(f"${away[name]}$", rule_color(name)) for name in (MOMENTUM, GD))
        return Example(
            pass_,
            runs,
            f"exactly on the ridge, {who} {where}${steps}$ steps",
            sooner if stops[MOMENTUM] else goes_on,
            both,
            settings=self._set(0.05, self.parameters.momentum),
            brief=f"{hair}: away at step {' or '.join(two)}",
            short="only on the ridge" if stops[MOMENTUM] else "goes on",
            said_briefly=f"exactly on the ridge, {who}: ${steps}$ steps",
            measure=_ways_down(pass_, runs[MOMENTUM]) if stops[MOMENTUM] else None,
        )

    def one_rate_for_all(self) -> Example:
        ratio = self.parameters.condition_number
        valley, rate = ravine(ratio), 1.25 / ratio
        runs = self._pair(valley, (9.0, 3.0), rate, self.parameters.steps)
        left = {
            name: np.abs(run.iterates[: run.ended_at + 1][-JUDGED:]).max(axis=0) / run.iterates[0]
            for name, run in runs.items()
        }
        ends = {name: np.abs(run.iterates[run.ended_at] / run.iterates[0]) for name, run in runs.items()}
        along, across = ends[MOMENTUM][0], left[MOMENTUM][1]  # across it swings, and the last step may be a dip
        finding = f"${100 * along:.0f} %$ of the way along it is left, and across it at most ${100 * across:.0f} %$"
        finding += f" in the last ${JUDGED}$ steps"
        short = f"${100 * along:.0f} %$ still to go"
        brief = f"still to go: ${100 * along:.0f} %$ along, ${100 * across:.0f} %$ across"
        lags = {name: bool(far > 4 * near) for name, (far, near) in left.items()}
        said = "the steep way sets the rate for both"
        plain = f"gradient descent has ${100 * ends[GD][0]:.0f} %$ to go"
        end = runs[MOMENTUM].iterates[runs[MOMENTUM].ended_at]
        return Example(
            valley,
            runs,
            f"{said}; {plain}" if lags[GD] else said,
            finding,
            all(lags.values()),
            settings=self._set(as_shown(rate), self.parameters.momentum),
            brief=brief,
            short=short,
            said_briefly=f"at this rate, {plain}" if lags[GD] else "",
            measure=_arrow(end, end * [0, 1], f"${100 * along:.0f} %$") if lags[MOMENTUM] else None,
        )


def on_the_ridge(saddle: Example) -> str:
    """What the runs do that start on the ridge of a saddle, for a caption: plain ones stop there at last."""
    if saddle.holds:
        return "runs with momentum and without it stop"
    return "a run with momentum stops" if saddle.measure else "a run with momentum does not stop"


def _arrow(tail: Array, tip: Array, words: str) -> Measure:
    return Measure(tail[None], tip[None], words)


def _ways_down(objective: AnyObjective, run: Trajectory) -> Measure | None:
    """From where a run ends, to both sides the way on which the ground falls most; None if it falls on none."""
    end = run.iterates[run.ended_at]
    way = np.linalg.eigh(objective.hessian(end))[1][:, 0]
    tips = end + WAY_DOWN * float(np.ptp(np.array(objective.view), axis=1).min()) * np.array([way, -way])
    falls = bool((objective.value(tips) < objective.value(end)).all())
    return Measure(np.array([end, end]), tips, "lower", beside=False) if falls else None


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
