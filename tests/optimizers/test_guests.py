"""A guest is a rule like any other: it may be stopped, replayed, run as a batch, though its machine changes in place.

The libraries themselves are not installed for these tests; `tests/guests` holds them against each other, by hand.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from clips.keeping.records import Wish, recipe_of
from clips.profile import make_profile
from clips.sources import GUESTS, Sources, libraries
from objectives import OBJECTIVES
from objectives.errors import UsageError
from optimizers import RULES, Conditions, descend, make_rule
from optimizers.guests import LIBRARIES, Guest, catalogue, guest
from optimizers.guests.record import Asking, kind_of
from optimizers.guests.trial import first_way
from optimizers.problem import FloatArray
from optimizers.rules import Momentum

RATE, KEPT = 0.03, 0.8


class Rolling:
    """Momentum as a library would have it: one object that changes, and counts."""

    made = 0

    def __init__(self, x: FloatArray) -> None:
        type(self).made += 1
        self.x, self.update = x.copy(), np.zeros_like(x)

    def step(self, ask: Asking, rate: float | None) -> FloatArray:
        self.update *= KEPT
        self.update += (RATE if rate is None else rate) * ask.slope(self.x)
        self.x -= self.update
        return self.x.copy()


class Wandering(Rolling):
    """Asks for values and curvature, and away from where it stands."""

    def step(self, ask: Asking, _: float | None) -> FloatArray:
        ahead = self.x - 0.1 * ask.slope(self.x)
        lower = ask.value(ahead) < ask.value(self.x)
        curvature = float(np.trace(ask.hessian(self.x)))
        self.x = self.x - (0.01 if lower else 0.001) * ask.slope(ahead) / (1 + abs(curvature))
        return self.x.copy()


class Failing(Rolling):
    def step(self, *_: object) -> FloatArray:
        raise ZeroDivisionError("no way\nout of here.")


def rolling(machine: type[Rolling] = Rolling, **options: object) -> Guest:
    return kind_of("library:Rolling")(machine, **options)  # type: ignore[arg-type]


STARTS = np.array([[7.11, 6.97], [-3.0, 2.0], [0.5, -4.0]])


def test_a_guest_takes_the_path_of_its_formula() -> None:
    objective = OBJECTIVES["qfsp"]
    run, ours = (descend(objective, rule, STARTS[0], 40) for rule in (rolling(), Momentum(RATE, KEPT)))
    np.testing.assert_allclose(run.iterates, ours.iterates, rtol=1e-12)


@pytest.mark.parametrize("machine", [Rolling, Wandering])
def test_a_batch_is_its_members(machine: type[Rolling]) -> None:
    objective = OBJECTIVES["himmelblau"]
    batch = descend(objective, rolling(machine), STARTS, 12)
    for k, start in enumerate(STARTS):
        np.testing.assert_array_equal(batch.iterates[:, k], descend(objective, rolling(machine), start, 12).iterates)


class Told:
    """An objective as `step` is told of it; it counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, x: FloatArray) -> FloatArray:
        self.asked += 1
        slope: FloatArray = np.sin(x) + x
        return slope

    tried = __call__

    def value(self, x: FloatArray) -> FloatArray:
        value: FloatArray = (x**2 / 2 - np.cos(x)).sum(axis=-1)
        return value

    def hessian(self, x: FloatArray) -> FloatArray:
        return np.eye(x.shape[-1]) * (1 + np.cos(x))[..., np.newaxis]


@pytest.mark.parametrize("machine", [Rolling, Wandering])
def test_steps_from_an_older_state_are_those_taken_before(machine: type[Rolling]) -> None:
    """Without asking the objective again for what it has answered."""
    rule, told, points = rolling(machine), Told(), [(STARTS, rolling(machine).init(STARTS))]
    for _ in range(6):
        points.append(rule.step(told, *points[-1]))
    asked = told.asked
    for k in (2, 5, 0):
        x, state = rule.step(told, *points[k])
        np.testing.assert_array_equal(x, points[k + 1][0])
        again, _ = rule.step(told, x, state)
        assert k + 2 >= len(points) or np.array_equal(again, points[k + 2][0])
    per_step = asked // 6
    assert told.asked - asked == 6 * per_step


def test_one_machine_goes_on_while_steps_follow_one_another() -> None:
    Rolling.made = 0
    descend(OBJECTIVES["qfsp"], rolling(), STARTS[0], 50)
    assert Rolling.made == 1


