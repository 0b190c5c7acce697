"""The stability map: its pixels are runs, its curves are theory's, and what the counters say is what the runs did."""

from __future__ import annotations

import colorsys
from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from manim import Camera, ManimColor

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import ASPECTS, make_profile
from objectives.errors import UsageError
from optimizers import Momentum, descend, theory
from optimizers.plane import Parabola
from scenes.props.stability_map.plane import SCALE, SHADES, diverging, quickness
from scenes.props.stability_map.route import LIMIT, PLACES, Route
from scenes.stability_map import StabilityMap
from scenes.stage.ink.layout import box_of
from scenes.stage.ink.palette import THEMES, Theme, contrast, palette, ramp, srgb_lightness
from scenes.stage.ink.raster import pixel_box
from scenes.stage.words.typesetting import Words


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def played(**changes: Any) -> StabilityMap:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("stability_map", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


def test_the_picture_agrees_with_the_curves_over_it() -> None:
    """Every pixel whose middle is off the drawn boundary by more than one pixel is on the right side of it."""
    scene: Any = make_scene("stability_map", {})
    raster = scene.pictures["steep"]
    pixels = raster.source.pixels(pixel_box(raster.box, Camera()))
    height, width = pixels.shape[:2]
    assert (width, height) == pytest.approx((raster.box.width * 60, raster.box.height * 60), abs=1)
    border = scene.boundary[1].points
    at = raster.box.top - (np.arange(height) + 0.5) / height * raster.box.height
    edge = np.interp(at, border[:, 1], border[:, 0])
    middle = raster.box.left + (np.arange(width) + 0.5) / width * raster.box.width
    off = middle[None] - edge[:, None]
    grows = (pixels == ManimColor(diverging(palette().ground)).to_int_rgba()).all(axis=-1)
    clear = (np.abs(off) > raster.box.width / width) & (at < np.quantile(at, 0.97))[:, None]
    assert clear.mean() > 0.9
    np.testing.assert_array_equal(grows[clear], (off > 0)[clear])


@pytest.mark.parametrize("theme", THEMES)
def test_the_names_of_the_curves_are_read_on_their_plates(theme: Theme) -> None:
    with studio(make_profile("l", theme=theme)):
        scene: Any = make_scene("stability_map", {})
        for plate, words in scene.signs.names_of_curves:
            assert contrast(words.get_fill_color().to_hex(), plate.get_fill_color().to_hex()) > 4.5


def test_the_critical_curve_is_where_overshoot_begins() -> None:
    scene: Any = make_scene("stability_map", {})
    panel, curve = scene.plane_panel, scene.critical[1][1].points
    for place in curve[np.linspace(40, len(curve) // 3, 5).astype(int)]:
        rate, momentum = (
            float(np.interp(place[k], axis.screen, axis.data)) for k, axis in enumerate((panel.x_axis, panel.y_axis))
        )
        for shift, overshoots in ((-0.02, False), (0.02, True)):
            run = descend(Parabola(1.0), Momentum(rate, max(0.0, momentum + shift)), 1.0, 400)
            assert bool((run.iterates < -1e-12).any()) is overshoots
        assert momentum == pytest.approx((1 - rate**0.5) ** 2, abs=2e-3)  # the law that is said, for curvature 1


def test_the_boundary_is_the_law_that_is_said() -> None:
    scene: Any = make_scene("stability_map", {})
    panel, border = scene.plane_panel, scene.boundary[1].points
    rates, momenta = (
        np.interp(border[:, k], axis.screen, axis.data) for k, axis in enumerate((panel.x_axis, panel.y_axis))
    )
    np.testing.assert_allclose(rates, 2 * (1 + momenta), atol=1e-3)


def test_the_counters_say_what_the_runs_did() -> None:
    scene = played()
    for place in PLACES:
        way = float(PLACES.index(place))
        run = descend(Parabola(1.0), Momentum(*scene.places[place]), 1.0, LIMIT)
        gentle = descend(Parabola(0.1), Momentum(*scene.places[place]), 1.0, LIMIT)
        steps = run.stays_below(0.5e-6)
        if place in ("two", "plain", "best"):
            steps = max(steps, gentle.stays_below(0.05e-6))
        shown = scene.readings["steps"](way)
        assert shown == steps if steps else np.isnan(shown)
    assert scene.counters["momentum"].number.shown == f"{scene.places['best'][1]:.2f}"
    assert scene.counters["steps"].number.shown == str(scene.numbers()["best_steps"])


def test_the_best_place_is_where_the_critical_curves_cross() -> None:
    scene: Any = make_scene("stability_map", {"eigenvalues": "0.04, 1"})
    rate, momentum = scene.places["best"]
    assert momentum == pytest.approx(theory.critical_momentum(0.04 * rate)) == theory.critical_momentum(rate)
    speed = np.vectorize(lambda pull, gamma: theory.rate(theory.heavy_ball_matrix(pull, gamma)))
    rates, momenta = scene.plane.middles(60, 45)
    slower = np.maximum(speed(0.04 * rates, momenta), speed(rates, momenta))
    assert theory.best_heavy_ball(0.04, 1.0).rate < slower.min()


def test_strong_is_quick() -> None:
    shade = quickness([5, 10, 100, LIMIT, -1, 2], 5, LIMIT)
    assert shade[0] == shade[5] == 1
    assert shade[3] == shade[4] == 0
    assert (np.diff(shade[:4]) < 0).all()


def test_a_block_is_the_run_at_its_middle() -> None:
    """Of 12 x 9 blocks each has one colour, that of the run in its middle, by a plain loop: settled or grown."""
    scene: Any = make_scene("stability_map", {})
    few = scene.plane_panel.picture(1.0, runs=(12, 9))
    pixels = few.source.pixels(pixel_box(few.box, Camera()))
    height, width = pixels.shape[:2]
    grown = ManimColor(diverging(palette().ground)).to_int_rgba()
    for row, column in ((8, 0), (4, 5), (7, 8), (2, 11)):
        edges = [
            range(-(-height * row // 9), -(-height * (row + 1) // 9)),
            range(-(-width * column // 12), -(-width * (column + 1) // 12)),
        ]
        block = pixels[edges[0].start : edges[0].stop, edges[1].start : edges[1].stop].reshape(-1, 4)
        assert (block == block[0]).all()
        places = walked(4 * (column + 0.5) / 12, 1 - (row + 0.5) / 9, 1.0, 300)
        assert (abs(places[-1]) > 1e3) == (block[0] == grown).all()


def test_the_second_direction_stands_beside_the_first_where_it_is_told() -> None:
    """From the beat of two directions on, heading and strip are of both, and the gentle one is slower."""
    scene: Any = make_scene("stability_map", {})
    assert len(scene._runs_at(PLACES.index("diverges"))) == 1
    assert len(scene._runs_at(PLACES.index("two"))) == 2
    steep, gentle = (settles(walked(*scene.places["two"], curvature, LIMIT), 1e-3) for curvature in (1.0, 0.1))
    assert gentle > steep
    assert scene.words()["slower"] == f"settles after {gentle:.0f} steps, the first after {steep:.0f}"
    assert "two directions" in scene.told_of_both.typst_code


@settings(max_examples=2, phases=[Phase.generate])
@given(
    eigenvalues=st.lists(st.floats(1e-4, 1e5), min_size=2, max_size=4),
    tolerance=st.floats(1e-9, 0.9),
)
def test_any_parameters_within_bounds(**changes: Any) -> None:
    scene = played(**changes)
    assert all(scene.caption(beat) for beat in scene.beats)
    assert list(scene.claims())


def test_bad_parameters_are_refused() -> None:
    for changes in ({"eigenvalues": "1"}, {"eigenvalues": "0, 1"}, {"tolerance": 1.5}):
        with pytest.raises(UsageError):
            make_scene("stability_map", changes)


def walked(rate: float, momentum: float, curvature: float, steps: int) -> list[float]:
    """Positions of heavy ball on a parabola, by a plain loop."""
    place, update, places = 1.0, 0.0, [1.0]
    for _ in range(steps):
        update = momentum * update + rate * curvature * place
        place -= update
        places.append(place)
    return places


def settles(places: list[float], tolerance: float) -> float:
    """The step from which a run stays within the tolerance."""
    far = [k for k, place in enumerate(places) if not abs(place) <= tolerance]
    return float(far[-1] + 1) if far and far[-1] < len(places) - 1 else float("nan")


@settings(max_examples=10, deadline=None)
@given(st.floats(0.02, 0.9), st.floats(1.0, 50.0), st.floats(1e-4, 0.05))
def test_what_is_said_of_the_places_is_so(gentle: float, steep: float, tolerance: float) -> None:
    scene: Any = make_scene("stability_map", {"eigenvalues": (gentle, steep), "tolerance": tolerance})
    route, words = scene.route, scene.words()
    runs = {name: walked(*place, steep, LIMIT) for name, place in scene.places.items()}
    calm = all(place > 0 for place in runs["critical"][:61])
    flips = all(a * b < 0 for a, b in pairwise(runs["flips"][:61]))
    assert route.branches == (calm and flips)
    near = {name: settles(runs[name], tolerance) for name in ("critical", "quickest")}
    more = route.quickest > scene.places["critical"][1]
    assert route.little_is_quicker == (more and near["quickest"] < near["critical"])
    if "quicker still" in words["little"]:
        assert words["little"].endswith(f"{near['quickest']:.0f} steps")
        assert min(runs["quickest"]) < 0, "it overshoots"
    assert ("as many" in words["rippling"]) == _alike(steep, tolerance)
    for place, said in (("plain", words["lasting"]), ("best", words["least"])):
        assert float(said) == pytest.approx(100 * lasting(*scene.places[place], (gentle, steep)), abs=0.5)
    assert max(map(abs, runs["diverges"][-20:])) > 1e6
    two = [settles(walked(*scene.places["two"], curvature, LIMIT), tolerance) for curvature in (gentle, steep)]
    told = f"does not settle in {LIMIT} steps" if np.isnan(two[0]) else f"settles after {two[0]:.0f} steps"
    assert words["slower"] == told + ("" if np.isnan(two[1]) else f", the first after {two[1]:.0f}")
    (claim,) = [claim for claim in scene.claims() if "gentle direction is slower" in claim.text]
    assert claim.holds == (np.nan_to_num(two[0], nan=np.inf) > np.nan_to_num(two[1], nan=np.inf))


def _alike(steep: float, tolerance: float) -> bool:
    """Whether runs with much momentum take about as many steps, from the first learning rate to near the boundary."""
    steps = [settles(walked(pull / steep, 0.85, steep, LIMIT), tolerance) for pull in np.linspace(0.15, 3.3, 9)]
    return max(steps) < 1.25 * min(steps)


def lasting(rate: float, momentum: float, curvatures: tuple[float, ...]) -> float:
    """The larger root of z^2 - (1 + momentum - rate c) z + momentum, of the curvature where it is largest."""
    roots = [np.roots([1.0, -(1 + momentum - rate * one), momentum]) for one in curvatures]
    return float(np.abs(roots).max())


@pytest.mark.parametrize("curvatures", [(0.1, 1.0), (0.5, 2.0, 40.0)])
def test_nowhere_a_step_leaves_less_in_the_long_run(curvatures: tuple[float, ...]) -> None:
    """And of the run that is the quickest to a thousandth, close by, it leaves more."""
    scene: Any = make_scene("stability_map", {"eigenvalues": curvatures})
    least = lasting(*scene.places["best"], curvatures)
    rates, momenta = np.arange(1, 41) / 40 * 4 / curvatures[-1], np.arange(40) / 40
    assert all(lasting(rate, gamma, curvatures) > least - 1e-6 for rate in rates for gamma in momenta)
    assert scene.route.nowhere_less
    plain = lasting(*scene.places["plain"], curvatures)
    assert plain > least
    caption = scene.caption("best")
    assert f"leaves {100 * least:.2g} % of the distance where the curves cross, and nowhere less." in caption
    assert f"Without momentum it leaves {100 * plain:.2g} % at best." in caption
    alone = np.arange(1, 400) / 400 * 4 / curvatures[-1]
    assert min(lasting(rate, 0.0, curvatures) for rate in alone) > plain - 1e-6
    for place in ("plain", "best"):
        steps = slowest_of(*scene.places[place], curvatures, 1e-3)
        told = [one.typst_code for one in words_in(scene.signs.taken(place, "#FFFFFF"))]
        assert told == [f"${steps:.0f}$ steps"]
        assert f"{steps:.0f} steps" in caption


def slowest_of(rate: float, momentum: float, curvatures: tuple[float, ...], tolerance: float) -> float:
    """The step from which the runs on all parabolas stay within the tolerance."""
    return float(np.max([settles(walked(rate, momentum, one, LIMIT), tolerance) for one in curvatures]))


@pytest.mark.parametrize("curvatures", [(0.1, 1.0), (1.0, 1.2)])
def test_the_fewest_steps_to_the_tolerance_are_somewhere_else(curvatures: tuple[float, ...]) -> None:
    """Nowhere near there a run is sooner there; where the best in the long run is as soon, no other place is shown."""
    scene: Any = make_scene("stability_map", {"eigenvalues": curvatures})
    rate, momentum = scene.route.fewest
    fewest, best = (slowest_of(*place, curvatures, 1e-3) for place in ((rate, momentum), scene.places["best"]))
    grid = [(k * 0.05 / curvatures[-1], n * 0.04) for k in range(1, 80) for n in range(25)]
    found = [slowest_of(*place, curvatures, 1e-3) for place in grid]
    assert fewest <= min(steps for steps in found if not np.isnan(steps))
    assert ("quickest place" in scene.caption("best")) == (fewest < best) == bool(len(scene.signs.soonest))
    assert [one.typst_code for one in words_in(scene.signs.soonest)] == [f"${fewest:.0f}$ steps"] * (fewest < best)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_the_point_that_flips_is_wholly_below_the_right_branch(aspect: str) -> None:
    """The ball does not lie on the curve below which it is said to be."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene("stability_map", {})
        scene.point.display(float(PLACES.index("flips")))
        ways = scene.critical[1][1].points - scene.point.get_center()
        assert np.linalg.norm(ways[:, :2], axis=1).min() > 0.9 * scene.point.width / 2


def test_the_last_sentence_says_of_what_a_step_leaves_a_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """In both wordings; the shares are those of the caption."""
    scene: Any = make_scene("stability_map", {}, only=())
    said: list[tuple[str, ...]] = []
    monkeypatch.setattr(scene.speaker, "say", lambda *words: said.append(words))
    scene.render()
    words = scene.words()
    for wording in said[-1]:
        assert "each step leaves #text" in wording
        assert f"[${words['least']} %$ of the distance]" in wording
        assert f"without momentum ${words['lasting']} %$" in wording


def test_that_it_diverges_is_said_beyond_the_line_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the point goes there its run still settles, in more steps than are told before."""
    scene: Any = make_scene("stability_map", {}, only=())
    said: list[tuple[float, str]] = []
    say = scene.speaker.say

    def heard(*words: str) -> Any:
        said.append((scene.way.get_value(), words[0]))
        return say(*words)

    monkeypatch.setattr(scene.speaker, "say", heard)
    scene.render()
    ((way, _),) = [one for one in said if "beyond the line" in one[1]]
    rate, momentum = scene.route.spot(way)
    assert rate > theory.heavy_ball_limit(momentum)


def test_the_numbers_of_the_scale_stand_where_their_shades_are() -> None:
    """Between the shades: of a run in so many steps, to two digits, half of them are brighter than its own."""
    scene: Any = make_scene("stability_map", {})
    panel = scene.plane_panel
    _, *inner, _ = [part for part in panel.legend if hasattr(part, "typst_code")]
    bars = [part for part in panel.legend if not hasattr(part, "typst_code")]
    brighter = np.cumsum([len(bar) for bar in bars]) / SHADES
    for number, share in zip(inner, brighter, strict=False):
        steps = float(number.typst_code.strip("$"))
        assert quickness([steps], panel.plane.few, LIMIT)[0] == pytest.approx(1 - share, abs=0.02)


def test_the_shades_have_the_names_that_are_said() -> None:
    """Quick is yellow, slow is blue, by hue, in both themes."""
    for color, low, high in ((SCALE[-1], 45, 65), (SCALE[0], 220, 260)):
        hue = 360 * colorsys.rgb_to_hls(*ManimColor(color).to_rgb())[0]
        assert low < hue < high
    scene: Any = make_scene("stability_map", {})
    assert "Yellow: few steps" in scene.caption("picture")


@pytest.mark.parametrize("aspect", ASPECTS)
def test_a_dot_points_to_the_runs_of_its_word(aspect: str) -> None:
    """The dot of a region lies in it; the steps beside a dot are those of the run there, and none hides another."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene("stability_map", {})
        panel = scene.plane_panel

        def place(dot: Any) -> tuple[float, float]:
            middle = dot.get_center()
            rate, momentum = (
                np.interp(middle[k], axis.screen, axis.data) for k, axis in enumerate((panel.x_axis, panel.y_axis))
            )
            return float(rate), float(momentum)

        for (pointer, _), calm in ((scene.signs.creeps, True), (scene.signs.flips, False)):
            places = walked(*place(pointer[-1]), 1.0, 20)
            assert all((a * b > 0) == calm for a, b in pairwise(places))
        for dot, word in scene.signs.stops.values():
            steps = settles(walked(*place(dot), 1.0, LIMIT), 1e-3)
            assert words_in(word)[0].typst_code.startswith(f"${steps:.0f}$ steps")
        boxes = [box_of(word) for _, word in (*scene.signs.stops.values(), scene.signs.creeps, scene.signs.flips)]
        boxes += [box_of(scene.signs.above), box_of(scene.signs.beyond)]
        assert not any(one.overlap(other) for one, other in combinations(boxes, 2))


def words_in(group: Any) -> list[Words]:
    """All words of a group."""
    return [one for one in group.get_family() if isinstance(one, Words)]


def test_quick_is_bright_and_what_diverges_is_on_no_scale() -> None:
    shades = ramp(SCALE, SHADES)
    assert (np.diff([srgb_lightness(color) for color in shades]) > 0).all()
    for ground in ("#0E1116", "#FCFCFA"):
        rgb = np.array(ManimColor(diverging(ground)).to_rgb())
        assert min(np.abs(rgb - ManimColor(color).to_rgb()).max() for color in shades) > 0.2


@pytest.mark.parametrize("curvatures", [(0.1, 1.0), (0.5, 40.0)])
def test_it_stops_before_the_line_while_its_runs_settle_alike(curvatures: tuple[float, ...]) -> None:
    """Up to there in about as many steps as are told; and on the way on from there it crosses the line."""
    route = Route(curvatures, 1e-3)
    for way in np.linspace(PLACES.index("ripples"), route.brink, 7):
        assert min(route.ripples) <= route.steps_at(*route.spot(way), curvatures[-1]) <= max(route.ripples)
    rate, momentum = route.spot(route.brink)
    limit = theory.heavy_ball_limit(momentum) / curvatures[-1]
    assert rate < limit < route.places["diverges"][0]


def test_a_run_that_does_not_settle_in_time_is_told_so() -> None:
    """A hundred times gentler: where both are seen first its run does not settle in 300 steps."""
    scene: Any = make_scene("stability_map", {"eigenvalues": (0.01, 1.0)})
    assert np.isnan(settles(walked(*scene.places["two"], 0.01, LIMIT), 1e-3))
    assert f"at this point it does not settle in {LIMIT} steps, the first after" in scene.caption("two_directions")
    assert not any("never steps" in scene.caption(beat) for beat in scene.beats)
