"""What the clip says of the grounds and of the runs on them: each sentence chosen by their numbers.

Captions are plain text; lines on the screen are Typst markup, in wordings that get shorter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from objectives import OBJECTIVES
from scenes.props.newton.ground import DAMPED, GD, NEWTON, Ground, counted
from scenes.stage.ink.palette import rule_color
from scenes.stage.maps.touching import MINIMUM, PEAK, SADDLE
from scenes.stage.words.endings import flies_off
from scenes.stage.words.figures import figure, in_math, typed
from scenes.stage.words.speaker import tinted

TITLES = {GD: "gradient descent", NEWTON: "Newton", DAMPED: "damped Newton"}
ROUND = 1.2  # times the smaller curvature: below, both are about the same
OVER = 1.05  # of the way to the bottom: too far
ALIKE = 1e-6  # of the largest entry: by so much a Hessian may change on a quadratic

Wordings = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Tale:
    """The words for one ground."""

    ground: Ground

    @property
    def rate(self) -> float:
        rule: Any = self.ground.rules[GD]
        return float(rule.learning_rate)

    @property
    def curvatures(self) -> tuple[float, float]:
        low, high = self.ground.model.curvatures
        return float(low), float(high)

    @property
    def bends(self) -> bool:
        """Whether the start has two curvatures, neither of them 0."""
        return bool(self.ground.model.kind)

    @property
    def is_quadratic(self) -> bool:
        """Whether the Hessian is the same at the start, and wherever Newton came to."""
        ends = [self.ground.model_at(k).hessian for k in (0, self.ground.shown(NEWTON))]
        finite = np.isfinite(ends).all()
        return bool(finite and np.ptp(ends, axis=0).max() <= ALIKE * np.abs(ends).max() and self.bends)

    def curved(self) -> str:
        """The shape of the ground at the start, for a caption."""
        low, high = self.curvatures
        ratio = self.ground.model.ratio
        if ratio >= ROUND:
            return f"A valley, {figure(ratio, 2)} times as curved across as along."
        if not np.isfinite([low, high]).all():
            return "There are no curvatures at the start."
        return f"The curvatures at the start are {figure(low, 2)} and {figure(high, 2)}."

    # One learning rate ----------------------------------------------------------------------------------------------

    def slow_words(self) -> Wordings:
        arrived = self.ground.arrival(GD)
        if arrived is None:
            return (f"it {_marked(self.ground.did(GD))}",)
        return (
            f"it arrives after ${arrived}$ steps: a thousandth of the error is left",
            f"${arrived}$ steps to a thousandth of the error",
        )

    def cut_words(self) -> Wordings:
        low, high = (in_math(figure(number, 2)) for number in self.curvatures)
        if not self.bends:
            return ("here the ground is flat, or has a kink: no curvature to divide by", "no curvature here")
        kind = self.ground.model.kind
        shape = {MINIMUM: "a wide and a narrow valley", SADDLE: "a hill and a valley", PEAK: "two hills"}[kind]
        alike = kind == MINIMUM and self.ground.model.ratio < ROUND
        shape = "two valleys" if alike else shape
        told = f"{shape}, curvatures ${low}$ and ${high}$"
        return f"cut along both directions: {told}", told, f"curvatures ${low}$ and ${high}$"

    @property
    def parts(self) -> tuple[float, float]:
        """How much of the way to where it is level a step of gradient descent goes, in each direction."""
        low, high = self.curvatures
        return self.rate * low, self.rate * high

    def shares(self) -> str:
        """The same in a caption."""
        low, high = (f"{figure(100 * part, 2)} %" for part in self.parts)
        if self.ground.model.kind == MINIMUM:
            return f"one step of gradient descent goes {low} of the way to the bottom of one, and {high} of the other"
        if self.bends:
            return f"the curvatures are {' and '.join(figure(number, 2) for number in self.curvatures)}"
        return "there is no curvature to divide by"

    def share_words(self) -> Wordings:
        low, high = self.parts
        told = [f"${in_math(figure(100 * part, 2))} %$" for part in (low, high)]
        if self.ground.model.kind != MINIMUM:
            return self.cut_words()
        far = ": too far" if high > OVER else ""
        small, large = (in_math(figure(number, 2)) for number in self.curvatures)
        return (
            f"one learning rate: {told[0]} of the way at curvature ${small}$, {told[1]} at ${large}${far}",
            f"{told[0]} of the way at curvature ${small}$, {told[1]} at ${large}${far}",
            f"{told[0]} of the way, and {told[1]}{far}",
        )

    # Each slope by its curvature ------------------------------------------------------------------------------------

    def divided(self) -> str:
        """Where Newton's step leads, for a caption."""
        kind = self.ground.model.kind
        if kind == MINIMUM:
            return "Newton divides each slope by its own curvature: to the bottom of both parabolas."
        if kind:
            return "Newton divides each slope by its own curvature; where that is negative, it goes uphill."
        return "Newton would divide each slope by its curvature, and there is none."

    def divided_words(self) -> Wordings:
        kind, color = self.ground.model.kind, rule_color(NEWTON)
        if kind == MINIMUM:
            return tinted("Newton: each slope, divided by its own curvature", color), tinted(
                "slope by curvature", color
            )
        if kind:
            low = in_math(figure(self.curvatures[0], 2))
            return tinted(f"the slope, divided by ${low}$: uphill", color), tinted("uphill", color)
        return ("Newton has nothing to divide by", "nothing to divide by")

    def both(self) -> str:
        """What becomes of Newton and of gradient descent, for a caption."""
        slow, fast = self.ground.did(GD), self.ground.did(NEWTON)
        if self.ground.arrival(GD) is not None and self.ground.arrival(NEWTON) is not None:
            slow = slow.removeprefix("arrives ")
        return f"It {fast}; gradient descent {slow}"

    def compared_words(self) -> Wordings:
        """What Newton and gradient descent needed."""
        few, many = self.ground.arrival(NEWTON), self.ground.arrival(GD)
        fast = f"{few} step{'s' * (few != 1)}" if few is not None else ""
        if few is None:
            return tuple(tinted(f"Newton {_marked(self.ground.did(NEWTON))}", rule_color(NEWTON)) for _ in range(1))
        if flies_off(self.ground.runs[GD]):
            flown = tinted("gradient descent flies off", rule_color(GD))
            fast = tinted(f"Newton: ${few}$ step{'s' * (few != 1)}", rule_color(NEWTON))
            return f"{fast}, and {flown}", fast
        slow = f"${many}$" if many is not None else f"more than ${int(self.ground.runs[GD].ended_at)}$"
        one = tinted(f"${fast.split()[0]}$ {fast.split()[1]}", rule_color(NEWTON))
        other = tinted(f"{slow} of gradient descent", rule_color(GD))
        newton = f"{tinted('Newton', rule_color(NEWTON))}: {one}"
        return (
            f"{newton}, instead of {other}",
            f"{newton}, instead of {tinted(slow, rule_color(GD))}",
            f"{one}, not {tinted(slow, rule_color(GD))}",
        )

    # Again and again ------------------------------------------------------------------------------------------------

    def shape(self) -> str:
        objective = self.ground.objective
        title = _capital(objective.title) if objective.name in OBJECTIVES else "The second ground"
        if self.is_quadratic:
            return f"{title} is a quadratic, and touches itself."
        return f"{title} is no quadratic. Newton goes to where the quadratic that touches it is level."

    def several(self) -> str:
        """What becomes of both, for a caption."""
        rises = self.ground.rises_to
        high = f", by way of a value of {figure(rises, 2)}" if rises is not None else ""
        return f"Again and again: it {self.ground.did(NEWTON)}{high}; gradient descent {self.ground.did(GD)}"

    def touch_words(self) -> Wordings:
        if not self.bends:
            return self.cut_words()
        kind = self.ground.model.kind
        where = "its lowest place" if kind == MINIMUM else "where it is level"
        return (
            tinted(f"the quadratic that touches $f$ here, and {where}", rule_color(NEWTON)),
            tinted("the quadratic that touches $f$", rule_color(NEWTON)),
        )

    def again_words(self, step: int) -> Wordings:
        """Where Newton is before one of its later steps: higher than it was, or lower."""
        before, now = (float(value) for value in self.ground.runs[NEWTON].values[step - 1 : step + 1])
        if not np.isfinite([before, now]).all():
            return (tinted("again, from there", rule_color(NEWTON)),)
        way = "higher" if now > before else "lower" if now < before else "as high"
        told = f"again, from there: $f = {in_math(figure(now, 2))}$, {way} than before".replace("high than", "high as")
        return tinted(told, rule_color(NEWTON)), tinted(f"$f = {in_math(figure(now, 2))}$: {way}", rule_color(NEWTON))

    # Beside a saddle ------------------------------------------------------------------------------------------------

    def uphill(self) -> str:
        """What a negative curvature does to Newton, for a caption."""
        low, high = (figure(number, 2) for number in self.curvatures)
        told = f"Newton {self.ground.did(NEWTON)}."
        kind = self.ground.model.kind
        if kind in (SADDLE, PEAK):
            return (
                f"Here the curvatures are {low} and {high}. Divided by a negative one, the slope leads uphill: {told}"
            )
        if kind:
            return f"Here the curvatures are {low} and {high}, both positive. {told}"
        return f"Here there is no curvature to divide by. {told}"

    def rest_words(self) -> Wordings:
        told = _marked(self.ground.did(NEWTON))
        rests = self.ground.rests[NEWTON]
        stays = ", and stays: no slope, no step" if rests and rests != MINIMUM else ""
        return tinted(f"Newton {told}{stays}", rule_color(NEWTON)), tinted(f"Newton {told}", rule_color(NEWTON))

    def others(self, damping: float) -> str:
        plain, damped, low = self.ground.did(GD), self.ground.did(DAMPED), self.curvatures[0]
        lifted = f" ({figure(low, 2)} becomes {figure(low + damping, 2)})" if self.lifts(damping) else ""
        return f"Gradient descent {plain}. Newton with {figure(damping, 6)} added to each curvature{lifted} {damped}."

    def lifts(self, damping: float) -> bool:
        """Whether a curvature is negative at the start, and no longer with what damped Newton adds."""
        low = self.curvatures[0]
        return low < 0 < low + damping

    def damped_words(self, damping: float) -> Wordings:
        """Why damped Newton adds so much, if that helps."""
        if not self.lifts(damping):
            return ()
        low, lifted = (in_math(figure(number, 2)) for number in (self.curvatures[0], self.curvatures[0] + damping))
        told, color = f"${low} + {typed(damping)} = {lifted}$", rule_color(DAMPED)
        return tinted(f"damped: {told}, positive, and so downhill", color), tinted(f"damped: {told}, downhill", color)

    def briefly(self) -> Wordings:
        """What the ground is, in a table."""
        if self.ground.rests[NEWTON] in (SADDLE, PEAK):
            return ("saddle" if self.ground.rests[NEWTON] == SADDLE else "peak",)
        return ("quadratic",) if self.is_quadratic else ("not quadratic", "other")


