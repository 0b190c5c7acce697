"""The balls touch the curve, do not slip, and meet each iterate at its time; and every run makes a film."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from clips.filming.work import make_scene, read_parameters, studio, typeset_cache
from clips.profile import make_profile
from objectives import find_objective
from objectives.errors import UsageError
from optimizers import GradientDescent, Momentum, descend
from scenes.props.rolling_ball import tale
from scenes.props.rolling_ball.ending import tag
from scenes.props.rolling_ball.rolling import RollingDisc, StepArrows, Track, clip_convex, glide, magnification, motion
from scenes.rolling_ball import RollingBall
from scenes.stage.curves.graph import values_at, window
from scenes.stage.curves.run import arrival, curve_run, cuts, dip_between, dip_passed
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.layout import Box
from scenes.stage.runs.pair import GD, MOMENTUM

CURVES = ("hillside", "theta_squared", "theta_sine", "x**4 - 3*x**2 + x", "sin(3*x)", "x**2/9 + sin(2*x)")
RADIUS = 0.2


def track_of(name: str) -> Track:
    """The curve of an objective, drawn about as wide and as high as a clip draws it."""
    objective = find_objective(name)
    x = np.linspace(*objective.view[0], 4001)
    y = values_at(objective, x)
    up = 4 * (y - y.min()) / np.ptp(y)
    return Track(np.stack([12 * (x - x[0]) / np.ptp(x) - 6, up, np.zeros_like(x)], axis=-1))


def turned(vector: Array, angle: float) -> Array:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([cos * vector[0] - sin * vector[1], sin * vector[0] + cos * vector[1], 0.0])


@pytest.mark.parametrize("name", CURVES)
def test_the_point_that_touches_the_curve_does_not_move(name: str) -> None:
    track, h = track_of(name), 1e-4
    for x in np.linspace(-5.5, 5.5, 41):
        here, *around = (track.pose(x + step, RADIUS) for step in (0.0, -h, h))
        arm = here.contact - here.centre
        before, after = (pose.centre + turned(arm, pose.turn - here.turn) for pose in around)
        travelled = np.linalg.norm(around[1].contact - around[0].contact)
        assert np.linalg.norm(after - before) < 2e-3 * travelled


@pytest.mark.parametrize("name", CURVES)
def test_the_ball_sits_on_the_curve(name: str) -> None:
    track, h = track_of(name), 1e-5
    for x in np.linspace(-5.5, 5.5, 41):
        pose = track.pose(x, RADIUS)
        chord = track.pose(x + h, RADIUS).contact - track.pose(x - h, RADIUS).contact
        assert pose.contact[0] == x
        np.testing.assert_allclose(np.linalg.norm(pose.centre - pose.contact), RADIUS)
        assert abs((pose.centre - pose.contact) @ chord) < 1e-4 * np.linalg.norm(chord)
        assert pose.centre[1] > pose.contact[1]


def test_a_turn_on_level_ground_is_the_way_over_the_radius() -> None:
    x = np.linspace(0.0, 10.0, 201)
    track = Track(np.stack([x, 0 * x, 0 * x], axis=-1))
    circumference = 2 * np.pi * RADIUS
    rolled = track.pose(1.0 + circumference, RADIUS).turn - track.pose(1.0, RADIUS).turn
    assert rolled == pytest.approx(-2 * np.pi)  # to the right: clockwise


def test_a_ball_fits_into_the_hollows_that_it_passes() -> None:
    x = np.linspace(-3.0, 3.0, 6001)
    bowl = Track(np.stack([x, 2 * x**2, 0 * x], axis=-1))  # radius of curvature 1/4 at its floor
    assert bowl.fitting_radius(-1.0, 1.0, 0.05, 0.5) == pytest.approx(0.92 * 0.25, rel=1e-3)
    assert bowl.fitting_radius(1.0, 2.0, 0.05, 0.5) == 0.5
    assert bowl.fitting_radius(-1.0, 1.0, 0.3, 0.5) == 0.3


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 0.99])
def test_iterates_are_met_at_their_times_and_not_overshot(momentum: float) -> None:
    objective = find_objective("hillside")
    run = descend(objective, Momentum(learning_rate=0.2, momentum=momentum), objective.start, 60)
    x = run.iterates[:, 0]
    place = motion(x)
    np.testing.assert_allclose([place(step) for step in range(61)], x)
    for step in range(60):
        low, high = sorted(x[step : step + 2])
        between = place(np.linspace(step, step + 1, 20))
        assert (between >= low - 1e-12).all()
        assert (between <= high + 1e-12).all()


def test_a_polygon_is_cut_at_the_edge() -> None:
    square = np.array([[-1.0, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
    cut = clip_convex(square, Box(0.0, -5, 5, 0.5))
    assert {tuple(corner) for corner in cut} == {(0.0, -1.0, 0.0), (1, -1, 0), (1, 0.5, 0), (0, 0.5, 0)}
    assert len(clip_convex(square, Box(2.0, 2, 3, 3))) == 0


def test_the_pace_is_even_from_start_to_end() -> None:
    at = np.array([glide(alpha) for alpha in np.linspace(0, 1, 101)])
    assert (at[0], at[-1]) == (0.0, 1.0)
    assert np.diff(at).min() > 0
    np.testing.assert_allclose(np.diff(at[20:80]), np.diff(at[20:80])[0])


def test_arrows_are_magnified_by_round_numbers() -> None:
    assert [magnification(longest, 2.0) for longest in (0.17, 3.0, 2.0, 0.0)] == [10.0, 0.6, 1.0, 1.0]


@pytest.mark.parametrize(("share", "slope"), [(1.5, 0.5), (2.0, -0.5), (-2.0, -0.6), (-0.4, 1.9)])
def test_arrows_are_level_and_stay_above_the_ground(share: float, slope: float) -> None:
    track, area = track_of("hillside"), Box(-6.0, -1.0, 6.0, 6.0)
    arrows = StepArrows("#ff0000", track, RADIUS, area, (0.1, 0.3))
    for x in np.linspace(-3.0, 3.0, 25):
        whole, *shares = arrows.follow(x, share, slope).submobjects
        assert whole.width == pytest.approx(abs(share + slope))
        assert [part.width for part in shares] == pytest.approx([abs(share), abs(slope)])
        for part in arrows.submobjects:
            under = track.contacts(part.points[:, 0])[:, 1]
            assert (part.points[:, 1] > under - 1e-9).all()
            assert part.height < 0.2


def test_of_two_balls_at_the_same_place_both_are_seen() -> None:
    track, area = track_of("hillside"), Box(-6.0, -1.0, 6.0, 6.0)
    front = RollingDisc(track, RADIUS, "#ff0000", area)
    window = [front.display(1.0, 1.0 + away).disc.get_fill_opacity() for away in (0.0, RADIUS / 2, 2 * RADIUS)]
    assert window == pytest.approx([0.0, 0.5, 1.0])


# The story ------------------------------------------------------------------------------------------------------------


def test_the_window_holds_the_path_up_to_a_limit() -> None:
    objective = find_objective("theta_squared")
    (low, high), (_, top) = window(objective, np.array([10.0, -15.0, 4.0]))
    assert low < -15
    assert high > 11
    assert top == 225
    assert window(objective, np.array([10.0, -1e9]))[0][0] > -40
    walls = window(find_objective("x**4"), np.array([1.0, 0.9]))[0]
    assert walls[1] < 5  # the walls that nobody climbs are cut off


def test_a_run_is_cut_where_it_leaves_the_picture() -> None:
    objective = find_objective("x**2")
    flown = descend(objective, GradientDescent(learning_rate=1.5), 1.0, 800)
    run = curve_run(flown, 1.5, 0.0, (-5.0, 5.0))
    assert (run.gone, run.last) == (3, 2)
    assert np.isfinite(run.x).all()
    assert np.isfinite(run.update).all()
    assert run.value[-1] == run.value[2] == 16
    assert run.turns == [1]


def test_a_dip_has_a_floor_and_a_barrier() -> None:
    objective = find_objective("x**4 - 3*x**2 + x")
    floor, barrier = dip_between(objective, 2.0, -1.7) or (0, 0)
    assert (floor, barrier) == pytest.approx((1.1309, 0.1699), abs=2e-3)
    assert dip_between(find_objective("x**2"), 2.0, -1.7) is None


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("steps", [1, 3, 100])
def test_no_cut_lies_before_another(name: str, momentum: float, steps: int) -> None:
    objective = find_objective(name)
    trajectory = descend(objective, Momentum(learning_rate=0.1, momentum=momentum), objective.start, steps)
    seen = window(objective, trajectory.iterates[: trajectory.ended_at + 1, 0])[0]
    run = curve_run(trajectory, 0.1, momentum, seen)
    found = cuts(run, dip_passed(objective, run), 10)
    stops = [0, found.same_way, found.before, found.through, found.turn, found.back, run.last]
    assert stops == sorted(stops)
    assert found.pushed is None or found.before <= found.pushed < found.through


def test_a_slow_ball_has_not_arrived() -> None:
    objective = find_objective("hillside")
    for rate, arrives in ((0.2, True), (1e-6, False)):
        run = curve_run(descend(objective, GradientDescent(learning_rate=rate), 0.0, 150), rate, 0.0, (-1.0, 13.0))
        assert (arrival(run, (-1.0, 13.0)) is not None) == arrives


# The clip -------------------------------------------------------------------------------------------------------------


def clip(**settings: object) -> RollingBall:
    scene = make_scene("rolling_ball", settings)
    assert isinstance(scene, RollingBall)
    return scene


def test_the_claims_hold_with_the_defaults_and_not_without_momentum() -> None:
    with studio(make_profile("l")), typeset_cache():
        assert all(claim.holds for claim in clip().claims())
        assert [claim.holds for claim in clip(momentum=0).claims()] == [True, False, False, False]
        assert [claim.holds for claim in clip(momentum=0.55).claims()] == [True, False, False, False]


def test_the_update_is_the_sum_of_its_shares() -> None:
    with studio(make_profile("l")), typeset_cache():
        scene = clip()
        for name in (GD, MOMENTUM):
            run, trajectory = scene.race.runs[name], scene.trajectories()[name]
            np.testing.assert_allclose(run.update[:-1], trajectory.updates[:, 0], rtol=1e-9, atol=1e-12)
        assert float(scene.numbers()["gain"]) == pytest.approx(4.96, abs=3)


def test_gradient_descent_is_watched_where_it_arrives() -> None:
    with studio(make_profile("l")), typeset_cache():
        race = clip().race
        assert (race.slowing, race.stopped) == (57, 65)
        assert race.slow.value[57] - race.slow.value[65] > 1
        assert clip(steps=20).race.slowing is None


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
def test_words_share_the_headroom_only_where_no_ball_comes(aspect: str) -> None:
    with studio(make_profile("l", "dark", aspect)), typeset_cache():
        for settings, shared in (
            ({"momentum": 0.9}, True),
            ({"momentum": 0.99}, False),
            ({"objective": "x**4"}, False),
        ):
            scene = clip(**settings)
            words = scene.places.message if aspect == "16:9" else scene.places.side
            assert scene.race.low_later == shared
            assert (words.overlap(scene.panel.area) > 0.5) == shared


@pytest.mark.parametrize(
    ("settings", "aspect"),
    [
        ({}, "4:3"),
        ({"momentum": 0, "steps": 1}, "16:9"),
        ({"momentum": 0.999, "steps": 2000}, "16:9"),
        ({"learning_rate": 1e6}, "4:3"),
        ({"objective": "theta_squared", "start": 1e6}, "16:9"),
        ({"objective": "x**4 - 3*x**2 + x"}, "16:9"),
        ({"objective": "abs(x)", "learning_rate": 1}, "4:3"),
        ({"objective": "log(x)+1/x"}, "16:9"),
    ],
)
def test_every_run_makes_a_film(settings: dict[str, object], aspect: str) -> None:
    with studio(make_profile("l", "dark", aspect)), typeset_cache():
        scene = make_scene("rolling_ball", settings, only=[])
        scene.render()
        assert all(scene.caption(beat) for beat in scene.beats)


def test_a_ball_that_leaves_the_picture_is_not_drawn_outside() -> None:
    with studio(make_profile("l")), typeset_cache():
        scene = clip(objective="x**2", start=4, learning_rate=1.3)
        assert any("leaves the picture" in remark for remark in scene.remarks())
        area = scene.panel.area
        for step in np.linspace(0, 3, 40):
            ball = scene.balls[GD].display(scene.places_of[GD](step))
            points = ball.get_all_points()
            assert (points[:, 0] >= area.left - 1e-9).all()
            assert (points[:, 1] <= area.top + 1e-9).all()
        assert len(scene.balls[GD].display(scene.places_of[GD](3)).get_all_points()) == 0


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"objective": "paraboloid"}, "1 variable"),
        ({"start": (1, 2)}, "1 number"),
        ({"momentum": 1}, "less than 1"),
        ({"learning_rate": 0}, "greater than 0"),
        ({"steps": 0}, "greater than or equal to 1"),
        ({"objective": "hilside"}, "hillside"),
        ({"momentun": 0.5}, "momentum"),
    ],
)
def test_bad_parameters_are_refused_with_a_sentence(settings: dict[str, object], words: str) -> None:
    with studio(make_profile("l")), typeset_cache(), pytest.raises(UsageError, match=words) as refusal:
        RollingBall(parameters=read_parameters("rolling_ball", settings)).trajectories()
    assert "\n" not in str(refusal.value)


def test_for_how_long_the_slope_has_pulled_back_is_counted_with_a_loop() -> None:
    """Beyond the valley the slope pulls back from its first step on: the ball is not left to itself up to its turn."""
    scene = make_scene("rolling_ball", {})
    objective = find_objective("hillside")
    x, update, pulls, step = float(objective.start[0]), 0.0, 0, 0
    while True:
        slope = 0.2 * float(objective.gradient(np.array([x]))[0])
        share, update = 0.9 * update, 0.9 * update + slope
        if share and np.sign(update) != np.sign(share):
            assert abs(slope) > abs(share) > 0
            break
        pulls = pulls + 1 if slope * share < 0 else 0
        x, step = x - update, step + 1
    told = (
        f"For {pulls} steps, past the floor, the slope has pulled back; at step {step}, at {x:.2f}, by {abs(slope):.2f}"
    )
    assert f"{told}, and momentum pushes on by only {abs(share):.2f}: the ball turns." in scene.caption("overshoot")
    floor = 7.0
    assert abs(float(objective.gradient(np.array([floor]))[0])) < 1e-2
    iterates = scene.trajectories()[MOMENTUM].iterates[:, 0]
    assert iterates[step - pulls - 1] < floor < iterates[step - pulls]


def test_the_balls_differ_in_what_they_keep() -> None:
    assert "keeps $0.9$ of it" in tale.difference(0.9)
    assert "forgets it, too" in tale.difference(0.0)


@pytest.mark.parametrize("aspect", ["4:3", "9:16"])
def test_the_scale_of_the_arrows_stands_clear_of_the_counter(aspect: str) -> None:
    with studio(make_profile("l", "dark", aspect)), typeset_cache():
        scene: Any = make_scene("rolling_ball", {})
        name = scene.panel.names[1]
        for scale in scene.scales:
            legend = scene._legend(scale)
            assert legend.get_right()[0] <= scene.counter.get_left()[0] - 0.29
            assert legend.get_left()[0] > name.get_right()[0]


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
def test_the_dots_say_where_each_ball_has_been_and_nothing_of_heights(aspect: str) -> None:
    """A row for each ball, straight below its iterates, between the axis and the lowest place of the curve."""
    with studio(make_profile("l", "dark", aspect)), typeset_cache():
        scene: Any = make_scene("rolling_ball", {})
        rows, panel = scene.footprints, scene.panel
        for name, dots in rows.items():
            np.testing.assert_allclose(dots.places[:, 0], panel.x_axis.place(scene.race.runs[name].x))
            assert np.ptp(dots.places[:, 1]) < 1e-12
            assert dots.seen.all()
        heights = sorted(dots.places[0, 1] for dots in rows.values())
    assert panel.area.bottom < heights[0] < heights[1] - 2 * 0.035
    assert heights[1] < np.nanmin(panel.rim[:, 1]) - 0.035


def test_where_no_arrow_is_left_no_scale_of_arrows_is_said() -> None:
    scene: Any = make_scene("rolling_ball", {}, only=())
    scene.render()
    assert [tracker.get_value() for tracker in scene.presence.values()] == [0.0, 0.0]
    assert scene.legend not in scene.mobjects


def test_the_picture_of_the_turn_is_the_step_that_is_told() -> None:
    """The line stands over the ball that it speaks of: what comes after the turn belongs to the next beat."""
    with studio(make_profile("l")), typeset_cache():
        scene: Any = make_scene("rolling_ball", {}, only=[])
        at: list[float] = []
        scene.rest = lambda: at.append(scene.step.get_value())
        scene.render()
    assert at == [scene.numbers()["turns_back_at_step"]]
    assert f"step {at[0]:g}," in scene.caption("overshoot")


def test_the_picture_of_the_dip_is_the_step_at_which_the_slope_pulls_back() -> None:
    """There its arrow and momentum's stand against each other; two steps on the slope points forward again."""
    with studio(make_profile("l")), typeset_cache():
        scene: Any = make_scene("rolling_ball", {}, only=[])
        seen: list[tuple[float, str]] = []
        scene.overshoot = lambda: seen.append((scene.step.get_value(), scene.message.typst_code))
        scene.rest = lambda: None
        scene.render()
    [(step, said)] = seen
    run, slope = scene.trajectories()[MOMENTUM], find_objective("hillside").gradient
    pull, push = (float(term[0]) for term in (0.2 * slope(run.iterates[int(step)]), 0.9 * run.updates[int(step) - 1]))
    assert pull > 0 > pull + push
    assert run.iterates[int(step), 0] > scene.race.slow.x[-1]  # past the floor, where gradient descent ends
    assert f"At step {step:g}, past the floor of the dip" in scene.caption("through_the_dip")
    assert (
        f"times the learning rate, pulls back by {pull:.2f}, but momentum pushes on by {-push:.2f}."
        in scene.caption("through_the_dip")
    )
    assert f"pulls back by ${pull:.2f}$" in said
    assert f"pushes on by ${-push:.2f}$" in said


