"""The objectives that have a name, and the way from a name or a formula to an objective.

`OBJECTIVES` is a table of functions, each of which builds its objective when it is first asked for: to list the
names costs nothing. A lecture may bring objectives of its own: they stand in the same table for as long as they are in
force (`clips.lecture.in_force`), behind those that everybody has (`BUILT_IN`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from objectives import curves, data, surfaces
from objectives.data_objective import DataObjective
from objectives.definitions import plain
from objectives.errors import unknown
from objectives.expression import has_meaning
from objectives.objective import Objective
from objectives.typed import typed_objective

AnyObjective = Objective | DataObjective

_BUILDERS: dict[str, Callable[[], AnyObjective]] = {
    "paraboloid": surfaces.paraboloid,
    "ravine": surfaces.ravine,
    "theta_squared": curves.theta_squared,
    "theta_sine": curves.theta_sine,
    "hillside": curves.hillside,
    "qfsp": surfaces.qfsp,
    "ackley": surfaces.ackley,
    "rosenbrock": surfaces.rosenbrock,
    "beale": surfaces.beale,
    "himmelblau": surfaces.himmelblau,
    "rastrigin": surfaces.rastrigin,
    "styblinski_tang": surfaces.styblinski_tang,
    "saddle": surfaces.saddle,
    "plateau": surfaces.plateau,
    "two_wells": surfaces.two_wells,
    "trap": surfaces.trap,
    "gentle_slope_neuron": data.gentle_slope_neuron,
    "valley_neuron": data.valley_neuron,
    "dip_valley_neuron": data.dip_valley_neuron,
    "narrow_valley_neuron": data.narrow_valley_neuron,
    "diagonal_valley_neuron": data.diagonal_valley_neuron,
    "six_points_neuron": data.six_points_neuron,
    "forty_points_neuron": data.forty_points_neuron,
    "regression_sine": data.regression_sine,
    "regression_line": data.regression_line,
}


#: The objectives that everybody has.
BUILT_IN = tuple(_BUILDERS)

#: Those of a lecture's own that are in force now.
_own: dict[str, Callable[[], AnyObjective]] = {}


def put_in_force(own: Mapping[str, Callable[[], AnyObjective]]) -> None:
    """Let the registry know these objectives of somebody's own, and no others; each is built when it is asked for."""
    _own.clear()
    _own.update(own)


@cache
def _built(name: str) -> AnyObjective:
    return _BUILDERS[name]()


class _Registry(Mapping[str, AnyObjective]):
    """The named objectives: a mapping that builds an objective when it is asked for, and once."""

    def __getitem__(self, name: str) -> AnyObjective:
        if name in _BUILDERS:
            return _built(name)
        return _own[name]()

    def __contains__(self, name: object) -> bool:
        return name in _BUILDERS or name in _own  # without building it, as Mapping would

    def __iter__(self) -> Iterator[str]:
        return iter((*_BUILDERS, *_own))

    def __len__(self) -> int:
        return len(_BUILDERS) + len(_own)


OBJECTIVES: Mapping[str, AnyObjective] = _Registry()


def find_objective(name_or_text: str) -> AnyObjective:
    """The objective of that name, or the one whose formula that is.

    A name may be written with spaces or hyphens. A lone word that is neither a name nor a variable is taken
    for a misspelt name: the UsageError tells the nearest. Anything else is read as a formula.
    """
    name = plain(name_or_text)
    if name in OBJECTIVES:
        return OBJECTIVES[name]
    word = name_or_text.strip()
    if word.isidentifier() and not has_meaning(word):
        raise unknown("objective", word, OBJECTIVES)
    return typed_objective(name_or_text)
