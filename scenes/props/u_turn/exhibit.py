"""What is minimised: a neuron over its data, with the curve of the best fit, or a formula alone; and the data on their
way from old to new."""

from __future__ import annotations

from typing import cast

import numpy as np
from manim import VGroup, VMobject

from objectives import AnyObjective, DataObjective, typeset, typeset_function
from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.data_panel import DataPanel
from scenes.stage.words.typesetting import fitting_formula, wrapped_formula

FORMULA = 1.15  # height of the formula over the data


class Exhibit(VGroup):
    """The first objective in a box; the panel has room for the data of the second."""

    data: DataPanel

    def __init__(self, box: Box, first: AnyObjective, second: AnyObjective) -> None:
        super().__init__()
        self.fit = VMobject()
        if not isinstance(first, DataObjective) or first.curve is None:
            self.add(layout.place(wrapped_formula(typeset_function(first), box.width), box))
            return
        above, below = box.top_slice(FORMULA, gap=0.1)
        formula = fitting_formula(f"f(x) = {typeset(first.model)}", box.width)
        (x, y), later = first.curve, cast(DataObjective, second).curve
        self.data = DataPanel(below, first.predict, x, y, also=later and later[0])
        if first.minima:
            self.fit = self.data.curve(palette().quiet, np.array(first.minima[0]))
        self.add(layout.place(formula, above), self.data)


def between(old: DataObjective, new: DataObjective, share: float) -> DataObjective:
    """The data on their way, by a share of it."""
    return new.with_data({name: (1 - share) * old.data[name] + share * new.data[name] for name in new.data})