@pytest.mark.parametrize("learning_rate", [0.02, 0.1, 0.2, 0.3])
@pytest.mark.parametrize("momentum", [0.65, 0.8, 0.9, 0.97])
def test_the_two_pushes_have_the_same_decimals_and_neither_is_zero(learning_rate: float, momentum: float) -> None:
    race = clip(learning_rate=learning_rate, momentum=momentum).race
    if (step := race.cuts.pushed) is None:
        return
    told = tale.pushes(race, step)
    assert len({len(text.partition(".")[2]) for text in told}) == 1
    assert 0 < float(told[0]) < float(told[1])


# The end --------------------------------------------------------------------------------------------------------------


def rolled(momentum: float, steps: int) -> float:
    """Where a ball on the hillside is at last, by a loop of its own."""
    objective = find_objective("hillside")
    x, update = float(objective.start[0]), 0.0
    for _ in range(steps):
        update = momentum * update + 0.2 * float(objective.gradient(np.array([x]))[0])
        x -= update
    return x


@pytest.mark.parametrize(("momentum", "told"), [(0.9, True), (0.7, True), (0.6, False), (0.5, False), (0.0, False)])
def test_less_momentum_is_caught_only_where_more_is_not(momentum: float, told: bool) -> None:
    through, caught = rolled(momentum, 120), rolled(0.5, 120)
    assert (through > 6 and abs(caught - rolled(0.0, 120)) < 0.01) == told
    scene: Any = make_scene("rolling_ball", {"momentum": momentum})
    assert scene.race.caught_with_less == told
    assert ("With a momentum of 0.5 the ball is caught in the dip, too." in scene.caption("rest")) == told


