"""The stage's camera draws only what changed, and its pictures are Manim's to the last pixel.

Every test films the same mobjects with Manim's own camera, which draws everything anew, and compares.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from manim import (
    DOWN,
    LEFT,
    OUT,
    RIGHT,
    UP,
    Camera,
    CapStyleType,
    Circle,
    DashedLine,
    Dot,
    ImageMobject,
    Line,
    LineJointType,
    Mobject,
    PointCloudDot,
    Square,
    Star,
    Triangle,
    ValueTracker,
    VGroup,
    VMobject,
)
from PIL import Image

from scenes.stage.ink import tiles
from scenes.stage.ink.camera import StageCamera
from scenes.stage.ink.layout import Box
from scenes.stage.ink.raster import Laid, PixelBox, Pixels, Raster
from scenes.stage.ink.strokes import Bounds, Ink
from scenes.stage.ink.tiles import Numbers, numbered
from scenes.stage.words.typesetting import Words
from tests.scenes.seen import Seen
from tests.scenes.witness import Witness


def film(*frames: Sequence[Mobject]) -> Witness:
    """Film some frames, each with these mobjects, on the camera's own ground."""
    camera = Witness(pixel_width=160, pixel_height=90)
    for mobjects in frames:
        camera.reset()
        camera.capture_mobjects(mobjects)
    return camera


# Shapes ---------------------------------------------------------------------------------------------------------------


def open_path() -> VMobject:
    path = VMobject(stroke_width=6)
    return path.set_points_as_corners([LEFT, UP, RIGHT, 2 * RIGHT + DOWN])


def many_paths() -> VMobject:
    path = VMobject(fill_color="#FF8800", fill_opacity=0.6, stroke_width=3)
    return path.set_points(np.concatenate([Circle(1).points, Circle(0.4).points, Square(3).points]))


def ragged(count: int) -> Callable[[], VMobject]:
    """Points that are no whole number of Béziers."""
    points = np.random.default_rng(count).uniform(-2, 2, (count, 3))
    return lambda: VMobject(stroke_width=9, cap_style=CapStyleType.ROUND).set_points(points)


def almost_closed(gap: float, number: int, way: np.ndarray) -> Callable[[], VMobject]:
    def build() -> VMobject:
        square = Square(2, stroke_width=12)
        square.points[number] += gap * way
        return square

    return build


def nowhere() -> VMobject:
    square = Square()
    square.points[3] = np.nan
    return square


