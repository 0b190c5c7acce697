"""An average that forgets: a share of the trend so far, and the rest of the current value.

Nine values and three averages, from one that follows each of them to one that hardly moves; how much each value counts;
the sum that comes of it, and how far back it looks. In the end the momentum update beside it: the same line, but for
the (1 - beta), and so a sum and not an average.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import Annotated

import numpy as np
from manim import DOWN, LEFT, RIGHT, LaggedStart, ValueTracker, VGroup, linear, smooth
from pydantic import BeforeValidator, Field

from optimizers.averages import moving_average, moving_weights, window_of
from scenes.lecture_scene import Claim, ClipParameters, Coefficient, LectureScene, Number
from scenes.props.ewma.averaged import beta, braced, expanded, inside, whole_sum
from scenes.props.ewma.averaging import (
    Bent,
    Growing,
    Lookback,
    Readout,
    Values,
    Weights,
    name_above,
    window_head,
)
from scenes.props.ewma.compared import compared_lines, ends_of, over_equal_values
from scenes.props.ewma.making import Making
from scenes.props.ewma.splitting import Splitting
from scenes.props.ewma.telling import left_of_the_way, settings, ups_and_downs, verdict
from scenes.stage.curves.run import at_step
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.gain_chart import settling_steps, times
from scenes.stage.panels.plot import Panel
from scenes.stage.panels.unrolled import fitting_size, retyped
from scenes.stage.words.derivation import Line, Mark
from scenes.stage.words.figures import figure, running_spec, typed
from scenes.stage.words.numerals import Numeral
from scenes.stage.words.speaker import Speaker
from scenes.stage.words.typesetting import BODY, SMALL, Formula, Words, fitting_formula
from scenes.typed import as_list

FORMULA, BOTTOM, FOOT, GAP, VALUES = 0.65, 1.3, 0.5, 0.12, 0.54  # heights; the last of what it shares with the bars
LARGE, MIDDLE = 58.0, 44.0  # sizes of the formula
PITCH, BASE, SAID = 0.85, 0.45, 4.2  # from line to line; from the top of a box to a baseline; width of a column
DEPTH = 3  # how often the line is put into itself; in a narrow picture once less

Value = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Data = Annotated[tuple[Value, ...], BeforeValidator(as_list), Field(min_length=3, max_length=30)]
Kept = Annotated[Coefficient, Field(le=0.99)]
Three = Annotated[tuple[Kept, ...], BeforeValidator(as_list), Field(min_length=3, max_length=3)]


# The clip -------------------------------------------------------------------------------------------------------------


class EWMA(LectureScene):
    """An average that forgets; and momentum, which is the same sum without the (1 - beta)."""

    title = "A moving average forgets little by little"
    beats = ("opening", "formula", "three_memories", "weights", "expansion", "window", "momentum")
    poster = "weights"

    class Parameters(ClipParameters):
        data: Data = Field((5, 6, 4, 7, 5, 10, 8, 6, 7), description="The values that are averaged, 3 to 30 of them.")
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

    @property
    def gain(self) -> float:
        """How many times the average the sum is, where all values are equal."""
        return 1 / (1 - self.last)

    def ups_and_downs(self, share: float) -> float:
        return ups_and_downs(self.values, share)

    def numbers(self) -> Mapping[str, Number]:
        found: dict[str, Number] = {}
        for place, share in zip(("first", "second", "third"), self.betas, strict=True):
            found[f"{place}_last_average"] = float(moving_average(self.values, share)[-1])
            found[f"{place}_ups_and_downs"] = self.ups_and_downs(share)
            found[f"{place}_window"] = window_of(share)
        oldest, *_, newest = moving_weights(len(self.values), self.last)
        return found | {"oldest_weight": float(oldest), "newest_weight": float(newest), "gain": self.gain}

    def claims(self) -> Iterator[Claim]:
        left = [self.ups_and_downs(share) for share in self.betas]
        told = ", ".join(f"{100 * share:.0f} %" for share in left)
        yield Claim(
            f"the more is kept of the past, the less is left of the ups and downs: {told}",
            bool(left[0] > left[1] > left[2]),
        )
        gap = max(abs(moving_weights(len(self.values), share).sum() - 1) for share in self.betas)
        yield Claim(f"the weights of an average add up to 1; the difference is {figure(gap, 1)}", bool(gap < 1e-12))
        yield Claim(f"without the factor the sum of equal values grows: {figure(self.gain, 4)} times", self.gain >= 2)

    def words(self) -> Mapping[str, str]:
        first, second, third = (f"{100 * self.ups_and_downs(share):.0f}" for share in self.betas)
        return {
            "left": f"{first}, {second} and {third} %",
            "oldest_percent": f"{100 * float(self.numbers()['oldest_weight']):.0f} %",
            "window_words": figure(window_of(self.last)),
            "times": times(self.gain),
        }

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """A moving average forgets little by little."""
        self.picture = (self.small, self.bars.display(self.last), self.bent.display(self.last))
        self.show_title(*self.picture)

    def formula(self) -> None:
        """The new average: a share of the trend so far, and the rest of the current value."""
        self.vanish(*self.picture)
        making = self.making
        self.play(FadeIn(self.large, lag_ratio=0.05), FadeIn(making.chart), run_time=1.0)
        for brace, part in zip(self.braces, (making.trend, making.current), strict=True):
            self.play(FadeIn(brace, shift=0.1 * DOWN), FadeIn(part), run_time=0.6)
            self.wait(1.3)
        self.play(FadeIn(making.new), run_time=0.6)
        self.speaker.say(making.told(beta()))
        self.wait(2.6)

    def three_memories(self) -> None:
        """The same values, and three averages. What is left of the way that the values go up and down: {left}."""
        self.speaker.hush()
        self.vanish(*self.braces, self.making, run_time=0.4)
        self.play(retyped(self.large, self.line), run_time=0.9)
        self.play(FadeIn(self.panel), *map(FadeIn, self.heads), run_time=0.7)
        self.wait(0.8)
        for k, curve in enumerate(self.curves):
            step = ValueTracker(0.0)
            self.add(curve)
            self.play(FadeIn(self.names[k]), run_time=0.4)
            self.add(self.readings[k])
            self.drive(curve, step)
            self.drive(self.readings[k], step, partial(at_step, moving_average(self.values, self.betas[k])))
            self.play(step.animate.set_value(len(self.values) - 1), run_time=2.2, rate_func=linear)
            self.release()
            self.play(FadeIn(self.notes[k]), run_time=0.4)
            self.wait(0.7)
        self.speaker.say(*verdict([self.ups_and_downs(share) for share in self.betas], self.betas))
        self.wait(1.8)

    def weights(self) -> None:
        """How much each value counts in the last average: less with every step back. The first one keeps what is left:
        {oldest_percent} in the end."""
        self.speaker.hush()
        self.vanish(*self.heads, *self.names, *self.readings, *self.notes, self.panel, *self.curves)
        share = ValueTracker(self.betas[0])
        bent, bars = self.bent.display(self.betas[0]), self.bars.display(self.betas[0])
        self.play(FadeIn(self.small), FadeIn(bars), FadeIn(bent), FadeIn(self.slider), run_time=0.8)
        self.speaker.say("how much each value counts")
        self.wait(1.4)
        for target in self.betas[1:]:
            for shown in (bent, bars, self.slider):
                self.drive(shown, share)
            self.play(share.animate.set_value(target), run_time=3.2, rate_func=smooth)
            self.release()
            self.wait(0.9)
        counts = f"the first value still counts ${100 * float(moving_weights(len(self.values), self.last)[0]):.0f}$ %"
        self.speaker.say(f"{counts}: before it there was nothing", counts)
        self.wait(1.8)

    def expansion(self) -> None:
        """The average before is such a line, too: put in, again and again, it makes a weighted sum of all values."""
        self.speaker.hush()
        self.vanish(self.small, self.bent, self.bars, self.slider)
        above, split, line = self.line, self.split, ValueTracker(1.0)
        self.play(FadeIn(split), run_time=0.6)
        for below in self.written:
            mark = Mark(above.part(*(name for name in above.spans if name.startswith("before"))))
            self.play(FadeIn(mark), run_time=0.4)
            self.drive(split, line)
            self.play(FadeIn(below, lag_ratio=0.05), line.animate.increment_value(1.0), run_time=1.4)
            self.release()
            self.play(FadeOut(mark), run_time=0.3)
            self.wait(0.9)
            above = below
        self.play(FadeIn(self.sum, lag_ratio=0.05), run_time=1.0)
        self.speaker.say("a weighted sum of all values; the weights add up to 1", "the weights add up to 1")
        self.wait(2.4)

    def window(self) -> None:
        """How far does it look back? As far as the plain mean of n values that balances on the same point: n is
        {window_words}."""
        self.speaker.hush()
        self.vanish(self.line, *self.written, self.sum, self.split)
        chart, count, (formula, readout) = self.lookback, ValueTracker(self.lookback.least), self.window_head
        self.play(FadeIn(chart), FadeIn(formula), run_time=0.8)
        self.play(FadeIn(readout), run_time=0.5)
        self.speaker.say("the box: a plain mean of the last $n$ values", "the box: a plain mean of $n$")
        self.wait(1.6)
        self.drive(chart, count)
        self.drive(readout[1], count)
        self.play(count.animate.set_value(chart.window), run_time=3.6, rate_func=smooth)
        self.release()
        self.speaker.say(
            f"balanced on the same point: $n = {typed(window_of(self.last), 3)}$", "balanced on the same point"
        )
        self.wait(2.4)

    def momentum(self) -> None:
        """The momentum update is the same line without the one factor: not an average but a sum, and with equal
        gradients it grows towards {times} the average."""
        self.speaker.hush()
        self.vanish(self.lookback, *self.window_head)
        average, update, gap = self.compared
        self.play(FadeIn(average, lag_ratio=0.03), run_time=0.8)
        frame, *grown = self.equal_values
        self.play(FadeIn(update, lag_ratio=0.03), FadeIn(frame), run_time=0.8)
        self.wait(1.0)
        self.play(FadeIn(gap), run_time=0.5)
        self.speaker.say(f"the factor $1 - {beta()}$ is missing")
        self.wait(1.4)
        step = ValueTracker(0.0)
        for shown in grown:
            self.add(shown)
            self.drive(shown, step)
        self.play(step.animate.set_value(settling_steps(self.last) - 1), run_time=3.2, rate_func=linear)
        self.release()
        self.play(LaggedStart(*map(FadeIn, self.ends), lag_ratio=0.5), run_time=0.9)
        self.speaker.say(
            f"no average, a sum: towards *{times(self.gain)}* as much", f"a sum: towards *{times(self.gain)}*"
        )
        self.wait(2.6)

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> tuple[Box, Box, Box, Box]:
        """Formula, chart, what is below it, and the line for words."""
        narrow = layout.is_narrow()
        formula, rest = layout.stage().top_slice(FORMULA + 0.65 * narrow, gap=GAP)
        foot, rest = rest.bottom_slice(FOOT, gap=GAP)
        below, chart = rest.bottom_slice(BOTTOM + 0.45 * narrow, gap=GAP)
        return formula, chart, below, foot

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.rows[3])

    @property
    def depth(self) -> int:
        """How often the line is put into itself."""
        return DEPTH - layout.is_narrow()

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
    def size(self) -> float:
        """Of the formulas: the longest one fills the width, at most."""
        indented = Line([*expanded(1)[:1], *expanded(self.depth)], BODY).width
        size = BODY * layout.stage().width / indented
        return fitting_size([expanded(self.depth)], layout.stage().width, min(max(size, SMALL), MIDDLE))

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
        """The chart and what is below it."""
        return Box(self.rows[2].left, self.rows[2].bottom, self.rows[2].right, self.rows[1].top)

    @cached_property
    def chart(self) -> tuple[Box, Box]:
        """For what is said of each average, and for the values: beside each other, or below."""
        return self.whole.right_slice(SAID, gap=0.5) if layout.is_wide() else (self.rows[2], self.rows[1])

    @cached_property
    def panel(self) -> Values:
        return Values(self.chart[1], self.values, ("$t$", "$x_t$"))

    @cached_property
    def curves(self) -> list[Growing]:
        pairs = zip(self.betas, palette().terms, strict=False)
        return [Growing(self.panel.average(share), color) for share, color in pairs]

    @cached_property
    def columns(self) -> tuple[Box, ...]:
        box, apart = self.chart[0], layout.is_wide() or layout.is_narrow()
        return box.rows(1, 1, 1, gap=0.0) if apart else box.columns(1, 1, 1, gap=0.6)

    @cached_property
    def names(self) -> list[Words]:
        return settings(self.betas, self.columns, BASE)

    @cached_property
    def readings(self) -> list[Numeral]:
        """The running averages, at the right of their names."""
        spec = running_spec(self.values, 4)
        share = 0.45 if layout.is_narrow() else 1.0  # of a box: what is said of the ups and downs stands at the right
        numerals = [
            Numeral([box.left + share * box.width, box.top - BASE, 0.0], spec, BODY, color)
            for box, color in zip(self.columns, palette().terms, strict=False)
        ]
        return [numeral.display(self.values[0]) for numeral in numerals]

    @cached_property
    def heads(self) -> list[Words]:
        return [name_above(self.columns[0], self.columns[0].top - BASE)] if layout.is_wide() else []

    @cached_property
    def notes(self) -> list[Words]:
        return left_of_the_way([self.ups_and_downs(share) for share in self.betas], self.columns, BASE)

    @cached_property
    def halves(self) -> tuple[Box, Box]:
        """The values, and the bars."""
        return self.whole.top_slice(VALUES * self.whole.height, gap=GAP)

    @cached_property
    def small(self) -> Values:
        return Values(self.halves[0], self.values, ("$t$", "$x_t$"))

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
    def written(self) -> list[Line]:
        """The line put into itself, once, twice, ...: equal signs below each other, where there is room."""
        eq, right = self.line.part("eq"), layout.stage().right
        made = [
            Line(expanded(k), self.size).meet(eq.get_center() + PITCH * (k - 1) * DOWN)
            for k in range(2, self.depth + 1)
        ]
        return [line.shift(min(0.0, right - line.get_right()[0]) * RIGHT) for line in made]

    @cached_property
    def sum(self) -> Formula:
        formula = fitting_formula(whole_sum(), layout.stage().width, self.size)
        formula.select("rest").set_color(palette().quiet)
        return layout.place(formula, self.below_the_lines[0], LEFT)

    @cached_property
    def below_the_lines(self) -> tuple[Box, ...]:
        """For the sum, and for the bar that is cut with each line."""
        box = self.whole.inset(top=self.whole.top - float(self.written[-1].get_bottom()[1]) + 0.1)
        return box.rows(1.2, 1.1, gap=0.15)

    @cached_property
    def split(self) -> Splitting:
        return Splitting(self.below_the_lines[1].inset(bottom=0.1), self.betas[1], self.depth)

    @cached_property
    def lookback(self) -> Lookback:
        return Lookback(self.whole.inset(top=2.5 * GAP), self.last, ("age", "weight"))

    @cached_property
    def window_head(self) -> tuple[Formula, VGroup]:
        return window_head(self.last, self.lookback.least)

    @cached_property
    def compared(self) -> tuple[Line, Line, VGroup]:
        """The two lines below each other, and a mark where the second has nothing."""
        largest = SMALL if layout.is_narrow() else MIDDLE  # columns are as wide as the wider of two parts
        return compared_lines(layout.stage(), 1.05, largest)

    @cached_property
    def equal_values(self) -> tuple[Panel, Growing, Growing]:
        box = self.whole.inset(top=self.whole.top - float(self.compared[1].get_bottom()[1]) + 0.3)
        return over_equal_values(box, self.last)

    @cached_property
    def ends(self) -> list[Words]:
        """Where both curves end."""
        return ends_of(self.equal_values[1:], self.last)