def test_less_momentum_is_not_told_where_there_is_no_dip() -> None:
    for objective in ("theta_squared", "theta_sine"):
        scene: Any = make_scene("rolling_ball", {"objective": objective})
        assert not scene.race.caught_with_less
        assert "caught" not in scene.caption("rest")


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_what_is_compared_stands_over_the_balls_on_one_level(aspect: str) -> None:
    """A line from each ball to its last place and value; the ball with less momentum lies where it says."""
    with studio(make_profile("l", "dark", aspect)), typeset_cache():
        scene: Any = make_scene("rolling_ball", {}, only=())
        scene.render()
        marks = dict(zip((GD, MOMENTUM), scene.pins, strict=True))
        for name, (line, label) in marks.items():
            x = scene.race.runs[name].x[-1]
            place = float(scene.panel.x_axis.place(x))
            assert line.get_center()[0] == pytest.approx(place)
            assert label.get_center()[0] == pytest.approx(place)
            assert f"theta = {x:.2f}$" in label.typst_code
            assert f"f = {scene.race.runs[name].value[-1]:.2f}$" in label.typst_code
        assert len({round(float(label.get_bottom()[1]), 6) for _, label in marks.values()}) == 1
        ball = scene.another.disc.get_center()[0]
        assert ball == pytest.approx(float(scene.panel.x_axis.place(rolled(0.5, 120))), abs=0.03)
        assert scene.message.typst_code == scene._line(tale.it_takes_that_much(scene.race)).typst_code


