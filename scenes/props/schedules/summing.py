"""What the clip says of both its grounds together: its numbers, claims, captions, and the lines of its last picture."""

from __future__ import annotations

import numpy as np

from scenes.props.schedules.telling import (
    ALIKE,
    BEST,
    CONSTANT,
    LARGE,
    SMALL,
    WARMED,
    Steep,
    Tale,
    Wordings,
    comes,
    is_sooner,
    stays,
)
from scenes.stage.runs.lowest_end import TRIES
from scenes.stage.words.endings import flies_off, last_value
from scenes.stage.words.figures import figure, in_math

MOSTLY = 0.9  # of the noises: with so many a schedule has to be near before the calm rate


def answer(tale: Tale, steep: Steep) -> Wordings:
    """The line that answers the title."""
    bends, noisy = steep.warming_pays and steep.eases, tale.decay_pays
    if bends and noisy:
        return (
            "small where the ground bends sharply, large on the way, small again where noise is left",
            "small at sharp bends, then large, small again for the noise",
            "small at sharp bends, then large, small for noise",
            "small at bends, then large, small for noise",
        )
    if noisy:
        return ("here a smaller rate pays in the end: noise is left",)
    if bends:
        return ("here a smaller rate pays at the start: the ground bends sharply there",)
    if steep.warming_pays:
        return ("here a rate that changes gets lower, though the ground bends no more sharply at the start",)
    return ("here a constant rate does as well",)


def decays(tale: Tale) -> dict[str, Wordings]:
    """How far the calmer constant rate and the best schedule are in the end, over all noises."""
    short = {tale.calm: "constant", tale.best: tale.titles[tale.best]}
    told = {name: f"${in_math(figure(tale.pooled[name], 2))}$" for name in short}
    told |= {name: "flies off" for name in short if not np.isfinite(tale.pooled[name])}
    far = {name: "" if "flies" in said else " from $times$" for name, said in told.items()}
    return {
        name: (f"{tale.titles[name]}: {said}{far[name]}", f"{tale.titles[name]}: {said}", f"{short[name]}: {said}")
        for name, said in told.items()
    }


def warms(steep: Steep) -> dict[str, Wordings]:
    """Where the runs from the steep start end, that with the best constant rate and that warmed up."""
    heads = {BEST: "best constant", WARMED: "warmed up"}
    told = {name: steep.ends_briefly(name) for name in heads}
    return {
        name: (
            f"{head}: {told[name][0]}",
            f"{head}: {told[name][1]}",
            f"{head}: {told[name][1].replace('f = ', '')}",
        )
        for name, head in heads.items()
    }


# For the clip ---------------------------------------------------------------------------------------------------------


def measured(tale: Tale, steep: Steep) -> dict[str, int | float | str]:
    """The computed numbers, by name."""
    found: dict[str, int | float | str] = {"near": tale.walks[LARGE].near, "downhill": tale.downhill}
    found |= {f"{name}_cloud": walk.cloud for name, walk in tale.walks.items()}
    found |= {f"{name}_cloud_of_all": cloud for name, cloud in tale.pooled.items()} | {"least_cloud": tale.least}
    found |= {f"{name}_value": last_value(walk.run) for name, walk in steep.walks.items()}
    return found | {"times_the_largest_stable": steep.times, "steps_above": steep.above}


def claimed(tale: Tale, steep: Steep) -> dict[str, bool]:
    """What must hold for the clip to make its point."""
    name = tale.schedules[0]
    large, small, first = (tale.walks[key] for key in (LARGE, SMALL, name))
    gains = is_sooner(first, small) and 2 * first.cloud < large.cloud
    warmed, best = (last_value(steep.walks[key].run) for key in (WARMED, BEST))
    return {
        f"the large rate {comes(large)}{stays(large)}": large.near_at is not None and large.cloud > 1.5 * large.near,
        f"the small rate is {tale.compared()}": tale.compared() == "nearer in the end, but late",
        f"{tale.titles[name]}: {tale.gains(name)}": gains,
        f"with several noises {tale.verdict()}{tale.sooner()}": tale.decay_pays
        and bool(np.mean(tale.nears[tale.best] < tale.nears[tale.calm]) > MOSTLY),
        f"the small rate is as near as the best of {TRIES} constant ones": tale.pooled[SMALL]
        <= (1 + ALIKE) * tale.least,
        f"from the steep start the rate {steep.too_large()}: it {steep.ends(CONSTANT)}": steep.times > 2,
        f"the ground eases, and warmed up the rate is {steep.under()}, and {steep.ends(WARMED)}": (
            steep.eases and steep.above == 0 and 10 * warmed < best
        ),
    }


def placeholders(tale: Tale, steep: Steep) -> dict[str, str]:
    """What the captions say, by name."""
    name, count = tale.schedules[0], len(tale.schedules)
    large, small, first = (comes(tale.walks[key]) + stays(tale.walks[key]) for key in (LARGE, SMALL, name))
    return {
        "left": tale.left(),
        "large": large if flies_off(tale.walks[LARGE].run) else f"{large} (root mean square)",
        "small": small,
        "compared": tale.compared(),
        "first": tale.titles[name],
        "rate_told": tale.rate_told(name),
        "falling": first,
        "gains": tale.gains(name),
        "count": f"{count} shapes" if count > 1 else "one shape",
        "shapes": tale.shapes(),
        "verdict": tale.verdict(),
        "sooner": tale.sooner(),
        "moves": steep.moves(),
        "too_large": steep.too_large(),
        "constant_ends": steep.ends(CONSTANT),
        "under": steep.under(),
        "warmed_ends": steep.ends(WARMED),
        "best_rate": figure(float(steep.walks[BEST].rates[0]), 2),
        "best_ends": steep.ends(BEST),
        "answer": answer(tale, steep)[0],
    }