def test_a_schedule_changes_the_learning_rate() -> None:
    def schedule(k: int) -> Guest:
        return rolling(learning_rate=RATE / (1 + k))

    run = descend(OBJECTIVES["qfsp"], schedule, STARTS[0], 20)
    ours = descend(OBJECTIVES["qfsp"], lambda k: Momentum(RATE / (1 + k), KEPT), STARTS[0], 20)
    np.testing.assert_allclose(run.iterates, ours.iterates, rtol=1e-12)


def test_learning_rates_are_a_batch() -> None:
    rates = np.array([0.01, 0.03, 0.002])
    batch = descend(OBJECTIVES["qfsp"], rolling(learning_rate=rates), STARTS[0], 20)
    for k, rate in enumerate(rates):
        alone = descend(OBJECTIVES["qfsp"], rolling(learning_rate=float(rate)), STARTS[0], 20)
        np.testing.assert_array_equal(batch.iterates[:, k], alone.iterates)


def test_what_a_library_raises_is_one_sentence() -> None:
    with pytest.raises(UsageError, match=r"^library:Rolling gave up: no way out of here\.$"):
        descend(OBJECTIVES["qfsp"], rolling(Failing), STARTS[0], 3)


# Side by side ---------------------------------------------------------------------------------------------------------


def entrants(*machines: type[Rolling], **rates: float) -> dict[str, Any]:
    """Guests of those kinds, and some that roll with a learning rate of their own; each has another name."""
    kinds = {machine.__name__: kind_of(f"library:{machine.__name__}")(machine) for machine in machines}
    own = {name: kind_of(f"library:{name}")(Rolling, learning_rate=rate) for name, rate in rates.items()}
    return kinds | own


@pytest.mark.parametrize("how", [{}, {"schedule": "cosine"}, {"noise": 0.3, "seed": 2}])
def test_side_by_side_each_takes_its_own_path(how: dict[str, Any]) -> None:
    """Also beside one that flies off, whose machine is then left alone, and beside rules of ours."""
    conditions, start = Conditions(**how), [7.11, 6.97]
    rules = {"momentum": Momentum(RATE, KEPT), **entrants(Rolling, slow=0.01, quick=0.05, wild=50.0)}
    runs, failed = conditions.descend_each(OBJECTIVES["qfsp"], rules, start, 150)
    assert not failed
    assert list(runs) == list(rules)
    assert runs["wild"].diverged_at is not None
    for name, rule in rules.items():
        alone = Conditions(**how)._run(OBJECTIVES["qfsp"], rule, start, 150)
        for seen, made in ((runs[name].iterates, alone.iterates), (runs[name].values, alone.values)):
            np.testing.assert_array_equal(seen, made, err_msg=name)


def test_side_by_side_the_objective_is_asked_once_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, objective = [], OBJECTIVES["himmelblau"]
    both = type(objective).value_and_gradient
    monkeypatch.setattr(
        type(objective), "value_and_gradient", lambda self, x: (asked.append(x.shape), both(self, x))[1]
    )
    Conditions().descend_each(objective, entrants(one=0.001, two=0.002, three=0.003), [1.0, 1.5], 20)
    assert asked == [(3, 2)] * 21


def test_who_fails_inside_ends_and_the_others_go_on() -> None:
    rules = entrants(Failing, Wandering, slow=0.01)
    runs, failed = Conditions().descend_each(OBJECTIVES["qfsp"], rules, [7.11, 6.97], 10)
    assert failed == {"Failing": "library:Failing gave up: no way out of here."}
    for name in ("Wandering", "slow"):
        np.testing.assert_array_equal(
            runs[name].iterates, descend(OBJECTIVES["qfsp"], rules[name], [7.11, 6.97], 10).iterates
        )


def test_what_was_run_side_by_side_is_not_run_again() -> None:
    rules, start = entrants(kept=0.02, also=0.03), [7.0, 6.5]
    runs = Conditions().descend_each(OBJECTIVES["qfsp"], rules, start, 10)[0]
    Rolling.made = 0
    assert Conditions().descend(OBJECTIVES["qfsp"], rules["kept"], start, 10) is runs["kept"]
    assert Conditions().descend_each(OBJECTIVES["qfsp"], rules, start, 10)[0]["also"] is runs["also"]
    assert Rolling.made == 0


