"""What is shown: one file a clip. `CLIPS` is names only, in the order of the lecture; nothing is imported for it."""

from __future__ import annotations

from collections.abc import Mapping

#: clip name -> (module, class, what it teaches)
CLIPS: Mapping[str, tuple[str, str, str]] = {
    "contour_map": (
        "scenes.contour_map",
        "ContourMapScene",
        "A level plane cuts the surface; the cuts, dropped to the floor, are the contour map.",
    ),
    "gradient_field": (
        "scenes.gradient_field",
        "GradientFieldScene",
        "The gradient points uphill, across the lines of the map; turned around, downhill.",
    ),
    "descent_in_a_bowl": (
        "scenes.descent_in_a_bowl",
        "DescentInABowl",
        "In a bowl, gradient descent goes down with shorter and shorter steps, on the surface and on its map.",
    ),
    "gentle_slope": (
        "scenes.gentle_slope",
        "GentleSlope",
        "On a gentle slope, gradient descent hardly moves: a short gradient is a short step.",
    ),
    "rolling_ball": (
        "scenes.rolling_ball",
        "RollingBall",
        "A ball with momentum rolls through the dip that stops one without.",
    ),
    "update_rule": (
        "scenes.update_rule",
        "UpdateRule",
        "A share of the last update and the new gradient: together they are the step.",
    ),
    "unrolling": ("scenes.unrolling", "Unrolling", "The momentum update is a weighted sum of all gradients so far."),
    "ewma": (
        "scenes.ewma",
        "EWMA",
        "A moving average forgets little by little; momentum is the same line without the factor that makes it one.",
    ),
    "code_walkthrough": (
        "scenes.code_walkthrough",
        "CodeWalkthrough",
        "What you read is what runs: momentum line by line, and on the map what each line does.",
    ),
    "descent_on_a_curve": (
        "scenes.descent_on_a_curve",
        "DescentOnACurve",
        "Slope, step, table; and with momentum: passing through is not arriving.",
    ),
    "ravine": (
        "scenes.ravine",
        "Ravine",
        "In a ravine gradient descent zigzags; momentum damps across and gathers along.",
    ),
    "saddle": (
        "scenes.saddle",
        "Saddle",
        "On flat ground small slopes that agree add up: momentum takes fewer steps there.",
    ),
    "u_turn": ("scenes.u_turn", "UTurn", "Momentum oscillates in and out of the valley, and still arrives first."),
    "u_turn_3d": (
        "scenes.u_turn_3d",
        "UTurn3D",
        "Seen on the surface: the walls of the valley turn the ball back.",
    ),
    "trapped": (
        "scenes.trapped",
        "Trapped",
        "Gradient descent is trapped in the first dip: no slope, no step.",
    ),
    "escape": (
        "scenes.escape",
        "Escape",
        "Momentum carries the ball through the dip that holds gradient descent; but more is not always better.",
    ),
    "ackley": (
        "scenes.ackley",
        "Ackley",
        "On Ackley's function gradient descent sits in a dimple; momentum reaches the centre.",
    ),
    "two_wells": (
        "scenes.two_wells",
        "TwoWells",
        "Gradient descent stays in the near well; momentum runs through it into the deep one.",
    ),
    "choosing_momentum": (
        "scenes.choosing_momentum",
        "ChoosingMomentum",
        "Too little momentum stops where it is flat, too much swings past; the value between can be computed.",
    ),
    "derived_not_typed": (
        "scenes.derived_not_typed",
        "DerivedNotTyped",
        "Why a derivative is derived and not typed: two lost factors, two balls, two different ends.",
    ),
    "stochastic": (
        "scenes.stochastic",
        "Stochastic",
        "Single samples pull this way and that; momentum keeps what they have in common.",
    ),
    "optimizer_race": (
        "scenes.optimizer_race",
        "OptimizerRace",
        "The same learning rate is not the same step; with its own, each rule arrives.",
    ),
    "problems": (
        "scenes.problems",
        "Problems",
        "Momentum is faster, calmer and rolls through dips; it also overshoots, and has to be tuned.",
    ),
    "stability_map": (
        "scenes.stability_map",
        "StabilityMap",
        "Learning rate and momentum decide together whether a run creeps, ripples or diverges.",
    ),
    "nesterov": (
        "scenes.nesterov",
        "NesterovScene",
        "Look before you leap: Nesterov turns back less often, and is the unstable one where steps are large.",
    ),
    "adaptive": (
        "scenes.adaptive",
        "Adaptive",
        "Each slope over the root of its own mean square: steep and flat get like steps, along the axes.",
    ),
    "schedules": (
        "scenes.schedules",
        "SchedulesScene",
        "Warm-up where it bends sharply, decay where noise is left: one learning rate is not right all the way.",
    ),
    "newton": (
        "scenes.newton",
        "NewtonScene",
        "Newton divides the slope by the curvature: one step in a valley, and straight to a saddle.",
    ),
    "conventions": (
        "scenes.conventions",
        "Conventions",
        "Three ways to write momentum take the same path, until the learning rate changes.",
    ),
    "your_objective": (
        "scenes.your_objective",
        "YourObjective",
        "Any function of two variables: its map, its surface, its gradient, and a race on it.",
    ),
    "your_data": (
        "scenes.your_data",
        "YourData",
        "Your own data: a curve is a point of a landscape, and each step down moves the curve to the points.",
    ),
}
