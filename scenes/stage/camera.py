"""The camera of every clip: Manim's, and the place for what it lacks."""

from __future__ import annotations

from manim import Camera


class StageCamera(Camera):
    """Draws what stands on the stage into the pixel array."""