def test_a_race_of_equal_guests_by_other_names_is_told_by_those() -> None:
    rolled = entrants(same=0.04)["same"]
    for name in ("one", "other"):
        assert list(Conditions().descend_each(OBJECTIVES["qfsp"], {name: rolled}, [7.0, 6.0], 5)[0]) == [name]


# In two processes -----------------------------------------------------------------------------------------------------


class Elsewhere(Rolling):
    """Works in a process of its own and nowhere else."""

    settled = False

    def step(self, ask: Asking, rate: float | None) -> FloatArray:
        if not type(self).settled:
            raise RuntimeError("not here")
        return super().step(ask, rate)

    @classmethod
    def settle(cls) -> None:
        cls.settled = True


@pytest.fixture
def two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """However short a race is, and however few processors there are."""
    monkeypatch.setattr("optimizers.conditions.pays", lambda _: True)


@pytest.mark.skipif(sys.platform != "linux", reason="no process is forked elsewhere")
@pytest.mark.usefixtures("two_processes")
def test_half_of_a_race_is_run_in_another_process() -> None:
    """With the same runs and reasons in the same order, and read-only."""
    away = {name: kind_of(f"library:{name}")(Elsewhere, settle=Elsewhere.settle) for name in ("away", "also")}
    broken = {"broken": kind_of("library:broken")(Failing, settle=Elsewhere.settle)}
    rules = entrants(here=0.01, near=0.04, next=0.02) | broken | away
    runs, failed = Conditions().descend_each(OBJECTIVES["qfsp"], rules, [7.11, 6.97], 12)
    assert list(runs) == ["here", "near", "next", "away", "also"]
    assert failed == {"broken": "library:broken gave up: no way out of here."}
    for name in ("away", "also"):
        alone = descend(OBJECTIVES["qfsp"], rolling(), [7.11, 6.97], 12)
        np.testing.assert_array_equal(runs[name].iterates, alone.iterates)
        assert not runs[name].iterates.flags.writeable
    assert not Elsewhere.settled


def test_a_card_has_every_setting_as_one_writes_it() -> None:
    rule = rolling(told=(("library", "2.13.0"), ("lr", "0.1"), ("eps", "1e-08"), ("tiny", "2.5e-3"), ("on", "False")))
    assert rule.small_print == "library 2.13.0; lr 0.1; eps $10^(-8)$; tiny $2.5 dot 10^(-3)$"


def test_two_guests_of_one_name_and_settings_are_equal() -> None:
    assert rolling(told=(("lr", "0.1"),)) == rolling(told=(("lr", "0.1"),)) != rolling(told=(("lr", "0.2"),))
    assert len({rolling(), rolling()}) == 1


# Names ----------------------------------------------------------------------------------------------------------------


def test_only_what_has_a_colon_is_a_guest() -> None:
    assert "torch:AdamW" in RULES
    assert "AdamW" not in RULES
    assert not any(":" in name for name in RULES), "they are not listed: nobody has asked for them"


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_that_is_not_there(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "is_installed", lambda _: False)
    with pytest.raises(
        UsageError,
        match=rf"^{library}:Adam needs the library {library}: uv pip install --python .venv {library} brings it\.$",
    ):
        make_rule(f"{library}:Adam")


def test_an_unknown_library_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"torhc.*torch"):
        guest("torhc:Adam")


class Ways:
    """How a library of one optimizer is told things."""

    WAYS = MappingProxyType({"plain": ()})
    settle = None
    parameters_of = staticmethod(lambda kind: dict(inspect.signature(kind).parameters))
    way_of = staticmethod(lambda *_: "plain")

    @staticmethod
    def maker(_: object, given: dict[str, Any], __: str) -> Any:
        return lambda x: Settable(x, **given)


