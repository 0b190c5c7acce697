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
        "adagrad": "#D6B58C",
        "rmsprop": "#A58BFF",
        "adam": "#F2704A",
        "accelerated": "#FAB7F3",
        "momentum_restart": "#3A81F6",
        "averaging": "#DF466C",
        "adadelta": "#B657CC",
        "adamw": "#7D82B0",
        "amsgrad": "#539488",
        "nadam": "#8DA523",
        "adamax": "#FBA0AD",
        "signsgd": "#DE7EF4",
        "lion": "#AB7866",
        "exact_line_search": "#FF71BB",
        "backtracking": "#C7CDFF",
        "polyak_step": "#C097DF",
        "conjugate_gradient": "#C38C46",
        "bfgs": "#956ED2",
        "newton": "#90A7F1",
        "damped_newton": "#CC4DA9",
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
        "adagrad": "#7D5A2C",
        "rmsprop": "#5B3FB5",
        "adam": "#A62B16",
        "accelerated": "#5F055B",
        "momentum_restart": "#113570",
        "averaging": "#562730",
        "adadelta": "#832298",
        "adamw": "#301195",
        "amsgrad": "#075449",
        "nadam": "#61721C",
        "adamax": "#840E35",
        "signsgd": "#73417E",
        "lion": "#772E11",
        "exact_line_search": "#88586F",
        "backtracking": "#5D60A7",
        "polyak_step": "#432D53",
        "conjugate_gradient": "#4F3005",
        "bfgs": "#461878",
        "newton": "#4159D4",
        "damped_newton": "#961078",
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
