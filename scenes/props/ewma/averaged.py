"""The line of a moving average, part by part: put into itself, and set beside the line of the momentum update.

Parts have the same names in all lines, with their age: `value0` is the current value, `fresh0` its weight. What is old
has the colour of momentum's share, what is new that of the gradient, for the two play the same roles.
"""

from __future__ import annotations

from manim import DOWN, RIGHT, Brace, VGroup

from scenes.stage.ink.palette import palette
from scenes.stage.panels.unrolled import factor, left_side, slope
from scenes.stage.words.derivation import Part
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import BODY, Words


def beta() -> str:
    """The letter of the share that is kept: beta, unless it means something else in this lecture."""
    taken = (notation().learning_rate, notation().update)
    return "beta" if "beta" not in taken else notation().momentum


def power(exponent: int) -> str:
    """`beta^exponent`; nothing for the power 0, no exponent for the first."""
    if exponent == 0:
        return ""
    return beta() if exponent == 1 else f"{beta()}^({exponent})"


def expanded(depth: int) -> list[Part]:
    """The average with the line put into itself `depth` - 1 times: what is left of the past, and `depth` values."""
    head = [Part("lhs", '"average"_t')] if depth == 1 else []
    parts = [*head, Part("eq", "="), *_past(depth, "dot")]
    for age in range(depth - 1, -1, -1):
        color = palette().share if age else palette().gradient
        weight = Part(f"fresh{age}", f"{power(age)} (1 - {beta()})", color)
        parts += [Part(f"plus{age}", "+"), weight, _value(age)]
    return parts


def gathered(depth: int) -> list[Part]:
    """The same in less room: what the weights of the values have in common stands before a bracket."""
    parts = [
        Part("eq", "="),
        *_past(depth, ""),
        Part("plus", "+"),
        Part("fresh", f"(1 - {beta()})"),
        Part("open", "paren.l"),
    ]
    for age in range(depth - 1, -1, -1):
        weight = [Part(f"fresh{age}", power(age), palette().share)] if age else []
        parts += [*weight, _value(age), Part(f"plus{age}", "+" if age else "paren.r")]
    return parts


def _past(depth: int, dot: str) -> list[Part]:
    """What is left of the average so many steps ago."""
    old = palette().share
    return [Part(f"keep{depth}", f"{power(depth)} {dot}", old), Part(f"before{depth}", f'"average"_(t-{depth})', old)]


def _value(age: int) -> Part:
    return Part(f"value{age}", f"x_(t-{age})" if age else "x_(t)", palette().share if age else palette().gradient)


def whole_sum() -> str:
    """The average as a weighted sum of all values."""
    rest = f"{{{{ {beta()}^t x_0 : rest }}}}"
    return f'"average"_t = (1 - {beta()}) sum_(i=0)^(t-1) {beta()}^i x_(t-i) + {rest}'


def comparison() -> tuple[list[Part], list[Part]]:
    """The line of the average and the line of the momentum update, part by part."""
    old, new = palette().share, palette().gradient
    average = [Part(part.name.rstrip("01"), part.source, part.color) for part in expanded(1)]
    before = f"{notation().update}_(t-1)"
    right = [
        Part("keep", factor(), old),
        Part("before", before, old),
        Part("plus", "+"),
        Part("value", slope("t"), new),
    ]
    return average, [*left_side("t"), *right]


def braced(term: VGroup, words: str, color: str) -> VGroup:
    """A brace below a term, and what the term is."""
    brace = Brace(term, DOWN, buff=0.18, color=color)
    return VGroup(brace, Words(words, BODY, color).next_to(brace, DOWN, buff=0.18))


def inside(brace: VGroup, right: float) -> VGroup:
    """A brace whose words stand a line lower, clear of those before them, and do not reach beyond `right`."""
    words = brace[1].shift(0.6 * DOWN)
    words.shift(min(0.0, right - words.get_right()[0]) * RIGHT)
    return brace
