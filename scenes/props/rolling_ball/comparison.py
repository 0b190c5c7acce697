"""One line that compares: an update as the sum of its two shares, and how many times the gradient's own share it is."""

from __future__ import annotations

from manim import DR, LEFT, RIGHT, VGroup

from scenes.stage.curves.run import at_step
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.words.notation import gradient, notation
from scenes.stage.words.numerals import Numeral
from scenes.stage.words.typesetting import Formula, fitting_formula


class Comparison(VGroup):
    """The update, its two shares, and how many times the gradient's share it is, as one line of the letters in force.

    `display(step)` takes the last whole step.
    """

    def __init__(self, gains: Array, box: layout.Box) -> None:
        super().__init__()
        self.gains = gains
        letters = notation()
        slope, share = (
            f"{letters.learning_rate} {gradient()}",
            f"{letters.momentum} dot {letters.update}_(t-1)",
        )
        before = f"{{{{ {letters.update}_t : whole }}}} = {{{{ {share} : share }}}} + {{{{ {slope} : slope }}}} ="
        after = f"dot {{{{ {slope} : again }}}}"
        widest = max((f"{gain:.1f}" for gain in gains), key=len)
        parted = "\\" if layout.is_narrow() else ""  # into two lines
        line = fitting_formula(f"{before} {parted} {{{{ {widest} : gain }}}} {after}", box.width)
        layout.place(line, box, LEFT if line.width <= box.width else RIGHT)
        self.number = Numeral(line.select("gain").get_corner(DR), ".1f", line.font_size).display(gains[0])
        self.add(self._part(before, line, "slope"), self.number, self._part(after, line, "again"))

    def _part(self, source: str, line: Formula, label: str) -> Formula:
        """A part of the line as a formula of its own, where the label stands in the line."""
        part, p = Formula(source, line.font_size), palette()
        colors = {"whole": rule_color("momentum"), "share": p.share, "slope": p.gradient, "again": p.gradient}
        for name in (name for name in colors if f": {name} " in source):
            part.select(name).set_color(colors[name])
        return part.shift(line.select(label).get_center() - part.select(label).get_center())

    def display(self, step: float) -> Comparison:
        self.number.display(at_step(self.gains, min(step, len(self.gains) - 1)))
        return self