def on_the_whole(tales: Iterable[Tale], plain: bool = False) -> Wordings:
    """The line that answers the title: what curvature is worth, and what it costs."""
    tales = list(tales)
    grounds = [tale.ground for tale in tales]
    worth = worth_it(tales)
    stuck = [ground.rests[NEWTON] for ground in grounds if ground.rests[NEWTON] in (SADDLE, PEAK)]
    if not worth:
        told = "gradient descent is not slower than Newton here"
        if any(flies_off(ground.runs[GD]) for ground in grounds):
            told = "what gradient descent needs is a smaller learning rate"
        elif not any(ground.arrival(name) is not None for ground in grounds for name in (GD, NEWTON)):
            told = "neither arrives here"
        return (f"{_capital(told)}." if plain else told,)
    few, many, exactly = max(worth, key=lambda one: (one[2], one[1] / max(one[0], 1)))
    than = "" if exactly else "more than "
    if plain:
        bad = f"plain Newton goes to {stuck[0]} as to a dip, and " if stuck else ""
        cost = f"But {bad}for n weights H has n² entries."
        return (f"Curvature is worth it: {counted(few)} instead of {than}{many}. {cost}",)
    fast, slow = (
        tinted(f"${few}$ step{'s' * (few != 1)}", rule_color(NEWTON)),
        tinted(f"{than}${many}$", rule_color(GD)),
    )
    bad = f", but straight to {stuck[0]}, too" if stuck else ""
    newton = tinted("Newton", rule_color(NEWTON))
    return (
        f"curvature is worth it: {fast} instead of {slow}{bad}",
        f"{newton}: {fast}, not {slow}{bad}",
        f"{fast}, not {slow}{bad}",
    )


