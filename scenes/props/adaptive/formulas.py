"""The rules that the clip speaks of, as they stand above what they do: gradient descent's, Adam's, the correction."""

from __future__ import annotations

from manim import VGroup

from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.words.figures import typed
from scenes.stage.words.notation import gradient, notation, parameters
from scenes.stage.words.typesetting import BODY, Words, first_fitting, fitting_formula, lines, quiet

HATS = ("hat(m)_t = m_t slash (1 - beta_1^t)", "hat(s)_t = s_t slash (1 - beta_2^t)")
SQUARES = (
    'hat(s)_t = "mean of" g^2", the latest first"',
    'hat(s)_t = "fading mean of" g^2',
    "hat(s)_t = overline(g^2)",
)
NEAR, APART = 0.2, 0.3  # between lines


def plain_step(rate: float, steps: int, width: float) -> VGroup:
    """The step of gradient descent, and its one number, which is the best for so many steps."""
    letter = notation().learning_rate
    step = fitting_formula(f"{parameters('t+1')} = {parameters()} - {letter} {gradient()}", width)
    told = (f"${letter} = {typed(rate)}$, tuned{more}" for more in (f" for ${steps}$ steps", ""))
    return lines(step, first_fitting((quiet(text, BODY) for text in told), width), gap=APART)


def scaled_slope(width: float) -> VGroup:
    """What a slope is divided by; RMSProp as it is usually written begins the mean at 0, and does not correct it."""
    squares = first_fitting((Words(f"${text}$") for text in SQUARES), width)
    told = ("scaled slope: $g_t slash sqrt(hat(s)_t)$", "$g_t slash sqrt(hat(s)_t)$, $g$: slope")
    return lines(first_fitting(map(Words, told), width), squares, gap=APART)


def adam_step(rate: float, beta1: float, beta2: float, width: float) -> VGroup:
    """Adam's step, its two averages in the colours in which they are drawn, and what it is set by."""
    letter, (mean, root) = notation().learning_rate, ("{{ hat(m)_t : mean }}", "{{ sqrt(hat(s)_t) : root }}")
    step = fitting_formula(f"{parameters('t+1')} = {parameters()} - {letter} thin {mean} slash {root}", width)
    for label, color in (("mean", rule_color("adam")), ("root", palette().share)):
        step.select(label).set_color(color)
    first, shares = f"{letter} = {typed(rate)}", f"beta_1 = {typed(beta1)}, thin beta_2 = {typed(beta2)}"
    return lines(step, _settings((f"${first}, thin {shares}$", f"${first}$"), width), gap=NEAR)


def _settings(wordings: tuple[str, ...], width: float) -> Words:
    return first_fitting((quiet(text) for text in wordings), width)


def correction(width: float) -> VGroup:
    """What Adam divides both averages by."""
    return lines(*(fitting_formula(text, width) for text in HATS), gap=NEAR)
