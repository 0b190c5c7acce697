"""An average that forgets: a share of the trend so far, and the remaining share of the current value.

Noisy values whose level changes, and three averages, from one that follows each of them to one that hardly moves, and
late; how much each value counts; the sum that comes of it, and how far back it looks. In the end the momentum update
beside it: the same line, but for the (1 - beta), and so a sum and not an average.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Annotated

import numpy as np
from manim import DOWN, LEFT, RIGHT, LaggedStart, Mobject, ValueTracker, VGroup, linear, smooth
from pydantic import BeforeValidator, Field

from optimizers.averages import moving_average, window_of
from scenes.lecture_scene import Claim, ClipParameters, Coefficient, LectureScene, Number
from scenes.props.ewma.averaged import beta, braced, expanded, gathered, inside, whole_sum
from scenes.props.ewma.averaging import Bent, Fading, Growing, Lookback, Readout, Values, Weights, legend, window_head
from scenes.props.ewma.compared import compared_lines, ends_of, over_equal_values
from scenes.props.ewma.made import noisy_step
from scenes.props.ewma.making import Making
from scenes.props.ewma.memories import Memories
from scenes.props.ewma.splitting import Splitting
from scenes.props.ewma.telling import COUNTED, Tale, grown_told, percent
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.gain_chart import settling_steps
from scenes.stage.panels.plot import Panel
from scenes.stage.panels.unrolled import fitting_size, retyped
from scenes.stage.words.derivation import Line, Mark, Part
from scenes.stage.words.figures import figure, typed
from scenes.stage.words.speaker import Speaker, tinted
from scenes.stage.words.typesetting import BODY, SMALL, Formula, Words, fitting_formula
from scenes.typed import as_list

FORMULA, FOOT, GAP, VALUES = 0.65, 0.5, 0.12, 0.5  # heights; the last of what the values share with the bars
LARGE, MIDDLE = 58.0, 44.0  # sizes of the formula
PITCH, COLUMN = 0.85, 3.4  # from line to line; width of what is said beside the averages
CLEAR = 0.3  # below the lines, for the limits of the sum
DEPTH = 3  # how often the line is written with itself in it
STEPPED_BACK = 0.35  # opacity of the bars that are not spoken of

Value = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Data = Annotated[tuple[Value, ...], BeforeValidator(as_list), Field(min_length=3, max_length=80)]
Kept = Annotated[Coefficient, Field(le=0.99)]
Three = Annotated[tuple[Kept, ...], BeforeValidator(as_list), Field(min_length=3, max_length=3)]


# The clip -------------------------------------------------------------------------------------------------------------


class EWMA(LectureScene):
    """An average that forgets; and momentum, which is the same sum without the (1 - beta)."""

    title = "A moving average forgets little by little"
    beats = ("opening", "formula", "three_memories", "weights", "expansion", "window", "momentum")
    poster = "weights"

    class Parameters(ClipParameters):
        data: Data = Field(noisy_step(), description="The values that are averaged, 3 to 80 of them.")
        betas: Three = Field((0.1, 0.5, 0.9), description="Three shares of the past to keep, each at most 0.99.")

    # The numbers ----------------------------------------------------------------------------------------------------

    @cached_property
    def values(self) -> Array:
        return np.array(self.parameters.data, dtype=float)

    @property
    def betas(self) -> tuple[float, ...]:
        return tuple(self.parameters.betas)

    @property
    def last(self) -> float:
        """The beta that remembers longest by its place: the third."""
        return self.betas[-1]

    @cached_property
    def tale(self) -> Tale:
        return Tale(self.values, self.betas)

    def numbers(self) -> Mapping[str, Number]:
        found: dict[str, Number] = {}
        for place, share, left in zip(("first", "second", "third"), self.betas, self.tale.left, strict=True):
            found[f"{place}_last_average"] = float(moving_average(self.values, share)[-1])
            found[f"{place}_ups_and_downs"] = left
            found[f"{place}_window"] = window_of(share)
        oldest, *_, newest = self.tale.weights[-1]
        more = {"oldest_weight": float(oldest), "newest_weight": float(newest), "gain": self.tale.gain}
        return found | more | {"beyond_the_window": self.tale.beyond}

    def columns_of_data(self) -> Mapping[str, Array]:
        """The values, and for each beta the average after each of them, and their weights in the last one."""
        found: dict[str, Array] = {"value": self.values}
        for share, weights in zip(self.betas, self.tale.weights, strict=True):
            found[f"average_{share:g}"] = moving_average(self.values, share)
            found[f"weight_{share:g}"] = weights
        return found

    def claims(self) -> Iterator[Claim]:
        tale = self.tale
        left, gap = ", ".join(f"{percent(share)} %" for share in tale.left), max(abs(w.sum() - 1) for w in tale.weights)
        yield Claim(f"the more of the past is kept, the less of the ups and downs remains: {left}", tale.is_smoother)
        late = ", ".join("never" if lag is None else str(lag) for lag in tale.lags)
        yield Claim(f"and the later an average follows; steps until it is halfway: {late}", tale.is_later)
        yield Claim(f"the weights of an average add up to 1; the difference is {figure(gap, 1)}", bool(gap < 1e-12))
        oldest = float(tale.weights[-1][0])
        yield Claim(f"the first value is forgotten in the end: {percent(oldest)} % are left of it", oldest < 0.01)
        yield Claim(f"without the factor the sum of equal values grows: {figure(tale.gain, 4)} times", tale.gain >= 2)

    def words(self) -> Mapping[str, str]:
        tale = self.tale
        return {
            "left": tale.ups_told,
            "fall": tale.fall_told,
            "most": tale.most_told,
            "window": tale.window_told,
            "grown": tale.grown_told,
        }

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """A moving average forgets little by little."""
        self.picture = (self.small, self.bars.display(self.last), self.bent.display(self.last), self.slider)
        self.slider.display(self.last)
        self.fading.display(self.last)
        self.show_title(*self.picture)

    def formula(self) -> None:
        """The new average: a share of the trend so far, and the remaining share, one minus that, of the current
        value."""
        making = self.making
        self.change_picture(self.picture, (self.large, making.chart))
        for brace, part in zip(self.braces, (making.trend, making.current), strict=True):
            self.play(FadeIn(brace, shift=0.1 * DOWN), FadeIn(part), run_time=0.6)
            self.wait(1.3)
        self.play(FadeIn(making.new), run_time=0.6)
        self.speaker.say(making.told(beta()))
        self.wait(2.6)

    def three_memories(self) -> None:
        """The same values, and three averages: {left}"""
        self.speaker.hush()
        self.play(*map(FadeOut, (*self.braces, self.making)), FadeIn(self.memories), run_time=0.6)
        self.play(retyped(self.large, self.line), run_time=0.9)
        self.speaker.say(*COUNTED)
        for k, curve in enumerate(self.memories.curves):
            step = ValueTracker(0.0)
            self.add(curve)
            self.drive(curve, step)
            self.play(step.animate.set_value(len(self.values) - 1), run_time=2.4, rate_func=linear)
            self.release()
            self.play(FadeIn(self.memories.lags[k]), FadeIn(self.notes[k]), run_time=0.5)
            self.wait(1.0)
        if self.tale.verdict:
            self.speaker.say(*self.tale.verdict)
        self.wait(2.4)

    def weights(self) -> None:
        """How much each value counts in the last average: {fall}. {most}"""
        self.speaker.hush()
        share = ValueTracker(self.betas[0])
        memories = self.memories
        bent, bars, slider, faded = (
            shown.display(self.betas[0]) for shown in (self.bent, self.bars, self.slider, self.fading)
        )
        self.change_picture((memories, *memories.curves, *memories.lags, *self.notes), (self.small, bars, bent, slider))
        fall = self.tale.fall_told
        self.speaker.say(f"how much each value counts: {fall}", fall)
        self.wait(1.4)
        for target in self.betas[1:]:
            for shown in (faded, bent, bars, slider):
                self.drive(shown, share)
            self.bring_to_front(bent)
            self.play(share.animate.set_value(target), run_time=3.2, rate_func=smooth)
            self.release()
            self.wait(1.2)
        self.speaker.say(*self.tale.weight_told)
        self.wait(2.0)

    def expansion(self) -> None:
        """The average before is such a line, too: put in, again and again, it makes a weighted sum of all values."""
        self.speaker.hush()
        above, split, line = self.line, self.split, ValueTracker(1.0)
        self.change_picture((self.small, self.bent, self.bars, self.slider), (split,))
        for below in self.written:
            mark = Mark(above.part(*(name for name in above.spans if name.startswith("before"))))
            self.play(FadeIn(mark), run_time=0.4)
            self.drive(split, line)
            self.play(line.animate.increment_value(0.5), run_time=0.5)
            self.play(FadeIn(below, lag_ratio=0.05), line.animate.increment_value(0.5), run_time=1.2)
            self.release()
            self.play(FadeOut(mark), run_time=0.3)
            self.wait(0.9)
            above = below
        self.drive(split, line)
        self.play(line.animate.increment_value(0.5), run_time=0.5)
        self.release()
        self.play(FadeIn(self.sum, lag_ratio=0.05), run_time=1.0)
        self.speaker.say("a weighted sum of all values; the weights add up to 1", "the weights add up to 1")
        self.wait(2.4)

    def window(self) -> None:
        """How far does it look back? On average as far as a plain mean of the last {window}"""
        self.speaker.hush()
        chart, count, readout = self.lookback, ValueTracker(self.lookback.least), self.window_head
        self.change_picture((self.line, *self.written, self.sum, self.split), (chart, self.legend, readout))
        self.speaker.say("another average: the plain mean of the last $n$ values", "a plain mean of the last $n$")
        self.wait(1.8)
        self.drive(chart, count)
        self.drive(readout[1], count)
        self.play(count.animate.set_value(chart.window), run_time=3.6, rate_func=smooth)
        self.release()
        like = f"like a plain mean of the last ${typed(window_of(self.last), 3)}$"
        self.play(FadeIn(chart.age), run_time=0.5)
        self.speaker.say(f"on average as old: {like}", like)
        self.wait(2.2)
        if self.tale.beyond:
            self.play(chart.inside.animate.set_fill(opacity=STEPPED_BACK), run_time=0.6)
            older = f"${percent(self.tale.beyond)}$ %"
            told = f"{older} of the weight is older"
            self.speaker.say(f"{like}, but {told}", f"{like}, but {older} is older", told)
            self.wait(2.6)

    def momentum(self) -> None:
        """The momentum update is the same line without the one factor: not an average but a sum. {grown}"""
        self.speaker.hush()
        average, update, gap = self.compared
        frame, *grown = self.equal_values[:3]
        self.change_picture((self.lookback, self.lookback.age, self.legend, self.window_head), (average, frame))
        self.play(FadeIn(update, lag_ratio=0.03), run_time=0.8)
        self.wait(1.0)
        self.play(FadeIn(gap), run_time=0.5)
        self.speaker.say(f"the factor $1 - {beta()}$ is missing")
        self.wait(1.4)
        step = ValueTracker(0.0)
        for shown in grown:
            self.add(shown)
            self.drive(shown, step)
        self.play(step.animate.set_value(settling_steps(self.last)), run_time=3.2, rate_func=linear)
        self.release()
        self.play(LaggedStart(*map(FadeIn, (*self.ends, *self.equal_values[3])), lag_ratio=0.5), run_time=0.9)
        self.speaker.say(*grown_told(self.tale.gain))
        self.wait(2.8)

    def change_picture(self, old: Iterable[Mobject], new: Iterable[Mobject]) -> None:
        """One picture goes while the next comes: the stage is never empty."""
        self.play(*map(FadeOut, old), *map(FadeIn, new), run_time=0.8)

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> tuple[Box, Box, Box]:
        """Formula, picture, and the line for words."""
        formula, rest = layout.stage().top_slice(FORMULA + 0.65 * layout.is_narrow(), gap=GAP)
        foot, rest = rest.bottom_slice(FOOT, gap=GAP)
        return formula, rest, foot

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.rows[2])

    @cached_property
    def large(self) -> Line:
        """The formula at the top of the stage."""
        stage = layout.stage()
        line = Line(expanded(1), fitting_size([expanded(1)], 0.88 * stage.width, LARGE))
        return line.move_to((stage.center[0], stage.top - 0.5, 0.0))

    @cached_property
    def line(self) -> Line:
        return layout.place(Line(expanded(1), self.size), self.rows[0], LEFT)

    @cached_property
    def longer(self) -> list[list[Part]]:
        """The line put into itself, once, twice, ...: gathered, which takes less room, where the last would not fit
        below the first with its equal sign below that one's."""
        fits = Line([*expanded(1)[:1], *expanded(DEPTH)], SMALL).width <= layout.stage().width
        write = expanded if fits else gathered
        return [write(k) for k in range(2, DEPTH + 1)]

    @cached_property
    def size(self) -> float:
        """Of the formulas: the longest one fills the width, at most."""
        width = layout.stage().width
        indented = Line([*expanded(1)[:1], *self.longer[-1]], BODY).width
        return fitting_size(self.longer, width, min(max(BODY * width / indented, SMALL), MIDDLE))

    @cached_property
    def braces(self) -> list[VGroup]:
        """Below the two terms: what they are."""
        terms = ((("keep1", "before1"), "the trend so far"), (("fresh0", "value0"), "the current value"))
        colors = (palette().share, palette().gradient)
        pairs = zip(terms, colors, strict=True)
        first, second = (braced(self.large.part(*names), words, color) for (names, words), color in pairs)
        return [first, inside(second, layout.stage().right) if layout.is_narrow() else second]

    @cached_property
    def making(self) -> Making:
        """Below the braces: how one average is made."""
        low = min(brace.get_bottom()[1] for brace in self.braces) - 2 * GAP
        return Making(self.whole.inset(top=self.whole.top - float(low)), self.values, self.betas[1])

    @property
    def whole(self) -> Box:
        """For the picture."""
        return self.rows[1]

    @cached_property
    def beside(self) -> tuple[Box, Box]:
        """For what is said of each average, and for the averages."""
        narrow = layout.is_narrow()
        return (self.whole, self.whole) if narrow else self.whole.right_slice(COLUMN, gap=0.35)

    @cached_property
    def memories(self) -> Memories:
        return Memories(self.beside[1], self.values, self.betas, self.tale.change)

    @cached_property
    def notes(self) -> list[VGroup]:
        told = zip(self.betas, self.tale.left, strict=True)
        return [self.memories.told(k, share, left, self.beside[0]) for k, (share, left) in enumerate(told)]

    @cached_property
    def halves(self) -> tuple[Box, Box]:
        """The values, and the bars."""
        return self.whole.top_slice(VALUES * self.whole.height, gap=GAP)

    @cached_property
    def small(self) -> Values:
        average = tinted("average", palette().share)
        return Values(self.halves[0], self.values, ("$t$", f"values $x_t$, and their {average}"))

    @cached_property
    def bent(self) -> Bent:
        return Bent(self.small, palette().share)

    @cached_property
    def bars(self) -> Weights:
        return Weights(self.halves[1], self.small)

    @cached_property
    def slider(self) -> Readout:
        return Readout(self.rows[0], f"${beta()} =$", ".2f").display(self.betas[0])

    @cached_property
    def fading(self) -> Fading:
        return Fading(self.small)

    @cached_property
    def written(self) -> list[Line]:
        """The longer lines: equal signs below each other, where there is room."""
        eq, right = self.line.part("eq"), layout.stage().right
        pitch = layout.choose(PITCH, PITCH, 1.5 * PITCH)
        places = (eq.get_center() + pitch * (k + 1) * DOWN for k in range(len(self.longer)))
        made = [Line(parts, self.size).meet(place) for parts, place in zip(self.longer, places, strict=True)]
        return [line.shift(min(0.0, right - line.get_right()[0]) * RIGHT) for line in made]

    @cached_property
    def sum(self) -> Formula:
        formula = fitting_formula(whole_sum(), layout.stage().width, self.size)
        formula.select("rest").set_color(palette().quiet)
        return layout.place(formula, self.below_the_lines[0], LEFT)

    @cached_property
    def below_the_lines(self) -> tuple[Box, ...]:
        """For the sum, and for the bar that is cut with each line."""
        box = self.whole.inset(top=self.whole.top - float(self.written[-1].get_bottom()[1]) + CLEAR)
        return box.rows(0.95, 1.45, gap=0.15)

    @cached_property
    def split(self) -> Splitting:
        """The bar below the lines, as high as they leave room."""
        box = self.below_the_lines[1].inset(bottom=0.1)
        lows = [float(line.get_bottom()[1]) - 2 * GAP for line in (self.line, *self.written)]
        return Splitting(box, self.betas[1], DEPTH, [*lows, box.top])

    @cached_property
    def lookback(self) -> Lookback:
        return Lookback(self.whole.inset(top=2.5 * GAP), self.last)

    @cached_property
    def legend(self) -> VGroup:
        return legend(self.lookback.area)

    @cached_property
    def window_head(self) -> VGroup:
        return window_head(self.last, self.lookback.least)

    @cached_property
    def compared(self) -> tuple[Line, Line, VGroup]:
        """The two lines below each other, and a mark where the second has nothing."""
        largest = SMALL if layout.is_narrow() else MIDDLE  # columns are as wide as the wider of two parts
        return compared_lines(layout.stage(), 1.05, largest)

    @cached_property
    def equal_values(self) -> tuple[Panel, Growing, Growing, VGroup]:
        box = self.whole.inset(top=self.whole.top - float(self.compared[1].get_bottom()[1]) + 0.3)
        return over_equal_values(box, self.last)

    @cached_property
    def ends(self) -> list[Words]:
        """Where both curves end."""
        return ends_of(self.equal_values[1:3], self.last)