class Settable:
    """Momentum with settings, as a library's class takes them."""

    def __init__(self, params: FloatArray, lr: float = 0.01, momentum: float = 0.5, name: str = "plain") -> None:
        self.x, self.update, self.lr, self.momentum, self.name = (
            params.copy(),
            np.zeros_like(params),
            lr,
            momentum,
            name,
        )

    def step(self, ask: Asking, rate: float | None) -> FloatArray:
        self.update = self.momentum * self.update + (self.lr if rate is None else rate) * ask.slope(self.x)
        self.x = self.x - self.update
        return self.x.copy()


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> None:
    there: Any = catalogue.Library(Ways, lambda: {"Settable": Settable})  # type: ignore[arg-type]
    monkeypatch.setattr(catalogue, "LIBRARIES", {"library": there})
    monkeypatch.setattr(catalogue, "is_installed", lambda _: True)
    monkeypatch.setattr("optimizers.guests.invite.version_of", lambda _: "1.2")


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("name", "given", "ours"),
    [
        ("library:Settable", {}, Momentum(0.01, 0.5)),
        ("library:Settable(momentum=0.8)", {}, Momentum(0.01, 0.8)),
        ("library:settable( lr = 0.02, momentum=0.8 )", {}, Momentum(0.02, 0.8)),
        ("library:Settable(lr=0.02, momentum=0.8)", {"learning_rate": 0.03}, Momentum(0.03, 0.8)),
    ],
)
def test_settings_stand_in_the_name(name: str, given: dict[str, Any], ours: Momentum) -> None:
    run = descend(OBJECTIVES["qfsp"], make_rule(name, **given), STARTS[0], 20)
    np.testing.assert_allclose(run.iterates, descend(OBJECTIVES["qfsp"], ours, STARTS[0], 20).iterates, rtol=1e-12)
    assert dict(make_rule(name, **given).told)["momentum"] == str(ours.momentum)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("library")
def test_the_title_tells_two_settings_of_one_guest_apart() -> None:
    titles = [RULES[f"library:Settable{settings}"].title for settings in ("", "(momentum=0.8)", "(momentum=0.9)")]
    assert titles == ["Settable", "Settable 0.8", "Settable 0.9"]
    assert RULES["library:settable( momentum = 0.8 )"].name == "library:Settable(momentum=0.8)"
    assert len(RULES["library:Settable(momentum=0.8, name='a name that goes on and on')"].title) <= 22


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("settings", ["(0.8)", "(momentum=)", "(momentum=0.8", "(momentum=print())", "(**{})"])
def test_settings_that_cannot_be_read_are_one_sentence(settings: str) -> None:
    with pytest.raises(UsageError, match=r"^The settings of .* cannot be read: write them as in torch:AdamW\("):
        guest(f"library:Settable{settings}")


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("value", ["'abc'", "{1: 2}"])
def test_what_is_no_number_is_one_sentence(value: str) -> None:
    with pytest.raises(UsageError, match=r"^lr of library:Settable\(lr=.*\) must be a number, not .*\.$"):
        guest(f"library:Settable(lr={value})")


@pytest.mark.usefixtures("library")
def test_several_numbers_may_stand_in_either_kind_of_brackets() -> None:
    given = [dict(guest(f"library:Settable(name={pair})").told)["name"] for pair in ("(0.8, 2)", "[0.8, 2]")]
    assert given == ["(0.8, 2)", "(0.8, 2)"]


def test_the_reason_of_a_way_counts_more_than_that_of_one_that_lacks_something() -> None:
    """LBFGS asks for a closure: that it was given none says nothing about a setting that it refuses."""
    raised: dict[str, Exception] = {"plain": TypeError("no closure"), "closure": ValueError("no"), "graph": TypeError()}

    def made(way: str, _: FloatArray) -> Any:
        raise raised[way]

    with pytest.raises(UsageError, match=r"^no$"):
        first_way(raised, made, str)


@pytest.mark.usefixtures("library")
def test_an_unknown_setting_in_a_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"momentun.*momentum"):
        guest("library:Settable(momentun=0.8)")


def test_the_version_of_a_guest_s_library_is_what_a_clip_is_made_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version may take other steps: then the clip that names the guest is stale, and no other."""
    assert set(GUESTS) == set(LIBRARIES)
    known = {"torch": "2.13.0"}
    monkeypatch.setattr("clips.sources.version", lambda name: known.get(name, "1"))
    sources = Sources()

    def digests() -> list[str]:
        libraries.cache_clear()
        races = ["momentum,adam", "momentum,torch:AdamW"]
        wishes = [Wish("race", "optimizer_race", {"rules": rules}, make_profile("l"), Path("clips")) for rules in races]
        return [recipe_of(wish, sources).base for wish in wishes]

    plain, guests = digests()
    known["torch"] = "2.14.0"
    assert digests()[0] == plain
    assert digests()[1] != guests
    monkeypatch.undo()
    libraries.cache_clear()
