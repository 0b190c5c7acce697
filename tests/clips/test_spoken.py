"""What is said of a caption: nothing is left that a voice cannot say, and nothing that was written is lost."""

from __future__ import annotations

import doctest
import re

import hibari.g2p
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clips.voice import numerals
from clips.voice import spoken as reader
from clips.voice.numerals import in_words, ordinal
from clips.voice.spoken import spoken
from scenes.stage.words.figures import figure
from tests.saying import numbers_said, numbers_written, sayable

READ = {
    # numbers
    "6.7e-06": "6.7 times ten to the minus six",
    "at 7·10⁻⁶, from -960.7.": "at 7 times ten to the minus six, from minus 960.7.",
    "1e-05 and 10⁵²": "Ten to the minus five and ten to the fifty-two",
    "12,345 steps, 1,000": "12345 steps, 1000",
    "84, 34 and 7 %": "84, 34 and 7 per cent",
    "the 1st, the 43rd": "the first, the forty-third",
    "½ of 2/3, 5/3": "One half of two thirds, 5 over 3",
    "5-fold, 2-D, 81-97 steps, 0.5–0.6": "5-fold, 2-D, 81 to 97 steps, 0.5 to 0.6",
    "1080x1350 at 16:9": "1080 by 1350 at 16 to 9",
    "1 s, 20 ms, 65°, 60 fps": "1 second, 20 milliseconds, 65 degrees, 60 frames a second",
    # letters
    "η = 0.1 and γ, θ₀, λ_max, β1": "Eta equals 0.1 and gamma, theta 0, lambda max, beta 1",
    "2ηγ, Δx": "2 eta gamma, Delta x",
    "x̂ and x̄": "x hat and x bar",
    # formulas
    "∇f(θ_t)": "The gradient of f at theta t",
    "-η∇f(x, y)": "Minus eta times the gradient of f at x, y",
    "x_(t+1) = x_t - η∇E(x_t)": "x t plus 1 equals x t minus eta times the gradient of E at x t",
    "x^2 + 10*sin(x)*sin(y) + y²": "x squared plus 10 times sine of x times sine of y plus y squared",
    "(x - 1)^2 / (1 - γ)": "The quantity x minus 1, squared over the quantity 1 minus gamma",
    "γ(1-γ), η (1 - γ)": "Gamma times the quantity 1 minus gamma, eta times the quantity 1 minus gamma",
    "|x| + ‖∇f‖": "The absolute value of x plus the norm of the gradient of f",
    "∂f/∂x, df/dx, d/dt": "The partial derivative of f with respect to x, the derivative of f with respect to x, "
    "the derivative with respect to t",
    "e^(-x) and exp(-x²)": "e to the minus x and e to the minus x squared",
    "√2, A⁻¹, Aᵀ, f'(x)": "The square root of 2, A to the minus 1, A transpose, f prime of x",
    "t → ∞, η ≤ 2/λ, 3 × 4, 1/t": "t goes to infinity, eta is at most 2 over lambda, 3 times 4, 1 over t",
    "∀ x ∈ ℝ": "For all x in R",
    # prose
    "In the end | it is at (3, 0.001).": "In the end it is at 3, 0.001.",
    "Away (root mean square).": "Away, root mean square.",
    "two- and three-dimensional; u-turn - PyTorch's – 'so'": "two and three-dimensional; u-turn, PyTorch's, so",
    "torch:AdamW, my_valley, optimizer(s), and/or": "torch AdamW, my valley, optimizers, and or",
    "": "",
    "|": "",
}


@pytest.mark.parametrize(("written", "said"), READ.items(), ids=lambda text: text[:20])
def test_formulas_are_read_as_somebody_reads_them_aloud(written: str, said: str) -> None:
    assert spoken(written) == said
    assert sayable(said)


