"""Momentum is two lines of code: read them while they run.

At the left the source of a function of this project, with the line lit that is being executed and the variables as they
are; at the right the map, where each line moves something: the slope's push, the share of the last update, the ball.
Marked are the two lines that gradient descent does without: it subtracts the push itself. First line by line, then
round after round; and then beside it the same function without momentum, its share struck out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from itertools import product

import numpy as np
from manim import LEFT, RIGHT, Create, GrowFromCenter, ValueTracker, VGroup, VMobject, linear
from pydantic import Field

from objectives import AnyObjective
from optimizers import Momentum, Trajectory, descend
from optimizers.by_hand import walk
from scenes.lecture_scene import (
    Claim,
    ClipParameters,
    Coefficient,
    LearningRate,
    LectureScene,
    Number,
    ObjectiveName,
    Point,
    objective_of,
    start_of,
)
from scenes.props.code_walkthrough.forces import Forces
from scenes.props.code_walkthrough.listing import Band, Listing, Moment, NamedValue, moments_of, variables_of
from scenes.props.code_walkthrough.seats import Seats, is_wide, seats, type_of_code
from scenes.props.code_walkthrough.telling import NEW, SAID, compared, formula_over, sum_of_arrows
from scenes.reads import derived
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Ball, Trail
from scenes.stage.ink.drawing import Array, crosses, inside
from scenes.stage.ink.fading import FadeIn
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap, containing
from scenes.stage.maps.even_map import around, even_map
from scenes.stage.panels.scoreboard import error_at, errors_of
from scenes.stage.runs.pair import GD, MOMENTUM, NAMES, pair_of_rules
from scenes.stage.runs.resting import minima
from scenes.stage.words.cards import RuleCard
from scenes.stage.words.endings import ending, goes_down, last_value
from scenes.stage.words.figures import running_spec, typed
from scenes.stage.words.numerals import widest_of
from scenes.stage.words.speaker import Speaker
from scenes.stage.words.typesetting import BODY, SMALL, quiet

CARD = 0.98  # height of a card
SLOW = (1.25, 0.7, 0.4)  # seconds a line, in the first three rounds
PACE, LONGEST = 2.5, 12.0  # rounds a second afterwards, and seconds at most
TITLES = {MOMENTUM: NAMES[MOMENTUM], GD: "without"}
SETTINGS = ("eta", "gamma")  # beside the variables, what stays as it is
BETWEEN = 0.5  # of the columns of variables
MARKED = ("update = 0", "update = gamma")  # how the two lines of the title begin: gradient descent has none of them
SHARE = "gamma * update +"  # of the second, what is struck out without momentum; the first is, as a whole
DIGITS = ((3, BODY), (2, BODY), (2, SMALL), (1, SMALL))  # of the numbers on the cards, and their type
TINTS = {"gamma * update": "share", "eta * dw": "gradient", "dw = gradient(w)": "gradient"}  # as in the formulas


class CodeWalkthrough(LectureScene):
    """The code of momentum, line by line, while it runs."""

    title = "Momentum is two lines of code"
    beats = ("opening", "listing", "line_by_line", "again", "round_after_round", "large_steps")
    poster = "round_after_round"

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field("x^2/20 + y^2", description="A surface: a name, or a formula.")
        start: Point | None = Field((4.8, 1.6), description="Where the run starts; `None`: where the objective says.")
        learning_rate: LearningRate = Field(0.7, description="Learning rate.")
        momentum: Coefficient = Field(0.7, description="Momentum coefficient.")
        steps: int = Field(18, ge=3, le=500, description="How many rounds the loop makes.")

    # The run --------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 2, "code_walkthrough")

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        """The same run by the toolkit's rule, and gradient descent."""
        wanted, start = self.parameters, start_of(self.parameters.start, self.objective)
        rules = pair_of_rules(wanted.learning_rate, wanted.momentum)
        return {name: descend(self.objective, rules[name], start, wanted.steps) for name in (MOMENTUM, GD)}

    @property
    def fast(self) -> Trajectory:
        return self.runs[MOMENTUM]

    @cached_property
    def moments(self) -> list[Moment]:
        """The function's run, line by line; of one that flies off, as far as there is something to see."""
        wanted, run = self.parameters, self.fast
        settings = (wanted.learning_rate, wanted.momentum, max(1, run.ended_at))
        with np.errstate(all="ignore"):
            return moments_of(walk, self.objective.gradient, run.iterates[0], *settings)

    @cached_property
    def path(self) -> Array:
        """Where the function has been, (rounds + 1, 2)."""
        steps = [moment.after["w"] for moment in self.moments if "w" in moment.changed]
        return np.array([self.moments[0].before["w"], *steps])

    @cached_property
    def moved(self) -> Array:
        """How often the ball had moved before each moment, (moments + 1,)."""
        return np.cumsum([0, *("w" in moment.changed for moment in self.moments)])

    @derived
    def view(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """A window round the paths, with room for the arrows of the first rounds; where they leave, the objective's."""
        runs = [run.iterates[: run.ended_at + 1] for run in self.runs.values()]
        points = np.concatenate([*runs, self._tips, *(np.asarray([point]) for point in self.minima)])
        (left, right), (low, high) = held = containing(self.objective.view, points)
        x, y = points.T
        near = points[(left <= x) & (x <= right) & (low <= y) & (y <= high)]
        return around(near, 0.06, 0.2 * max(right - left, high - low)) if len(near) else held

    @property
    def _tips(self) -> Array:
        """Where the arrows of the first rounds end (n, 2): one that would leave the map is not drawn."""
        wanted, run, count = self.parameters, self.fast, min(len(SLOW), self.fast.ended_at)
        with np.errstate(all="ignore"):
            pushes = run.iterates[:count] - wanted.learning_rate * run.gradients[:count]
            shares = run.iterates[1:count] - wanted.momentum * run.updates[: max(count - 1, 0)]
        return np.concatenate([pushes, shares])

    @cached_property
    def rounds(self) -> list[int]:
        """The moments at which a round begins: the loop's line, which sets its counter."""
        return [k for k, moment in enumerate(self.moments) if "t" in moment.changed]

    def begin(self, turn: int) -> int:
        """The moment at which a round begins; after the last one, the end."""
        return self.rounds[turn] if turn < len(self.rounds) else len(self.moments) - 1

    def stepped(self, turn: int) -> int:
        """The moment after the line of a round that moves the ball."""
        return int(np.searchsorted(self.moved, turn + 1)) if turn < self.moved[-1] else self.begin(turn + 1)

    @cached_property
    def minima(self) -> list[Array]:
        wanted = self.parameters
        return minima(self.objective, Momentum(wanted.learning_rate, wanted.momentum), self.fast)

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.runs

    def numbers(self) -> Mapping[str, Number]:
        ends = {f"{name}_value": error_at(run, run.ended_at) for name, run in self.runs.items()}
        return {"start_value": float(self.fast.values[0]), "last": self.fast.ended_at, **ends}

    def claims(self) -> Iterator[Claim]:
        path, run = self.path, self.fast.iterates[: len(self.path)]
        yield Claim(
            f"the code on the screen takes the path of the toolkit's momentum: {len(path) - 1} steps, bit for bit",
            bool(np.array_equal(path, run, equal_nan=True)),
        )
        slow, fast = last_value(self.runs[GD]), last_value(self.fast)
        yield Claim(
            f"after {self.fast.ended_at} rounds momentum is lower: it {ending(self.fast)}, gradient descent "
            f"{ending(self.runs[GD])}",
            fast < slow,
        )

    def words(self) -> Mapping[str, str]:
        return {
            "gd_words": ending(self.runs[GD], 2, "is"),
            "momentum_words": ending(self.fast, 2, "is"),
            "and_longer": ", and the new one is longer" if self.lengthens else "",
            "fallen": ending(self.fast, 2, "has gone down to" if goes_down(self.fast) else "has not gone down: it is"),
        }

    @property
    def lengthens(self) -> bool:
        """Whether the second step is longer than the first."""
        with np.errstate(all="ignore"):
            lengths = np.linalg.norm(self.fast.updates, axis=-1)
        return bool(len(lengths) > 1 and lengths[1] > lengths[0])

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Momentum is two lines of code."""
        self.show_title(self.code.code, self.map, *formula_over(self.map, self.objective), self.goal, self.ball)

    def listing(self) -> None:
        """What you read is what runs; w is where the ball is. Beside gradient descent one line is new, one gets a
        second term."""
        told = "`w` is the ball's place"
        self.speaker.say(f"what you read is what runs; {told}", f"what you read runs; \\ {told}")
        self.wait(3.8)
        self.play(FadeIn(self.code.marks), run_time=0.5)
        self.speaker.say(*NEW)
        self.wait(3.4)

    def line_by_line(self) -> None:
        """One line after the other: the slope pushes the ball down; a share of the last update is added, at first 0;
        then w moves, by minus the update."""
        self.speaker.hush()
        self.play(FadeIn(self.variables), FadeIn(self.settings), run_time=0.6)
        self.remove(self.ball)
        self.add(self.code.band, self.lit, self.trail, self.forces, self.goal)
        for k in range(self.stepped(0)):
            self._take(k, SLOW[0], said=True)
        self.wait(1.2)

    def again(self) -> None:
        """The next rounds: now there is a last update{and_longer}. Its share and the slope's push make the step."""
        self.speaker.say("again: now there is a last update", "now there is a last update")
        for turn, seconds in zip((1, 2), SLOW[1:], strict=True):
            for k in range(self.stepped(turn - 1), self.stepped(turn)):
                self._take(k, seconds)
        self.speaker.say(*sum_of_arrows())
        self.wait(1.6)

    def round_after_round(self) -> None:
        """And so on, round after round: after {last} of them f {fallen}."""
        self.speaker.hush()
        self.vanish(self.forces)
        self.lit.cover()
        body = [moment.line for moment in self.moments[self.begin(0) : self.begin(1)]]
        self.code.light(min(body), max(body))
        last = len(self.moments) - 1
        seconds = min((len(self.rounds) - len(SLOW)) / PACE, LONGEST)
        if seconds > 0:
            self._follow(self.gliding)
            self.play(self.moment.animate.set_value(last), run_time=seconds, rate_func=linear)
            self.release()
        self.wait(0.4)
        height = f"the height $f$ {ending(self.fast, 2)}"
        self.speaker.say(f"after {self.fast.ended_at} rounds {height}", height, f"$f$ {ending(self.fast, 2)}")
        self.wait(1.8)

    def large_steps(self) -> None:
        """With a momentum of 0 nothing is kept: gradient descent. After {last} rounds f {gd_words} there; with momentum
        it {momentum_words}."""
        self.vanish(self.variables, self.settings, self.code.band)
        self.play(FadeIn(self.cards[MOMENTUM]), run_time=0.5)
        self.wait(1.0)
        self.speaker.say("the same rounds without what is struck out", "the same without \\ what is struck out")
        self.play(Create(self.struck), FadeIn(self.cards[GD]), GrowFromCenter(self.slow.ball), run_time=0.6)
        self.add(self.slow, self.trail.ball, self.goal)
        run, step = self.runs[GD], ValueTracker(0.0)
        self.drive(self.slow, step)
        self.drive(self.cards[GD], step, partial(error_at, run))
        self.play(step.animate.set_value(run.ended_at), run_time=4.0, rate_func=linear)
        self.release()
        self.speaker.say(*compared(self.runs))
        self.wait(3.0)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _take(self, k: int, seconds: float, said: bool = False) -> None:
        """Execute a line: it is lit, then its variable changes, and the ball moves if that is where it stands."""
        moment = self.moments[k]
        self.code.light(moment.line)
        self.lit.cover()
        for name in moment.changed:
            self.lit.cover(self.variable_of[name].ground)
            if said and name in SAID and k >= self.begin(0):
                self.speaker.say(*SAID[name])
        self._follow(self.moving)
        self.play(self.moment.animate.set_value(k + 1), run_time=seconds, rate_func=linear)
        self.release()

    def _follow(self, step_at: Callable[[float], float]) -> None:
        for variable in self.variable_of.values():
            self.drive(variable, self.moment)
        self.drive(self.trail, self.moment, step_at)
        if step_at == self.moving:
            self.drive(self.forces, self.moment)

    def moving(self, moment: float) -> float:
        """The step that the ball has taken: it moves while the line that moves it is executed."""
        return float(np.interp(moment, np.arange(len(self.moved)), self.moved))

    def gliding(self, moment: float) -> float:
        """The same, evenly spread over the round."""
        begins = [*self.rounds, len(self.moments) - 1]
        return float(np.interp(moment, begins, np.arange(len(begins))))

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def seats(self) -> Seats:
        return seats()

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.seats.words)

    @cached_property
    def code(self) -> Listing:
        return Listing(walk, self.seats.listing, TINTS, MARKED, type_of_code(), self._of_the_map)

    @property
    def _of_the_map(self) -> Box:
        """The map beside the listing: without the numbers of its vertical axis, which stand lower."""
        return replace(self.seats.chart, left=self.map.area.left)

    @cached_property
    def struck(self) -> VMobject:
        """What gradient descent has not, struck out in its colour."""
        return self.code.stroke_through((MARKED[0], SHARE), rule_color(GD))

    @cached_property
    def moment(self) -> ValueTracker:
        """The line that is being executed, counted from the start of the run, with fractions."""
        return ValueTracker(0.0)

    @cached_property
    def cells(self) -> dict[str, Box]:
        """Of the variables and the settings: in two columns or in one, or the settings beside the listing."""
        box, names = self.seats.variables.inset(left=0.1), variables_of(self.moments)
        if layout.is_narrow():
            *rows, last = box.rows(*[1.0] * (len(names) + 1), gap=0.0)
            return dict(zip(names, rows, strict=True)) | dict(zip(SETTINGS, last.columns(1.0, 1.6), strict=True))
        if self.seats.given is not None:
            found = [*box.rows(*[1.0] * len(names), gap=0.0), *self.seats.given.rows(*[1.0] * len(SETTINGS), gap=0.0)]
            return dict(zip([*names, *SETTINGS], found, strict=True))
        places = [name for name in names if np.size(self.moments[-1].after[name]) > 1]
        beside = [*(name for name in names if name not in places), *SETTINGS]
        second = box.width - max(NamedValue.room(name, self.moments) for name in places) - BETWEEN
        halves = [row.right_slice(second, gap=BETWEEN) for row in box.rows(*[1.0] * len(places), gap=0.0)]
        found = [half for _, half in halves] + [half for half, _ in halves]
        return dict(zip([*places, *beside], found, strict=True))

    @cached_property
    def variables(self) -> VGroup:
        return VGroup(*self.variable_of.values())

    @cached_property
    def variable_of(self) -> dict[str, NamedValue]:
        """What the function sets, by name."""
        return {name: NamedValue(self.cells[name], name, self.moments) for name in variables_of(self.moments)}

    @cached_property
    def settings(self) -> VGroup:
        """The arguments that stay as they are."""
        values = {"eta": self.parameters.learning_rate, "gamma": self.parameters.momentum}
        made = {name: quiet(f"`{name}` $= {typed(values[name])}$") for name in SETTINGS}
        fits = {name: words.width <= self.cells[name].width for name, words in made.items()}
        return VGroup(*(layout.place(made[name], self.cells[name], LEFT if fits[name] else RIGHT) for name in made))

    @cached_property
    def lit(self) -> Band:
        """The ground of the variable that is being set."""
        return Band()

    @cached_property
    def map(self) -> ContourMap:
        return even_map(self.objective, self.seats.chart, self.view)

    @cached_property
    def forces(self) -> Forces:
        wanted = self.parameters
        return Forces(self.map, self.moments, wanted.learning_rate, wanted.momentum)

    @cached_property
    def ball(self) -> Ball:
        """Before the run: at its start, whatever will become of it."""
        place = self.map.to_screen(*start_of(self.parameters.start, self.objective))
        seen = bool(inside(place[None], self.map.area)[0])
        return Ball(rule_color(MOMENTUM)).move_to(place).set_opacity(float(seen))

    @cached_property
    def trail(self) -> Trail:
        return Trail(self.map.to_screen(*self.path.T), rule_color(MOMENTUM), self.map.area)

    @cached_property
    def slow(self) -> Trail:
        """Gradient descent's path."""
        return Trail(self.map.to_screen(*self.runs[GD].iterates.T), rule_color(GD), self.map.area)

    @cached_property
    def goal(self) -> VMobject:
        """The minima that lie in the view."""
        places = np.array([self.map.to_screen(*minimum) for minimum in self.minima]).reshape(-1, 3)
        return crosses(
            places[inside(places, self.map.area)], stroke_color=palette().target, stroke_width=4.5
        ).set_z_index(3)

    @cached_property
    def cards(self) -> dict[str, RuleCard]:
        """One below the other; their numbers have a name, with as many digits as have room, if need be in the place of
        the learning rate, which both share."""
        ways = (("$f =$", True), ("$f =$", False), ("", True))  # the name, and whether the rate stands there
        for (label, rated), (significant, size) in product(ways, DIGITS):
            cards = dict(zip(self.runs, self._cards_with(significant, size, label, rated), strict=True))
            if all(card.fits and (card.named or not label) for card in cards.values()):  # one like the other
                break
        cards[MOMENTUM].display(error_at(self.fast, self.fast.ended_at))
        cards[GD].display(error_at(self.runs[GD], 0))
        return cards

    def _cards_with(self, significant: int, size: float, label: str, rated: bool) -> Iterator[RuleCard]:
        box, wanted = self.seats.variables, self.parameters
        if is_wide():
            box = Box(box.left, box.bottom, box.right, max(box.top, self.code.code.get_bottom()[1] - 0.2))
        places = box.rows(1, 1, gap=0.12)
        errors = errors_of(self.runs.values())
        spec = running_spec(errors, significant)
        for name, place, momentum in zip(self.runs, places, (wanted.momentum, 0.0), strict=True):
            card = Box(place.left, place.top - min(CARD, place.height), place.right, place.top)
            settings = {"learning_rate": wanted.learning_rate} if rated else {}
            settings["momentum"] = momentum
            widest = widest_of(errors, spec)
            yield RuleCard(card, name, TITLES[name], settings, spec, label, widest, size, raised=not label, named=True)
