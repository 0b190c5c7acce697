"""Each rule as a lecturer writes it on the board, and what it does in a few words.

Lines for one step, in the letters in force, and what each rule's own letters stand for. What keeps a division finite,
and corrects an average for its start, is left to the small print: on every card it would hide the idea.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from manim import UL, UR, RoundedRectangle, VGroup

from optimizers import Rule
from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.words.figures import typed
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import BODY, SMALL, Formula, bold, lines, on_baseline, quiet

#: What each rule does, in a few words.
IN_A_WORD: Mapping[str, str] = {
    "gradient_descent": "follows the slope",
    "momentum": "remembers its last update",
    "nesterov": "remembers, and looks ahead",
    "adagrad": "slows down where it was steep",
    "rmsprop": "evens out steep and gentle",
    "adam": "remembers, and evens out",
}
#: A relative that a lecturer names with a rule.
ALSO: Mapping[str, str] = {"gradient_descent": "on a few samples: SGD"}
SLOPE, SQUARE = "nabla w_t", "(nabla w_t)^2"
PAD, HEAD = 0.2, 0.32  # round what a card says; from its top to the baseline of the name


def formulas(rule: Rule[Any]) -> tuple[str, ...]:
    """The lines of one step of a rule, as Typst mathematics."""
    return _FORMULAS[rule.name](rule)


def letters(rule: Rule[Any]) -> str:
    """What a rule's own letters stand for, as Typst mathematics; empty if it has none but the learning rate."""
    values: Any = rule
    if rule.name in ("momentum", "nesterov"):
        return f"{notation().momentum} = {typed(values.momentum)}"
    if rule.name == "rmsprop":
        return f"rho = {typed(values.decay)}"
    if rule.name == "adam":
        return f"beta_1 = {typed(values.beta1)}, thin thin beta_2 = {typed(values.beta2)}"
    return ""


def small_print(rules: Iterable[Rule[Any]]) -> str:
    """What the formulas leave out, as markup; empty if that is nothing."""
    kept: list[Any] = list(rules)
    finite = sorted({f"${typed(rule.epsilon)}$" for rule in kept if hasattr(rule, "epsilon")})
    parts = ["hats: over $1 - beta_i^t$"] if any(rule.name == "adam" for rule in kept) else []
    parts += [f"each root: plus {' or '.join(finite)}"] if finite else []
    return "; ".join(parts)


def _gradient_descent(_: Any) -> tuple[str, ...]:
    return (f"w_(t+1) = w_t - {notation().learning_rate} {SLOPE}",)


def _momentum(_: Any) -> tuple[str, ...]:
    return _update(SLOPE)


def _nesterov(_: Any) -> tuple[str, ...]:
    ahead = f"tilde(w)_t = w_t - {notation().momentum} {notation().update}_(t-1)"
    return ahead, *_update("nabla tilde(w)_t")


def _update(slope: str) -> tuple[str, ...]:
    update, gamma, eta = notation().update, notation().momentum, notation().learning_rate
    return f"{update}_t = {gamma} {update}_(t-1) + {eta} {slope}", f"w_(t+1) = w_t - {update}_t"


def _adagrad(_: Any) -> tuple[str, ...]:
    return f"s_t = s_(t-1) + {SQUARE}", _over_root(SLOPE, "s_t")


def _rmsprop(_: Any) -> tuple[str, ...]:
    return f"s_t = rho s_(t-1) + (1 - rho) {SQUARE}", _over_root(SLOPE, "s_t")


def _adam(_: Any) -> tuple[str, ...]:
    return (
        f"m_t = beta_1 m_(t-1) + (1 - beta_1) {SLOPE}",
        f"s_t = beta_2 s_(t-1) + (1 - beta_2) {SQUARE}",
        _over_root("hat(m)_t", "hat(s)_t"),
    )


def _over_root(above: str, squares: str) -> str:
    return f"w_(t+1) = w_t - {notation().learning_rate} thin {above} slash sqrt({squares})"


_FORMULAS: Mapping[str, Callable[[Any], tuple[str, ...]]] = {
    "gradient_descent": _gradient_descent,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adam": _adam,
}


class FormulaCard(VGroup):
    """A card with a rule's name and what it does, its formulas, and what its letters stand for."""

    def __init__(self, box: Box, rule: Rule[Any]) -> None:
        super().__init__()
        ground = RoundedRectangle(width=box.width, height=box.height, corner_radius=0.1, stroke_width=0)
        ground.set_fill(palette().card, 1).move_to(box.center)
        inner = box.inset(PAD, PAD, PAD, PAD)
        head = layout.place(bold(rule.title, BODY, rule_color(rule.name)), inner, UL)
        self.add(ground, on_baseline(head, inner.top - HEAD))
        if letters(rule):
            told = layout.place(quiet(f"${letters(rule)}$"), inner, UR)
            self.add(on_baseline(told, inner.top - HEAD))
        rest = inner.inset(top=HEAD + 0.25)
        self.add(layout.place(_block(rule, rest), rest, UL))


def _block(rule: Rule[Any], box: Box) -> VGroup:
    """The formulas, all in one size: as large as the card allows, down to the smallest type."""
    for size in (BODY, SMALL):
        also = [quiet(ALSO[rule.name])] if rule.name in ALSO else []
        block = lines(*(Formula(line, size) for line in formulas(rule)), *also, gap=0.2)
        if block.width <= box.width and block.height <= box.height:
            break
    return block
