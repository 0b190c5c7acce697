"""Guests in a race: each has a colour and a title of its own, and up to eight rules have room in every shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives.errors import UsageError
from optimizers import RULES
from optimizers.guests import catalogue
from scenes.stage.ink.colours import THEMES
from scenes.stage.ink.palette import distance, rule_color, seen_together
from scenes.stage.words.naming import introduced, title_of
from tests.optimizers.test_guests import Settable, Ways
from tests.scenes.misbehaving import Variant
from tests.scenes.test_runs_that_misbehave import film

LONG = "a_library_with_a_long_name:MomentumByAnother(momentum=0.3)"
EIGHT = (
    "momentum", "library:Settable", LONG, "library:Settable(momentum=0.8)", "adamw", "library:AdamW",
    "a_library_with_a_long_name:AdamW", "backtracking",
)  # fmt: skip


class EachItsOwn(Ways):
    """A library of several optimizers."""

    @staticmethod
    def maker(kind: Any, given: dict[str, Any], __: str) -> Any:
        return lambda x: kind(x, **given)


def give_up(*_: object) -> None:
    raise ZeroDivisionError("no way\nout of here.")


@pytest.fixture(autouse=True)
def in_a_studio(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two libraries that have optimizers of one name; none of those that are known is needed."""
    members = {"Settable": Settable, "MomentumByAnother": type("MomentumByAnother", (Settable,), {})}
    members["Failing"] = type("Failing", (Settable,), {"step": give_up})
    members["AdamW"] = type("AdamW", (Settable,), {})
    there: Any = catalogue.Library(EachItsOwn, lambda: members)  # type: ignore[arg-type]
    monkeypatch.setattr(catalogue, "LIBRARIES", {"library": there, "a_library_with_a_long_name": there})
    monkeypatch.setattr(catalogue, "is_installed", lambda _: True)
    monkeypatch.setattr("optimizers.guests.invite.version_of", lambda _: "1.2")
    with studio(make_profile("l")), typeset_cache():
        yield
    seen_together(())


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from([*RULES]), max_size=3, unique=True),
    st.lists(st.integers(0, 400).map("torch:Optimizer{}".format), min_size=1, max_size=5, unique=True),
    st.sampled_from([*THEMES]),
)
def test_no_two_rules_of_a_race_have_one_colour(ours: list[str], guests: list[str], theme: Any) -> None:
    with studio(make_profile("l", theme)):
        seen_together([*guests, *ours])
        colors = {name: rule_color(name) for name in (*guests, *ours)}
        assert {name: colors[name] for name in ours} == {name: THEMES[theme].rules[name] for name in ours}
        for one, other in combinations(colors, 2):
            if one in guests or other in guests:
                assert distance(colors[one], colors[other]) > 0.06
    seen_together(())


def test_colours_are_as_far_apart_as_they_look() -> None:
    """Oklab has white at lightness 1, black at 0, and grey between on the axis without hue."""
    assert distance("#000000", "#FFFFFF") == pytest.approx(1.0, abs=1e-3)
    assert distance("#000000", "#777777") + distance("#777777", "#FFFFFF") == pytest.approx(1.0, abs=1e-3)
    assert distance("#FF0000", "#00FF00") > 0.5


def test_two_of_one_title_are_told_apart() -> None:
    seen_together(EIGHT)
    titles = [title_of(name) for name in EIGHT]
    assert len({title.lower() for title in titles}) == len(EIGHT)
    assert titles[:2] == [RULES["momentum"].title, "Settable"]
    assert titles[4:6] == ["AdamW", "AdamW (library)"]
    assert introduced(LONG) == f"MomentumByAnother 0.3 ({LONG})"
    seen_together(("library:Settable(lr=0.3)", "library:Settable(momentum=0.3)"))
    assert title_of("library:Settable(lr=0.3)") == "Settable(lr=0.3)"


def test_the_whole_name_is_said_once() -> None:
    scene: Any = make_scene("optimizer_race", {"rules": EIGHT, "steps": 12, "mode": "same learning rate"})
    captions = " ".join(scene.caption(beat) for beat in scene.beats)
    for name in (name for name in EIGHT if ":" in name):
        assert len(re.findall(rf"(?<!\w){re.escape(name)}(?![\w(])", captions)) == 1, name


@pytest.mark.parametrize(
    ("names", "mode", "look"),
    [
        (EIGHT, "same learning rate", ("light", "4:3")),
        (EIGHT, "same learning rate", ("dark", "9:16")),
        (EIGHT[2:4], "width", ("dark", "16:9")),
    ],
)
def test_layout(names: tuple[str, ...], mode: str, look: tuple[str, str]) -> None:
    film(Variant("optimizer_race", {"rules": names, "steps": 12, "mode": mode, "objective": "qfsp"}), look)


def _side_by_side(one: Any, other: Any) -> bool:
    return bool(one.get_bottom()[1] < other.get_top()[1] and one.get_top()[1] > other.get_bottom()[1])


@pytest.mark.parametrize("look", [("light", "4:3"), ("dark", "16:9")])
@pytest.mark.parametrize("names", [EIGHT, EIGHT[:4]])
def test_cards_beside_a_surface_have_room(names: tuple[str, ...], look: tuple[str, str]) -> None:
    """Name, learning rate and number stay on their card, and apart."""
    with studio(make_profile("l", *look)):
        given = {"rules": names, "steps": 12, "learning_rate": 0.01, "objective": "qfsp", "schedule": "cosine"}
        scene: Any = make_scene("your_objective", given)
        cards = scene.duet.cards
        assert len(cards) == len(names)
        for name, card in cards.items():
            beside = [words for words in (card.title_words, card.settings) if _side_by_side(words, card.value)]
            assert all(words.get_right()[0] < card.value.get_left()[0] for words in beside), name
            for words in (card.title_words, card.settings, card.value):
                assert card.box.left < words.get_left()[0], name
                assert words.get_right()[0] < card.box.right, name
                assert card.box.bottom < words.get_bottom()[1], name
                assert words.get_top()[1] < card.box.top, name


@pytest.mark.parametrize("clip", ["optimizer_race", "your_objective"])
def test_a_rule_that_fails_inside_is_told_and_the_race_goes_on_without_it(clip: str) -> None:
    rules = "momentum,library:Failing,library:Settable"
    scene: Any = make_scene(clip, {"rules": rules, "steps": 12, "objective": "qfsp"})
    assert all("Failing" not in scene.caption(beat) for beat in scene.beats)
    assert [*scene.rules] == ["momentum", "library:Settable"] or [*scene.same] == ["momentum", "library:Settable"]
    (said,) = [remark for remark in scene.remarks() if "Failing" in remark]
    assert said.startswith("library:Failing gave up: no way out of here. The ")
    assert said.endswith("without it.")
    with pytest.raises(UsageError, match="no way out of here"):
        make_scene(clip, {"rules": "library:Failing" if clip == "your_objective" else rules[:24]}).trajectories()


@pytest.mark.parametrize("clip", ["optimizer_race", "your_objective"])
def test_two_paths_that_lie_over_each_other_are_told(clip: str) -> None:
    """Without momentum, momentum is gradient descent."""
    given = {"rules": "gradient_descent,momentum,adam", "steps": 12, "objective": "qfsp", "learning_rate": 0.01}
    alike, apart = (make_scene(clip, {**given, "momentum": kept}) for kept in (0.0, 0.9))
    said = "gradient_descent and momentum take the same path here: one lies under the other."
    assert [remark for remark in alike.remarks() if "same path" in remark] == [said]
    assert not any("same path" in remark for remark in apart.remarks())