def test_balls_too_near_to_each_other_have_no_pins() -> None:
    with studio(make_profile("l")), typeset_cache():
        assert len(clip(momentum=0.5).pins) == 0


@pytest.mark.parametrize("changes", [{}, {"momentum": 0.5}, {"objective": "x**4 - 3*x**2 + x", "learning_rate": 0.005}])
def test_the_last_values_are_told_in_one_form(changes: dict[str, object]) -> None:
    """On the card, in the last line and in the caption there is the same number, rounded in the same way."""
    with studio(make_profile("l")), typeset_cache():
        scene = clip(**changes)
        told, caption = tale.verdict(scene.race), scene.caption("rest")
        for name, run in scene.race.runs.items():
            shown = f"{round(float(run.value[-1]), scene.race.digits) + 0.0:.{scene.race.digits}f}"
            assert scene.cards[name].display(scene.race.heights[name][-1]).value.shown.replace("−", "-") == shown
            assert f"f = {shown}$" in told
            assert f"the value {shown}" in caption


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_where_the_ball_turns_what_pulls_and_what_pushes_is_seen(aspect: str) -> None:
    """Both arrows that the line compares: against each other, the kept one the shorter, and long enough to be seen."""
    with studio(make_profile("l", "dark", aspect)), typeset_cache():
        scene: Any = make_scene("rolling_ball", {}, only=())
        seen: list[tuple[float, float, float]] = []
        said: list[str] = []

        def rest() -> None:
            arrows = scene.arrows[MOMENTUM]
            seen.append((scene.magnified.get_value(), *(float(np.ptp(one.points[:, 0])) for one in arrows.shares)))
            said.append(scene.message.typst_code)

        scene.rest = rest
        scene.render()
    [(scale, share, slope)], run = seen, scene.race.fast
    step = run.turns[0]
    assert scale in scene.scales
    assert share == pytest.approx(scale * scene.unit * abs(run.share[step]), rel=0.02)
    assert slope == pytest.approx(scale * scene.unit * abs(run.slope[step]), rel=0.02)
    assert 18 / 90 < share < slope, "18 pixels at 720p"
    assert f"by only ${abs(run.share[step]):.2f}$" in said[0]


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_the_ball_with_less_momentum_is_told_from_the_other(aspect: str) -> None:
    with studio(make_profile("l", "dark", aspect)), typeset_cache():
        scene: Any = make_scene("rolling_ball", {}, only=())
        scene.render()
        colors = {ball.rim.get_stroke_color().to_hex() for ball in (*scene.balls.values(), scene.another)}
        assert len(colors) == 3
        [words] = tag(scene.race, scene.panel)
        assert "0.5" in words.typst_code
        assert words.get_left()[0] < scene.another.disc.get_center()[0] < words.get_right()[0]
        rim = scene.panel.rim
        under = rim[(rim[:, 0] >= words.get_left()[0]) & (rim[:, 0] <= words.get_right()[0]), 1]
        assert words.get_top()[1] < under.min(), "in the ground, and off its edge"
        assert scene.panel.area.bottom < words.get_bottom()[1]
