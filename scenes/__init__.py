"""What is shown: one file a clip. `CLIPS` is names only, in the order of the lecture; nothing is imported for it."""

from __future__ import annotations

from collections.abc import Mapping

#: clip name -> (module, class, what it teaches)
CLIPS: Mapping[str, tuple[str, str, str]] = {
    "gentle_slope": (
        "scenes.gentle_slope",
        "GentleSlope",
        "On a gentle slope, gradient descent hardly moves: a short gradient is a short step.",
    ),
    "ravine": (
        "scenes.ravine",
        "Ravine",
        "In a ravine gradient descent zigzags; momentum damps across and gathers along.",
    ),
    "rolling_ball": (
        "scenes.rolling_ball",
        "RollingBall",
        "A ball with momentum rolls through the dip that stops one without.",
    ),
    "unrolling": ("scenes.unrolling", "Unrolling", "The momentum update is a weighted sum of all gradients so far."),
    "u_turn": ("scenes.u_turn", "UTurn", "Momentum oscillates in and out of the valley, and still arrives first."),
}
