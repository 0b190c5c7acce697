"""The page in a notebook: a widget whose traits are the state, both ways.

    e = explore("qfsp", momentum=0.4)
    e.momentum = 0.9       # the page follows
    e.iterates             # what it shows, as an array: (rules, steps + 1, variables)

In a notebook that is exported, or read where no widgets are, a page of its own stands in the widget's place: it is
played with as well, and knows no Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clips.exploring.pages import Exploration, compiled, exploration
from clips.exploring.states import changed, rule_of, target_of
from clips.filming.work import bring_in
from clips.lecture.reading import default_lecture, read_lecture
from explorable.html import style_sheet, widget_script
from objectives.data_objective import DataObjective
from objectives.errors import UsageError
from optimizers import Trajectory, descend

try:
    import anywidget
    import traitlets
except ImportError:
    raise UsageError("A page in a notebook needs anywidget: pip install '.[notebook]' brings it.") from None

HEIGHT = 720  # pixels of the page that stands in an exported notebook


class Explorable(anywidget.AnyWidget):
    """A run to be played with. Its traits are those of `page/src/view/state.js`; None is what is left to the page."""

    _esm = widget_script()
    _css = style_sheet()

    formulas = traitlets.Unicode().tag(sync=True)
    presets: Any = traitlets.List().tag(sync=True)

    objective = traitlets.Unicode("valley_neuron").tag(sync=True)
    start = traitlets.List(traitlets.Float(), allow_none=True, default_value=None).tag(sync=True)
    rules = traitlets.List(traitlets.Unicode(), default_value=["gradient_descent", "momentum"]).tag(sync=True)
    learning_rate = traitlets.Float(1.0).tag(sync=True)
    momentum = traitlets.Float(0.85).tag(sync=True)
    settings = traitlets.Dict().tag(sync=True)
    steps = traitlets.Int(100).tag(sync=True)
    data = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    scrub = traitlets.Int(None, allow_none=True).tag(sync=True)
    view: Any = traitlets.List(allow_none=True, default_value=None).tag(sync=True)
    theme = traitlets.Unicode("auto").tag(sync=True)
    compare = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    scale = traitlets.Unicode("auto").tag(sync=True)
    tolerance = traitlets.Float(None, allow_none=True).tag(sync=True)
    lens = traitlets.Unicode("auto").tag(sync=True)
    turn = traitlets.List(traitlets.Float(), default_value=[-60.0, 34.0]).tag(sync=True)
    speed = traitlets.Float(None, allow_none=True).tag(sync=True)
    focus = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    clip = traitlets.Unicode("").tag(sync=True)

    def __init__(self, page: Exploration) -> None:
        self._own = page.own
        super().__init__(formulas=compiled(page.own), presets=[dict(one) for one in page.presets], **page.state)
        self._title = page.title

    @property
    def state(self) -> dict[str, Any]:
        """What the page shows, as a record."""
        return {name: getattr(self, name) for name in STATE}

    @traitlets.validate("objective", "start", "rules", "learning_rate", "momentum", "steps")
    def _checked(self, proposal: Mapping[str, Any]) -> Any:
        """Refuse, in the words of `descend`, what cannot be run."""
        name, value = proposal["trait"].name, proposal["value"]
        state = {**self.state, name: value}
        if name == "objective":  # of another dimension, perhaps: the page then begins where that objective says
            target_of(value)
        elif name == "start" or self._start_fits(state):
            changed(state, {})
        return value

    def _start_fits(self, state: Mapping[str, Any]) -> bool:
        return state["start"] is None or len(state["start"]) == target_of(state["objective"]).dimension

    @property
    def runs(self) -> dict[str, Trajectory]:
        """The run of each rule, by `descend`: with iterates, values, gradients, u-turns and what else a run tells."""
        bring_in(self._own)
        objective: Any = target_of(self.objective)
        if self.data and isinstance(objective, DataObjective):
            objective = objective.with_data(self.data)
        start = self.start if self.start is not None and self._start_fits(self.state) else objective.start
        return {rule: descend(objective, rule_of(self.state, rule), start, self.steps) for rule in self.rules}

    @property
    def iterates(self) -> npt.NDArray[np.float64]:
        """The iterates of all rules: (rules, steps + 1, variables), NaN where a run has ended."""
        return np.stack([run.iterates for run in self.runs.values()])

    @property
    def values(self) -> npt.NDArray[np.float64]:
        """The errors of all rules: (rules, steps + 1)."""
        return np.stack([run.values for run in self.runs.values()])

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The widget, and beside it a page for where no widgets are."""
        found: Any = super()._repr_mimebundle_(**options)
        bundle, *more = found if isinstance(found, tuple) else (found,)
        with_page = {**bundle, "text/html": self._page(), "text/plain": f"explore({self.objective!r})"}
        return (with_page, *more) if more else with_page

    def _page(self) -> str:
        """The whole page as it stands now, inside a frame."""
        bring_in(self._own)
        page = Exploration("notebook", self._title, self.state, tuple(self.presets), self._own).text
        look = f'style="width: 100%; height: {HEIGHT}px; border: 0" title="{escape(self._title)}"'
        return f'<iframe {look} srcdoc="{escape(page)}"></iframe>'


STATE = tuple(
    name for name in Explorable.class_own_traits(sync=True) if name not in ("formulas", "presets", "_esm", "_css")
)


def explore(wanted: str | None = None, *, lecture: str | Path | None = None, **settings: Any) -> Explorable:
    """A clip, an objective or a formula to be played with in a notebook; without one, the clips of the lecture.

    `explore("u_turn", momentum=0.95)`, `explore("x^2 + 3*y^2", rules=["momentum", "adam"], start=(2, 1))`.
    A hyper-parameter of one rule alone is given as `**{"adam.beta1": 0.8}`. `lecture` names the file of a lecture whose
    clips and objectives are meant.

    Raises
    ------
    UsageError
        For what is none of these, a wrong setting, or what cannot be run.
    """
    book = default_lecture() if lecture is None else read_lecture(Path(lecture))
    return Explorable(exploration(wanted, settings, book))
