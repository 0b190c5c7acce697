"""The sentences of a race: which of them are said depends on which races are run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from optimizers import Conditions, Trajectory
from scenes.props.optimizer_race.rate_search import JUDGED, RATES, RateSearch
from scenes.props.optimizer_race.results import ARRIVED, Results
from scenes.props.optimizer_race.starts import Starts
from scenes.props.optimizer_race.widths import Widths
from scenes.stage.words import naming
from scenes.stage.words.endings import ending_briefly, last_value
from scenes.stage.words.figures import figure
from scenes.stage.words.naming import title_of


def listed(numbers: Mapping[str, float]) -> str:
    """Numbers of rules in a sentence."""
    return ", ".join(f"{title_of(name)} {figure(number, 2)}" for name, number in numbers.items())


def introduced(names: Iterable[str]) -> str:
    """The rules in a sentence; guests with their whole names, this once."""
    *first, last = map(naming.introduced, names)
    return f"{', '.join(first)} and {last}"


def capital(text: str) -> str:
    """A text that begins a sentence."""
    return text[:1].upper() + text[1:]


def numbers(
    races: Iterable[str],
    rules: Mapping[str, Mapping[str, Any]],
    runs: Mapping[str, Mapping[str, Trajectory]],
    counts: Mapping[str, int],
) -> dict[str, int | float | str]:
    """With how many rates each rule arrives; in each race its last error and its learning rate, if it has one."""
    found: dict[str, int | float | str] = {f"{name}_rates": count for name, count in counts.items()}
    for race in races:
        for name, run in runs[race].items():
            found[f"{race}_{name}_error"] = last_value(run)
            if rules[race][name].learning_rate is not None:
                found[f"{race}_{name}_rate"] = float(rules[race][name].learning_rate)
    return found


def verdict(results: Results, starts: Starts, conditions: Conditions) -> str:
    """Who ended lowest, and who does from everywhere, as markup."""
    same = "With the same rates and the same noise" if conditions.is_noisy else "With the same rates"
    judged = f", by the largest of its last {JUDGED} errors" * results.another_dips
    return f"{results.winner}{judged}. {same}, {starts.law}: {listed(starts.wins)}"


def claimed_of_same(steps: int, race: Results) -> tuple[str, bool]:
    """What must hold of the race at one rate."""
    told = f"of {steps} steps, in the last {JUDGED} the errors are at most {listed(race.ends)}"
    return f"the same rate is not the same step: {told}", race.far_apart


def claimed_of_tuned(searches: Mapping[str, RateSearch], race: Results) -> Iterator[tuple[str, bool]]:
    """What must hold of the race at rates of their own."""
    told = f"the error was {figure(race.first)}, in the last {JUDGED} steps at most {listed(race.ends)}"
    yield f"each with its own rate, all arrive: {told}", race.all_arrive
    low, *_, high = sorted(float(RATES[search.best]) for search in searches.values())
    yield f"their rates differ: from {figure(low, 6)} to {figure(high, 6)}", high > 10 * low


def same_rate(rate: float, steps: int, runs: Mapping[str, Trajectory] | None) -> str:
    """What follows "one map, one start"; without a race at one rate, nothing."""
    return "." if runs is None else f", and the same learning rate for all: {rate:g}. {_errors(steps, runs)}"


def searched(searches: Mapping[str, RateSearch]) -> str:
    """How the rates are found, and which."""
    found = ", ".join(f"{title_of(name)} {search.told}" for name, search in searches.items())
    tried = f"For each rule {len(RATES)} rates from {RATES[0]:g} to {RATES[-1]:g} are run"
    return (
        f"{tried}, and the largest of the last {JUDGED} errors is drawn. Where it is lowest, is the best rate: {found}."
    )


def again(steps: int, runs: Mapping[str, Trajectory]) -> str:
    """The second race."""
    return f"Again, each with its own rate. {_errors(steps, runs)}"


def tuned(searches: Mapping[str, RateSearch], results: Results) -> str:
    """What the second race shows, as markup: all get below a bound, or which rules no rate suits."""
    stuck = [title_of(name) for name, search in searches.items() if not search.works]
    return f"no rate works for {' and '.join(stuck)}" if stuck else results.arrival


def counted(widths: Widths) -> str:
    """When a rule arrives, and with how many rates."""
    arrives = f"A rule arrives if less than {100 * ARRIVED:g} % of the first error is left"
    return f"{arrives}. With so many of the {len(RATES)} rates it does: {widths.told}."


def _errors(steps: int, runs: Mapping[str, Trajectory]) -> str:
    ends = ", ".join(f"{title_of(name)} {ending_briefly(run, 2)}" for name, run in runs.items())
    return f"After {steps} steps the errors: {ends}."
