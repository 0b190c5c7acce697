"""Frames a second of an orbit round the same surface, ours beside Manim's: `python benchmarks/terrain.py`.

Same objective, orbit, size (1080p, the surface over the full frame), encoder and encoder settings; encoding is
included. Each way runs in a process of its own, in turn, several rounds; the ratios of a round mean something on any
machine, also on a busy one. The floor is what encoding alone takes: the frames of the terrain, drawn before.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

SIZE, RATE, ORBIT = (1920, 1080), 60, 40.0  # pixels, frames a second, degrees
WAYS = {  # how many frames each draws in a round, and what it is
    "cairo_surface": (4, "Manim's Cairo renderer, Surface, default resolution"),
    "opengl_surface": (6, "Manim's OpenGL renderer, Surface, default resolution"),
    "opengl_mesh": (24, "Manim's OpenGL renderer, OpenGLSurface, default resolution"),
    "terrain": (48, "the terrain"),
    "drawing": (48, "the terrain, drawn but not encoded"),
    "encoding": (24, "the terrain's frames, encoded alone"),
}


class Stopwatch:
    """Notes when frames are done; the first one, with everything that is set up for it, is left out."""

    def __init__(self) -> None:
        self.times: list[tuple[float, float]] = []

    def __call__(self, *_: object) -> None:
        self.times.append((perf_counter(), process_time()))

    def result(self) -> dict[str, float]:
        """From the first frame until now, when all are encoded: frames a second, processor milliseconds a frame."""
        count, (wall, work) = len(self.times) - 1, self.times[0]
        return {"rate": count / (perf_counter() - wall), "work": 1000 * (process_time() - work) / count}


def height(x: Any, y: Any) -> Any:
    """Himmelblau's function, which all ways draw."""
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def filmed(make_scene: Callable[[Any], Any], frames: int, **settings: Any) -> dict[str, float]:
    """Run a scene that plays one orbit, with our writer."""
    from manim import tempconfig

    from clips.filming.work import studio
    from clips.filming.writing import writer_class
    from clips.profile import Profile

    watch, profile = Stopwatch(), Profile(*SIZE, RATE)
    with studio(profile), tempconfig(settings):
        scene = make_scene(writer_class(profile, watch))
        scene.orbit_time = (frames + 0.01) / RATE
        scene.render()
        return watch.result()


def terrain() -> Any:
    """The terrain over the full frame, with nothing round it."""
    from objectives import find_objective
    from scenes.stage.ink import layout
    from scenes.stage.terrain.landscape import Terrain

    objective, frame = find_objective("himmelblau"), layout.frame()
    area = layout.Box(-3.0, -3.0, 3.0, 3.0)
    made = Terrain(objective, frame, area, objective.view, ("", ""), labelled=False)
    made.orbit.look(made.fitted(-20.0, 40.0, azimuths=(-20.0, 0.0, 20.0)))
    return made


def time_terrain(frames: int) -> dict[str, float]:
    from manim import linear
    from manim.renderer.cairo_renderer import CairoRenderer

    from scenes.lecture_scene import LectureScene
    from scenes.stage.ink.camera import StageCamera

    class Orbit(LectureScene):
        beats = ("orbit",)
        orbit_time = 1.0

        def orbit(self) -> None:
            ground = terrain()
            self.add(ground)
            self.play(*ground.orbit.to(azimuth=-20.0 + ORBIT), run_time=self.orbit_time, rate_func=linear)

    return filmed(lambda writer: Orbit(CairoRenderer(writer, StageCamera)), frames)


def _surface_scene(base: type) -> type:
    from manim import DEGREES, Surface, ThreeDAxes, linear

    class Orbit(base):  # type: ignore[misc]
        orbit_time = 1.0

        def construct(self) -> None:
            self.next_section("orbit")
            axes = ThreeDAxes(x_range=(-5, 5), y_range=(-5, 5), z_range=(0, 900), x_length=6, y_length=6, z_length=2.5)
            shape = Surface(lambda u, v: axes.c2p(u, v, height(u, v)), u_range=[-5, 5], v_range=[-5, 5])
            self.set_camera_orientation(phi=50 * DEGREES, theta=-110 * DEGREES)
            self.add(shape)
            self.move_camera(theta=(-110 + ORBIT) * DEGREES, run_time=self.orbit_time, rate_func=linear)

    return Orbit


