"""The colours themselves: plain records, for the clips and for whatever else shows a lecture in its colours.

What they mean, and which are in force, is in `palette`. Nothing is imported for them, so that a page can be coloured
without Manim.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal
from zlib import crc32

Theme = Literal["dark", "light"]

SELDOM = 6  # in the order of `rules`: from here on they are not in the lecture


@dataclass(frozen=True)
class Palette:
    """The colours of one theme, as hexadecimal RGB. `map` runs from the lowest level to the highest."""

    ground: str
    card: str
    ink: str
    quiet: str
    rule_line: str
    gradient: str
    share: str
    target: str
    outline: str
    map: tuple[str, ...]
    map_line: str
    rules: Mapping[str, str]
    terms: tuple[str, ...]

    def rule(self, name: str) -> str:
        """The colour of an optimizer rule; one without a place here gets another's tint, the same each time.

        There are many optimizers of other libraries: these borrow from the rules that seldom race.
        """
        return self.rules.get(name) or self.lent(name)[0]

    def lent(self, name: str) -> tuple[str, ...]:
        """All tints that a rule without a place may borrow, the one that it takes first, first."""
        seldom = tuple(self.rules.values())[SELDOM:]
        first, then = (seldom, self.terms) if ":" in name else (self.terms, seldom)
        turn = crc32(name.encode()) % len(first)
        return (*first[turn:], *first[:turn], *then)


DARK = Palette(
    ground="#0E1116",
    card="#191D26",
    ink="#ECEFF4",
    quiet="#A3AABA",
    rule_line="#39404E",
    gradient="#F0E442",
    share="#CC79A7",
    target="#FFFFFF",
    outline="#0E1116",
    map=("#0B1220", "#19273A", "#273D56", "#375574", "#546D85", "#708797", "#8CA1A8"),
    map_line="#D6E2EA",
    rules={
        "gradient_descent": "#56B4E9",
        "momentum": "#F5930F",
        "nesterov": "#2CC295",
        "adagrad": "#CCC374",
        "rmsprop": "#A088FB",
        "adam": "#FF07B8",
        "accelerated": "#A1D4FF",
        "momentum_restart": "#387AFE",
        "averaging": "#ED286B",
        "adadelta": "#BE53B8",
        "adamw": "#0087B7",
        "amsgrad": "#4B9373",
        "nadam": "#64A814",
        "adamax": "#B7987A",
        "signsgd": "#E656FE",
        "lion": "#B96562",
        "exact_line_search": "#FF8295",
        "backtracking": "#FAC2FC",
        "polyak_step": "#8F7DAB",
        "conjugate_gradient": "#9B7E08",
        "bfgs": "#A64CFF",
        "newton": "#FF8CF1",
        "damped_newton": "#FA5924",
    },
    terms=("#C3A6FF", "#59D0C2", "#B5D95B", "#EBC9A0", "#9DB7D1", "#F2A0A0"),
)

LIGHT = Palette(
    ground="#FCFCFA",
    card="#EFF1F2",
    ink="#161A20",
    quiet="#565E6B",
    rule_line="#C6CBD2",
    gradient="#4A4A00",
    share="#A8437C",
    target="#11151B",
    outline="#FCFCFA",
    map=("#F6F9FA", "#DEE7EB", "#C6D5DC", "#AEC3CE", "#99B1BF", "#839FB0", "#6E8EA2"),
    map_line="#3B5568",
    rules={
        "gradient_descent": "#0067A8",
        "momentum": "#C24E00",
        "nesterov": "#007A5A",
        "adagrad": "#704B3E",
        "rmsprop": "#553AB6",
        "adam": "#C4009E",
        "accelerated": "#2F5DF8",
        "momentum_restart": "#002295",
        "averaging": "#410032",
        "adadelta": "#8F00B5",
        "adamw": "#0200E0",
        "amsgrad": "#00534F",
        "nadam": "#7E7400",
        "adamax": "#730133",
        "signsgd": "#793576",
        "lion": "#4B2100",
        "exact_line_search": "#836786",
        "backtracking": "#885BCD",
        "polyak_step": "#272F54",
        "conjugate_gradient": "#093900",
        "bfgs": "#0C005D",
        "newton": "#540173",
        "damped_newton": "#A30A0C",
    },
    terms=("#6B3FC0", "#00756B", "#557300", "#8A5A2B", "#48627A", "#A8323C"),
)

THEMES: Mapping[Theme, Palette] = {"dark": DARK, "light": LIGHT}


def plain_palettes(rules: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Both themes as plain data, for a page, with the colours of these rules."""
    names = tuple(rules)
    return {
        theme: {**asdict(colors), "rules": {name: colors.rule(name) for name in names}}
        for theme, colors in THEMES.items()
    }