@pytest.mark.parametrize("module", [reader, numerals], ids=lambda module: module.__name__)
def test_what_the_docstrings_say(module: object) -> None:
    assert doctest.testmod(module, raise_on_error=True).attempted  # type: ignore[arg-type]


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 6))
def test_any_number_of_a_caption_is_said_with_its_value(value: float, digits: int) -> None:
    """Heard again, digit for digit and power for power, it is what was written."""
    said = spoken(f"It is at {figure(value, digits)}, in the end.")
    assert sayable(said)
    assert numbers_said(said) == [float(f"{value:.{digits - 1}e}")]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_of_a_programmer_is_said_with_its_value(value: float) -> None:
    assert numbers_said(spoken(f"from {value!r} on")) == [value]


@given(st.text(st.characters(blacklist_categories=("Cs", "Cn", "Co")), max_size=60))
def test_of_any_text_a_voice_can_say_what_comes_out(text: str) -> None:
    assert sayable(spoken(text)), spoken(text)


ATOMS = st.sampled_from(["x", "y", "η", "θ_t", "2", "0.5", "f(x)", "∇f(x)", "sin(y)", "10⁻³"])
FORMULAS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from(["+", "-", "·", "/", "="]), inner),
        st.builds("({})^{}".format, inner, st.sampled_from(["2", "3", "t"])),
        st.builds("sqrt({})".format, inner),
        st.builds("|{}|".format, ATOMS),
        st.builds("-{}".format, ATOMS),
    ),
    max_leaves=6,
)
SAID_FOR = {"+": "plus", "·": "times", "/": "over", "=": "equals", "-": "minus", "∇": "gradient", "η": "eta"}


@given(FORMULAS)
def test_of_any_formula_each_sign_is_said_as_often_as_it_stands_there(formula: str) -> None:
    said = spoken(f"So {formula}: this")
    assert sayable(said)
    heard = re.findall(r"\w+", said)
    written = formula.replace("⁻", "-")
    for sign, word in SAID_FOR.items():
        assert heard.count(word) >= written.count(sign), said
    assert heard.count("minus") == written.count("-")
    assert heard.count("sine") == formula.count("sin")


# Words against another reader's ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def phonemes() -> object:
    """hibari's own way from text to sounds, which knows numbers: another author's words for them."""
    return hibari.g2p.G2P()


@pytest.mark.parametrize("number", [*range(0, 130, 3), 200, 308, 999, 1000, 1001, 12_345, 40_000, 700_019, 2_000_000])
def test_numbers_in_words_sound_like_the_numbers(phonemes: object, number: int) -> None:
    """It says them as Americans do, without `and`."""
    assert heard(phonemes, in_words(number).replace(" and ", " ")) == heard(phonemes, str(number))
    assert number == 0 or in_words(-number) == f"minus {in_words(number)}"


@pytest.mark.parametrize("number", [*range(1, 33), 40, 53, 100, 101, 112])
def test_ordinals_sound_like_the_ordinals(phonemes: object, number: int) -> None:
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    assert heard(phonemes, ordinal(number).replace(" and ", " ")) == heard(phonemes, f"{number}{ending}")


def heard(phonemes: object, text: str) -> str:
    """Its sounds, apart from what is stressed and where a hyphen stood."""
    return re.sub(r"[ˈˌ\s-]", "", str(phonemes(text)))  # type: ignore[operator]


def test_the_readers_of_these_tests_find_what_is_lost() -> None:
    assert numbers_written("from -3.5 to 6.7·10⁻⁶, 10⁵ and 1,000") == [-3.5, 6.7e-6, 1e5, 1000]
    assert numbers_said("From minus 3.5 to 6.7 times ten to the minus six, ten to the five") == [-3.5, 6.7e-6, 1e5]
    assert numbers_said("times ten to the minus three hundred and eight") == [1e-308]
    assert not any(map(sayable, ("10⁻⁶", "a_b", "6.7e-06", "η", "50%", "x²", "a/b", "-5", "f(x)", "a - b", "x=1")))
    assert all(map(sayable, ("Minus 5.", "u-turn: 3-fold, at 0.5; so?", "PyTorch's", "")))
