"""Drawing with OpenGL, off the screen: one context a process, shared by all terrains.

A context needs no display; Mesa's software will do. Everything here is drawn upside down, because OpenGL counts rows
from the bottom and pictures from the top: so the pixels are read as they are wanted, and turned by nobody.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import moderngl
import numpy as np

from objectives.errors import UsageError
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.raster import Pixels
from scenes.stage.terrain import shaders

WITHOUT = "MOMENTUM_WITHOUT_GL"  # an environment variable: draw as if there were no OpenGL
KEPT = 1920 * 1080  # pixels
PROGRAMS: Mapping[str, tuple[str, str]] = {
    "face": (shaders.FACE_VERTEX, shaders.FACE_FRAGMENT),
    "ribbon": (shaders.RIBBON_VERTEX, shaders.RIBBON_FRAGMENT),
    "disc": (shaders.DISC_VERTEX, shaders.DISC_FRAGMENT),
}


class NoContextError(UsageError):
    """No OpenGL context can be made here; the sentence says why."""


class Engine:
    """The context of this process, with its programs, and its pictures by size."""

    def __init__(self, context: moderngl.Context) -> None:
        self.context = context
        context.gc_mode = "auto"  # what Python lets go of, OpenGL lets go of
        self.programs: dict[str, moderngl.Program] = {}
        for name, (vertex, fragment) in PROGRAMS.items():
            self.learn(name, vertex, fragment)
        self._targets: dict[tuple[int, int], moderngl.Framebuffer] = {}

    def learn(self, name: str, vertex: str, fragment: str) -> str:
        """Compile a program unless it is known, and give its name."""
        if name not in self.programs:
            self.take_the_floor()
            self.programs[name] = self.context.program(vertex_shader=vertex, fragment_shader=fragment)
        return name

    def target(self, size: tuple[int, int]) -> moderngl.Framebuffer:
        """A picture to draw into; those used last are kept, as many as have no more pixels than one of 1080p."""
        found = self._targets.pop(size, None)
        while self._targets and sum(width * height for width, height in (*self._targets, size)) > KEPT:
            self._targets.pop(next(iter(self._targets)))
        self._targets[size] = found or self.canvas(size)
        return self._targets[size]

    def canvas(self, size: tuple[int, int]) -> moderngl.Framebuffer:
        """A new picture, colours and depth."""
        self.take_the_floor()
        return self.context.framebuffer([self.context.renderbuffer(size, 4)], self.context.depth_renderbuffer(size))

    def take_the_floor(self) -> None:
        """Another context of this process may have been used since: what is drawn next is drawn in this one."""
        self.context.__enter__()  # type: ignore[no-untyped-call]

    @contextmanager
    def picture(self, pixels: Pixels) -> Iterator[moderngl.Framebuffer]:
        """Draw inside the block what `pixels` (height, width, 4) then hold; what is left free is transparent."""
        self.take_the_floor()
        height, width = pixels.shape[:2]
        target = self.target((width, height))
        target.use()
        target.depth_mask = True  # else the depth would not be cleared
        target.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        self.context.blend_func = moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA
        self.solid()
        yield target
        target.read_into(pixels, components=4)

    def copy(self, source: moderngl.Framebuffer, target: moderngl.Framebuffer) -> None:
        """Copy a picture, colours and depth, onto one of the same size; drawing goes on where it was."""
        self.context.copy_framebuffer(target, source)
        self.context.fbo.use()

    def solid(self, opaque: bool = True) -> None:
        """What is drawn next hides what is behind it, and covers what is under it if it is opaque."""
        self.context.enable_only(moderngl.DEPTH_TEST if opaque else moderngl.DEPTH_TEST | moderngl.BLEND)
        self.context.depth_func = "<="
        self.context.fbo.depth_mask = True

    def laid_on(self) -> None:
        """What is drawn next is hidden, but hides nothing."""
        self.context.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        self.context.depth_func = "<="
        self.context.fbo.depth_mask = False

    def hidden(self) -> None:
        """What is drawn next shows only where something hides it."""
        self.context.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        self.context.depth_func = ">"
        self.context.fbo.depth_mask = False

    def buffer(self, array: Array) -> moderngl.Buffer:
        """An array in the memory of the graphics library."""
        self.take_the_floor()
        return self.context.buffer(np.ascontiguousarray(array, dtype="f4").tobytes())

    def instances(self, program: str, array: Array, layout: str, *names: str) -> moderngl.VertexArray:
        """Shapes of four corners, one for each row of an array."""
        return self.context.vertex_array(self.programs[program], [(self.buffer(array), f"{layout}/i", *names)])

    def tell(self, program: str, **uniforms: Any) -> None:
        """Set what a program asks for; a matrix is given by rows."""
        for name, value in uniforms.items():
            if isinstance(value, np.ndarray):
                self.programs[program][name].write(np.ascontiguousarray(value, dtype="f4").tobytes())  # type: ignore[union-attr]
            else:
                self.programs[program][name].value = value  # type: ignore[union-attr]


class Still:
    """What a picture begins with: kept as soon as it is wanted a second time, and then copied.

    So a camera that stands still costs little, and one that moves costs nothing more.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._last: object = None  # the state that was drawn last
        self._kept: moderngl.Framebuffer | None = None  # what it looks like, from the second time on

    def fill(self, target: moderngl.Framebuffer, state: object, draw: Callable[[], None]) -> None:
        """Fill an empty target with what `draw` draws in a state; equal states look the same."""
        now = state, target.size
        if now == self._last and self._kept:
            self._engine.copy(self._kept, target)
            return
        draw()
        self._kept = self._engine.canvas(target.size) if now == self._last else None
        if self._kept:
            self._engine.copy(target, self._kept)
        self._last = now


def engine() -> Engine:
    """The engine of this process.

    Mesa's threads do not come along when a process forks: the child of one that draws already would wait for ever,
    so it has none. Spawned processes are free.

    Raises
    ------
    NoContextError
        If there is none to be had.
    """
    if os.environ.get(WITHOUT):
        raise NoContextError(f"{WITHOUT} is set")
    if _owner and _owner[0] != os.getpid():
        raise NoContextError("this process was forked from one that draws already")
    found = _engine()
    found.take_the_floor()
    return found


_owner: list[int] = []  # the process that has the context


@cache
def _engine() -> Engine:
    _owner.append(os.getpid())
    options: Any = {"backend": "egl"} if platform.system() == "Linux" else {}
    try:
        return Engine(moderngl.create_standalone_context(require=330, **options))
    except Exception as error:  # it raises bare exceptions, and what a driver raises is anybody's guess
        raise NoContextError(str(error).splitlines()[0] if str(error) else type(error).__name__) from error