def time_cairo_surface(frames: int) -> dict[str, float]:
    from manim import ThreeDCamera, ThreeDScene
    from manim.renderer.cairo_renderer import CairoRenderer

    scene = _surface_scene(ThreeDScene)
    return filmed(lambda writer: scene(renderer=CairoRenderer(writer, ThreeDCamera)), frames)


def time_opengl_surface(frames: int) -> dict[str, float]:
    from manim import config

    config.renderer = "opengl"  # before its classes are made: they take their bases from it
    from manim import ThreeDScene
    from manim.renderer.opengl_renderer import OpenGLRenderer

    scene = _surface_scene(ThreeDScene)
    return filmed(lambda writer: scene(renderer=OpenGLRenderer(writer)), frames, renderer="opengl", write_to_movie=True)


def time_opengl_mesh(frames: int) -> dict[str, float]:
    from manim import config

    config.renderer = "opengl"
    from manim import DEGREES, ThreeDAxes, ThreeDScene, linear
    from manim.mobject.opengl.opengl_surface import OpenGLSurface
    from manim.renderer.opengl_renderer import OpenGLRenderer

    class Orbit(ThreeDScene):
        orbit_time = 1.0

        def construct(self) -> None:
            self.next_section("orbit")
            axes = ThreeDAxes(x_range=(-5, 5), y_range=(-5, 5), z_range=(0, 900), x_length=6, y_length=6, z_length=2.5)
            shape = OpenGLSurface(lambda u, v: axes.c2p(u, v, height(u, v)), (-5, 5), (-5, 5))
            self.set_camera_orientation(phi=50 * DEGREES, theta=-110 * DEGREES)
            self.add(shape)
            self.move_camera(theta=(-110 + ORBIT) * DEGREES, run_time=self.orbit_time, rate_func=linear)

    return filmed(lambda writer: Orbit(renderer=OpenGLRenderer(writer)), frames, renderer="opengl", write_to_movie=True)


def drawn(frames: int) -> tuple[list[np.ndarray], dict[str, float]]:
    """The last frames of the terrain as the camera makes them, and how long they took."""
    from clips.filming.work import studio
    from clips.profile import Profile
    from scenes.lecture_scene import LectureScene

    with studio(Profile(*SIZE, RATE)):
        scene, ground = LectureScene(), terrain()
        scene.setup()
        scene.add(ground)
        renderer: Any = scene.renderer
        pictures, watch = [], Stopwatch()
        for azimuth in np.linspace(-20.0, -20.0 + ORBIT, frames):
            ground.orbit.trackers["azimuth"].set_value(azimuth)
            renderer.update_frame(scene)
            pictures.append(renderer.get_frame())
            pictures = pictures[-24:]
            watch()
        return pictures, watch.result()


def time_drawing(frames: int) -> dict[str, float]:
    return drawn(frames)[1]


def time_encoding(frames: int) -> dict[str, float]:
    from clips.filming.conversion import cut, whole
    from clips.filming.encoding import BeatThread
    from clips.profile import Profile

    pictures, _ = drawn(frames)
    thread = BeatThread(Profile(*SIZE, RATE))
    watch = Stopwatch()
    for picture in pictures:
        thread.put(cut(picture, [whole(picture)]), 1)
        watch()
    thread.join()
    return watch.result()


def measure(way: str) -> None:
    """Time one way in this process, and print it as JSON."""
    result = globals()[f"time_{way}"](WAYS[way][0])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in KiB
    print(json.dumps({**result, "megabytes": peak}))


def run(way: str) -> dict[str, float]:
    """Time one way in a process of its own."""
    done = subprocess.run([sys.executable, __file__, way], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{way} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def main() -> None:
    """Print a line for each way: frames a second, and how many times as many the terrain draws in the same round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", nargs="?", choices=WAYS)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    if wanted.way:
        measure(wanted.way)
        return
    rounds = [{way: run(way) for way in WAYS} for _ in range(wanted.rounds)]
    for way, (_, title) in WAYS.items():
        rate = median(one[way]["rate"] for one in rounds)
        ratio = median(one["terrain"]["rate"] / one[way]["rate"] for one in rounds)
        work = median(one[way]["work"] for one in rounds)
        memory = max(one[way]["megabytes"] for one in rounds)
        print(f"{title:56}{rate:7.1f} fps {work:8.0f} ms of processor   terrain {ratio:6.2f} x {memory:6.0f} MB")


if __name__ == "__main__":
    main()