def worth_it(tales: Iterable[Tale]) -> list[tuple[int, int, bool]]:
    """Of the grounds on which Newton takes fewer steps: its steps and gradient descent's, and whether those are all."""
    return [one for tale in tales if (one := _worth(tale.ground)) is not None]


def price() -> Wordings:
    """What a step of Newton takes that one of gradient descent does not."""
    return (
        "its price, at each step: $H$ has $n^2$ entries for $n$ weights, and a system to solve",
        "its price, at each step: $n^2$ entries of $H$ for $n$ weights",
        "price: $n^2$ entries for $n$ weights",
    )


def _worth(ground: Ground) -> tuple[int, int, bool] | None:
    """Newton's steps and gradient descent's, if those are more, and whether they are all; None if it flies off."""
    few, many = ground.arrival(NEWTON), ground.arrival(GD)
    if few is None or (many is not None and many <= few) or flies_off(ground.runs[GD]):
        return None
    return few, int(ground.runs[GD].ended_at) if many is None else many, many is not None


def _marked(text: str) -> str:
    """Plain text as markup: its numbers as mathematics."""
    return " ".join(_word(word) for word in text.split(" "))


def _word(word: str) -> str:
    core = word.rstrip(",.;")
    return f"${in_math(core)}${word[len(core) :]}" if core and core[-1] in "0123456789⁰¹²³⁴⁵⁶⁷⁸⁹" else word


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