SHAPES: dict[str, Callable[[], VMobject]] = {
    "open": open_path,
    "many paths": many_paths,
    "a point": lambda: Line(UP, UP, stroke_width=10),
    "a point with a round end": lambda: Line(UP, UP, stroke_width=10, cap_style=CapStyleType.ROUND),
    "dashed": lambda: DashedLine(3 * LEFT, 3 * RIGHT, stroke_width=5),
    "a stroke behind": lambda: Star(color="#33AAFF", fill_opacity=0.5).set_stroke("#112233", 9, background=True),
    "a gradient": lambda: Circle(2, fill_opacity=0.8).set_color(["#FF0000", "#00FF00", "#0000FF"]),
    "a sheen": lambda: Square(3, fill_opacity=1, color="#884400").set_sheen(0.5, UP + LEFT),
    "bevelled": lambda: Triangle(stroke_width=14, joint_type=LineJointType.BEVEL),
    "mitred": lambda: Star(stroke_width=9, joint_type=LineJointType.MITER),
    "square ends": lambda: Line(LEFT, UP, stroke_width=14, cap_style=CapStyleType.SQUARE),
    "unseen": lambda: Square(fill_opacity=0, stroke_opacity=0),
    "hairline": lambda: Circle(1.5, stroke_width=0.3),
    "beyond the edge": lambda: Circle(3, fill_opacity=0.5).shift(6 * LEFT + 3 * UP),
    "far away": lambda: Square(fill_opacity=1).shift(40 * RIGHT),
    "enormous": lambda: Circle(1e6, fill_opacity=0.3, stroke_width=4),
    "beyond Cairo's numbers": lambda: Square(fill_opacity=1).shift(2**24 / 11.25 * RIGHT),
    "nowhere": nowhere,
    "whole numbers": lambda: VMobject(fill_opacity=1, stroke_width=0).set_points(Square(2).points.round().astype(int)),
    "words": lambda: Words("Momentum: $gamma = 0.9$"),
    **{f"{count} points": ragged(count) for count in (1, 3, 4, 5, 7, 9, 11)},
    **{
        f"a gap of {gap:g} {name} at {number}": almost_closed(gap, number, way)
        for gap in (1e-7, 9e-7, 1.1e-6, 2e-5, 1e-3, 0.3)
        for number in (4, -1)
        for name, way in (("across", RIGHT), ("up", UP))
    },
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape(name: str) -> None:
    shape = SHAPES[name]()
    film([shape], [shape], [Dot(), shape, Square()])
    moved = shape.copy().shift(0.3 * RIGHT + 0.1 * UP)
    film([shape], [moved], [shape, moved], [moved])


@pytest.mark.parametrize("width", [0.2, 4, 40])
@pytest.mark.parametrize("joint", [LineJointType.MITER, LineJointType.BEVEL, LineJointType.ROUND])
@pytest.mark.parametrize("cap", [CapStyleType.BUTT, CapStyleType.SQUARE])
def test_a_box_holds_all_that_is_drawn(width: float, joint: LineJointType, cap: CapStyleType) -> None:
    """Thick, pointed or not, at any place between the pixels."""
    random, camera = np.random.default_rng(3), StageCamera(pixel_width=320, pixel_height=180, background_opacity=0)
    for _ in range(25):
        corners = random.uniform(-2, 2, (4, 3)) * random.choice([0.05, 0.3, 1.0], (1, 3))
        path = VMobject(stroke_width=width, joint_type=joint, cap_style=cap, fill_opacity=0.5)
        path.set_points_as_corners(corners)
        camera.reset()
        camera.capture_mobjects([path])
        (ink,) = camera._standing
        left, top, right, bottom = ink.box
        rows, columns = np.nonzero(camera.pixel_array[..., 3])
        assert len(rows) == 0 or left <= columns.min() <= columns.max() < right
        assert len(rows) == 0 or top <= rows.min() <= rows.max() < bottom


# Frames after frames --------------------------------------------------------------------------------------------------


def test_points_and_colours_that_change_in_place() -> None:
    square, circle = Square(fill_opacity=0.5), Circle(0.5, fill_opacity=0.5)
    camera = film([square, circle])

    def again() -> None:
        camera.reset()
        camera.capture_mobjects([square, circle])

    square.points[:, 0] += 0.25
    again()
    square.fill_rgbas[0, 3] = 0.9
    again()
    circle.stroke_rgbas[0, 0] = 0.1
    again()
    circle.set_stroke(width=7)
    again()
    circle.set_stroke("#445566", 15, background=True)
    again()
    circle.background_stroke_rgbas[0, :3] = 0.9
    again()


def test_order_counts() -> None:
    one, other = Square(fill_opacity=1, color="#AA0000"), Circle(fill_opacity=1, color="#00AA00")
    film([one, other], [other, one], [one, other], [other, one])
    over = Dot(radius=0.5).set_z_index(2)
    film([over, one, other], [one, over, other], [one, other])


def test_families_come_once_each_where_they_come_last() -> None:
    inner = VGroup(Square(fill_opacity=1, color="#AA0000"), Circle(fill_opacity=1, color="#00AA00"))
    outer = VGroup(Dot(), inner)
    camera = film([outer], [outer, inner], [inner[0], outer, inner[0]], [outer, *outer.get_family()])
    for mobjects in ([outer, *outer.get_family()], [inner[1], inner, ValueTracker(3.0)]):
        assert camera.get_mobjects_to_display(mobjects) == Camera.get_mobjects_to_display(camera, mobjects)


def test_a_capture_without_a_ground_is_added() -> None:
    square, circle = Square(fill_opacity=0.5), Circle(2, fill_opacity=0.5)
    camera = film([square])
    camera.capture_mobjects([circle])
    camera.capture_mobjects([circle])
    camera.reset()
    camera.capture_mobjects([square])


@pytest.mark.parametrize("opacity", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("color", ["#000000", "#0E1116", "#FAF7F2"])
def test_the_ground_is_manims(color: str, opacity: float) -> None:
    options = {"pixel_width": 32, "pixel_height": 18, "background_color": color, "background_opacity": opacity}
    ours, manims = StageCamera(**options), Camera(**options)
    np.testing.assert_array_equal(ours.background, manims.background)
    np.testing.assert_array_equal(ours.pixel_array, manims.pixel_array)
    assert ours.background.dtype == manims.background.dtype


def test_a_picture_as_ground(tmp_path: Path) -> None:
    file = tmp_path / "ground.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (18, 32, 4), dtype=np.uint8)).save(file)
    options = {"pixel_width": 32, "pixel_height": 18, "background_image": str(file)}
    np.testing.assert_array_equal(StageCamera(**options).background, Camera(**options).background)


def test_another_ground() -> None:
    square = Square(fill_opacity=0.5)
    camera = film([square])
    ground = camera.pixel_array.copy()
    for shift in (0.1, 0.2, 0.3):
        camera.set_frame_to_background(ground)
        camera.capture_mobjects([square.shift(shift * RIGHT)])
    camera.background_color = "#334455"
    camera.reset()
    camera.plain.background = camera.background
    camera.capture_mobjects([square])


def test_what_someone_else_drew_is_forgotten_with_the_next_ground() -> None:
    square = Square(fill_opacity=0.5)
    camera = film([square])
    camera.set_pixel_array(np.full((90, 160, 4), 77, dtype=np.uint8))
    camera.reset()
    camera.capture_mobjects([square])


@pytest.mark.parametrize("seed", range(4))
def test_anything_may_happen_between_frames(seed: int) -> None:
    """Mobjects come, go, move, are recoloured, change places; frame by frame, the pictures are the same."""
    random = np.random.default_rng(seed)
    makers = [make for name, make in SHAPES.items() if name not in ("enormous", "words")]
    stage: list[VMobject] = [Words("$x^2$"), Square(fill_opacity=0.3)]
    camera = film(stage)
    for _ in range(40):
        match int(random.integers(6)):
            case 0 | 1:
                stage.append(makers[random.integers(len(makers))]().shift(random.uniform(-3, 3, 3)))
            case 2 if stage:
                stage.pop(int(random.integers(len(stage))))
            case 3 if stage:
                stage[random.integers(len(stage))].shift(random.uniform(-0.5, 0.5, 3))
            case 4 if stage:
                stage[random.integers(len(stage))].set_opacity(float(random.uniform()))
            case 5:
                random.shuffle(stage)  # type: ignore[arg-type]
        camera.reset()
        camera.capture_mobjects(stage)


# What stands still ----------------------------------------------------------------------------------------------------


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Ink]:
    """The inks that are drawn, in their order."""
    inks: list[Ink] = []
    draw = Ink.draw
    monkeypatch.setattr(Ink, "draw", lambda ink, context: (inks.append(ink), draw(ink, context))[1])
    return inks


def animate(camera: Witness, still: Sequence[Mobject], moving: Mobject) -> None:
    """Some frames of a mobject that moves over others; then, of the rest of the clip, the last of them."""
    ground = camera.still(still)
    for _ in range(3):
        camera.set_frame_to_background(ground)
        camera.capture_mobjects([moving.shift(0.2 * RIGHT)])


def test_the_ground_of_an_animation_follows_from_the_one_before() -> None:
    """Where it is another, the frames are, too, whatever moves on it, and whatever was drawn on no ground between."""
    square, circle, dot, words = Square(3, fill_opacity=0.5), Circle(1), Dot(radius=0.5), Words("still")
    camera = film([square])
    animate(camera, [square, words], dot)
    animate(camera, [square, words, dot], circle)
    animate(camera, [square.shift(0.3 * UP), circle], dot)
    animate(camera, [words, square], circle)
    camera.reset()
    camera.capture_mobjects([circle])
    animate(camera, [words, square], dot)
    camera.set_pixel_array(np.full((90, 160, 4), 77, dtype=np.uint8))
    animate(camera, [words], dot)
    camera.background_color = "#334455"
    camera.plain.background = camera.background
    animate(camera, [words, square], dot)


def test_of_the_ground_only_what_changed_is_drawn(drawn: list[Ink]) -> None:
    camera, square, circle = film(), Square(2).shift(4 * LEFT), Circle(1).shift(4 * RIGHT)
    camera.still([square, circle])
    drawn.clear()
    camera.still([square, circle])
    assert drawn == []
    camera.still([square, circle, Dot()])
    assert len(drawn) == 1


def test_what_changed_of_the_ground_is_told() -> None:
    camera, dot = film(), Dot()
    animate(camera, [Square(2)], dot)
    camera.take_changes()
    animate(camera, [Square(2), Dot().shift(3 * UP)], dot)
    changes = camera.take_changes()
    assert any(top < 15 for _, top, _, _ in changes)
    assert (0, 0, 160, 90) not in changes


# What is not a curve --------------------------------------------------------------------------------------------------


class Flicker:
    """A source of pixels that changes whenever it is asked, or not."""

    def __init__(self) -> None:
        self.value, self._pixels = 40, np.zeros((1, 1, 4), dtype=np.uint8)

    def pixels(self, area: PixelBox) -> Pixels:
        if self._pixels.shape[:2] != (area.height, area.width):
            self._pixels = np.zeros((area.height, area.width, 4), dtype=np.uint8)
        self._pixels[..., :3], self._pixels[..., 3] = self.value, 200
        return self._pixels


def test_rasters_between_curves() -> None:
    source = Flicker()
    raster = Raster(Box(-3.0, -2.0, 2.0, 2.5), source)
    below, above, apart = Square(5, fill_opacity=0.4), Circle(1, fill_opacity=0.4), Dot().shift(6 * RIGHT)
    camera = film([below, raster, above, apart])
    for step in range(6):
        source.value += 20 * (step % 2)
        raster.shift(0.2 * LEFT * (step > 3))
        camera.reset()
        camera.capture_mobjects([below, raster, above, apart])
    raster.shift(40 * LEFT)
    camera.reset()
    camera.capture_mobjects([below, raster, above, apart])


class Spots:
    """A source of pixels with a faint spot that goes through an otherwise empty picture, beside one that stays."""

    def __init__(self) -> None:
        self.count, self.at = 0, -1
        self.tiles: Numbers | None = None
        self.picture, self._before = (np.zeros((1, 1, 4), dtype=np.uint8) for _ in range(2))
        self._drawn: tuple[int, PixelBox] | None = None

    def part(self, area: PixelBox) -> PixelBox:
        return area

    def pixels(self, area: PixelBox) -> Pixels:
        if self._drawn != (self.at, area):
            self.picture, self._before, self.count = self._before, self.picture, self.count + 1
            if self.picture.shape[:2] != (area.height, area.width):
                self.picture = np.zeros((area.height, area.width, 4), dtype=np.uint8)
            self.picture[:] = 0
            for left in (0, max(self.at, 0)):
                self.picture[10:60, left : left + 20] = 90 + 3 * (area.left + area.top)
            stays = self._drawn is not None and self._drawn[1] == area
            self.tiles = numbered(self.count, self.picture, self._before, self.tiles) if stays else None
            self._drawn = self.at, area
        return self.picture


@pytest.fixture
def laid(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[Bounds]]:
    """The tiles that are laid down, in their order."""
    found: list[Sequence[Bounds]] = []
    draw = Laid.draw

    def noted(self: Laid, context: Any, within: Sequence[Bounds]) -> None:
        found.append(list(within))
        draw(self, context, within)

    monkeypatch.setattr(Laid, "draw", noted)
    return found


def test_tiles_of_a_raster_between_curves_that_move(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words behind it and before it, opaque and not, and copies of it: wherever something moves, or nothing does."""
    monkeypatch.setattr(tiles, "ROWS", 16)
    monkeypatch.setattr(tiles, "COLUMNS", 16)
    source = Spots()
    raster = Raster(Box(-5.0, -3.5, 5.0, 3.5), source)
    behind, before, ring = Words("under"), Words("over").shift(0.2 * UP), Circle(1, fill_opacity=0.4).shift(3 * LEFT)
    behind.set_z_index(-1)
    camera = film([raster, behind, ring, before])
    copies = [raster.copy().shift(way) for way in (0.5 * RIGHT, 0.5 * DOWN, 0.5 * LEFT)]
    for step in range(24):
        source.at = 4 * step if step % 3 else source.at
        behind.shift(0.3 * RIGHT * (step % 2))
        before.shift(0.2 * LEFT * (step % 4 == 0))
        raster.set_opacity(1.0 if step < 12 else 1.1 - step / 24)
        raster.shift(0.3 * UP * (step == 17))
        camera.reset()
        camera.capture_mobjects([raster, behind, ring, before, *(copies if step > 19 else [])])


def test_of_a_raster_only_the_tiles_that_changed_are_laid_down(
    monkeypatch: pytest.MonkeyPatch, laid: list[Sequence[Bounds]]
) -> None:
    monkeypatch.setattr(tiles, "ROWS", 16)
    monkeypatch.setattr(tiles, "COLUMNS", 16)
    source = Spots()
    raster = Raster(Box(-5.0, -3.5, 5.0, 3.5), source)
    camera = StageCamera(pixel_width=160, pixel_height=90)
    for at in (40, 41, 50):
        source.at = at
        laid.clear()
        camera.reset()
        camera.take_changes()
        camera.capture_mobjects([raster])
    (boxes,) = laid
    left = raster.laid(camera).area.left
    assert boxes, "what moved is seen"
    assert all(left + 32 <= x0 < x1 <= left + 80 for x0, _, x1, _ in boxes), "and what stays is left"
    assert set(camera.take_changes()) >= set(boxes)
    laid.clear()
    camera.reset()
    camera.capture_mobjects([raster])
    assert laid == []


@pytest.mark.filterwarnings("ignore:'mode' parameter:DeprecationWarning")  # how Manim asks Pillow
def test_points_and_images_among_curves() -> None:
    image = ImageMobject(np.full((5, 5, 3), 99, dtype=np.uint8)).scale_to_fit_height(1)
    cloud = PointCloudDot(radius=0.5).shift(RIGHT)
    square = Square(fill_opacity=0.5)
    film([square, cloud, image, Dot()], [cloud, square, Dot(), image], [square.shift(UP), image, cloud, Dot()])


# What is saved --------------------------------------------------------------------------------------------------------


def test_still_things_are_not_drawn_again(drawn: list[Ink]) -> None:
    """Of what stands apart from a moving dot nothing is drawn; what it touches is."""
    dot, square, words = Dot(), Square(2), Words("still").shift(3 * UP)
    camera = film([dot, square, words])
    drawn.clear()
    camera.reset()
    camera.capture_mobjects([dot.shift(0.1 * OUT), square, words])
    assert len(drawn) == 2  # the dot, and the square that may touch it
    drawn.clear()
    camera.reset()
    camera.capture_mobjects([dot, square, words])
    assert drawn == []


# Clips ----------------------------------------------------------------------------------------------------------------


def test_every_clip(seen: Seen) -> None:
    """Some frames of each animation of a clip, from its first beat to its last."""
    assert seen.apart == []
    assert seen.frames > 25
