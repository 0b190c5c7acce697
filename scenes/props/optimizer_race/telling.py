"""The sentences of a race: which of them are said depends on which races are run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from optimizers import Conditions, Rule, Trajectory
from scenes.props.optimizer_race.rate_search import JUDGED, RATES, RateSearch, on_a_cliff
from scenes.props.optimizer_race.results import ARRIVED, Results
from scenes.props.optimizer_race.starts import Starts
from scenes.props.optimizer_race.widths import Widths
from scenes.stage.ink.palette import rule_color
from scenes.stage.words import naming
from scenes.stage.words.endings import ending_briefly, last_value
from scenes.stage.words.figures import at_most, figure, in_math
from scenes.stage.words.naming import title_of
from scenes.stage.words.speaker import tinted


def listed(numbers: Mapping[str, float], written: Callable[[float, int], str] = figure) -> str:
    """Numbers of rules in a sentence; `written` with so many digits."""
    return ", ".join(f"{title_of(name)} {written(number, 2)}" for name, number in numbers.items())


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


def verdict(results: Results, starts: Starts, conditions: Conditions, are_tuned: bool) -> str:
    """Who ended lowest, and who does from everywhere, as markup."""
    rates = "these rates, each tuned for the first start" if are_tuned else "the same rate for all"
    noise = ", and the same noise" * conditions.is_noisy
    judged = f", by the largest of its last {JUDGED} errors" * results.another_dips
    return f"{results.winner}{judged}. With {rates}{noise}, {starts.law}"


def asked(starts: Starts, are_tuned: bool) -> tuple[str, str]:
    """What is asked before the last race, as markup, at length and briefly."""
    question = f"from each of ${len(starts.places)}$ starts?"
    return f"{'tuned for this one start' if are_tuned else 'from here'}; and {question}", f"and {question}"


def last(starts: Starts, are_tuned: bool) -> tuple[str, str, str]:
    """The last line, as markup: with which rates who ends lowest, from how many starts, at length and ever shorter."""
    rates = "tuned for one start" if are_tuned else "one rate for all"
    briefly = starts.briefly.replace(" lowest from", ":")
    return f"{rates}: {starts.law}", f"{rates}: {starts.briefly}", f"{rates}; {briefly}"


def dividing(rules: Iterable[Rule[Any]]) -> str:
    """Which rules divide by a running average of their slopes, in a sentence; empty where none does."""
    titles = [title_of(rule.name) for rule in rules if _divides_by_recent(rule)]
    if not titles:
        return ""
    *first, last = titles
    names = f"{', '.join(first)} and {last}" if first else last
    return f"{names} divide{'' if first else 's'} by the size of recent slopes"


def _divides_by_recent(rule: Rule[Any]) -> bool:
    """Whether the formulas average squares, and divide by the root of that average: not of a sum, nor the largest."""
    averages = any(line.startswith("s_t = ") and "(1 - " in line for line in rule.formulas)
    return averages and any(root in line for line in rule.formulas for root in ("sqrt(s_t)", "sqrt(hat(s)_t)"))


def claimed_of_same(steps: int, race: Results) -> tuple[str, bool]:
    """What must hold of the race at one rate."""
    told = f"of {steps} steps, in the last {JUDGED} the errors are at most {listed(race.ends, at_most)}"
    return f"the same rate is not the same step: {told}", race.far_apart


def claimed_of_tuned(searches: Mapping[str, RateSearch], race: Results) -> Iterator[tuple[str, bool]]:
    """What must hold of the race at rates of their own."""
    told = f"the error was {figure(race.first)}, in the last {JUDGED} steps at most {listed(race.ends, at_most)}"
    yield f"each with its own rate, all arrive: {told}", race.all_arrive
    low, *_, high = sorted(float(RATES[search.best]) for search in searches.values())
    yield f"their rates differ: from {figure(low, 6)} to {figure(high, 6)}", high > 10 * low


def same_rate(rate: float, steps: int, race: Results | None) -> str:
    """What follows "one map, one start"; without a race at one rate, nothing."""
    if race is None:
        return "."
    first = f"The error is {figure(race.first, 2)} at the start"
    return f", and the same learning rate for all: {rate:g}. {first}; {_errors(steps, race.runs)}"


def searched(searches: Mapping[str, RateSearch]) -> str:
    """How the rates are found, and which."""
    found = ", ".join(f"{title_of(name)} {search.told}" for name, search in searches.items())
    tried = f"Each rule tries {len(RATES)} rates, from {RATES[0]:g} to {RATES[-1]:g}"
    return f"{tried}; drawn is the largest of the last {JUDGED} errors. The best rates: {found}.{_cliff_told(searches)}"


def _cliff_told(searches: Mapping[str, RateSearch]) -> str:
    """At which rate it gets far worse, in a sentence; empty where there is no such rate next to the best."""
    if (name := on_a_cliff(searches)) is None:
        return ""
    rate, end = _after(searches[name], 1)
    again = " and {} to {}".format(*_after(searches[name], 2)) if searches[name].gap else ""
    return f" {title_of(name)}'s best is at {_edge(searches[name])}: {rate} leads to {end}{again}."


def cliff(searches: Mapping[str, RateSearch]) -> tuple[str, ...]:
    """The same beside the chart, as markup, at length and briefly; empty where there is none."""
    if (name := on_a_cliff(searches)) is None:
        return ()
    rate, end = map(in_math, _after(searches[name], 1))
    lost = f"{tinted(title_of(name), rule_color(name))} ends at ${end}$ with the next rate, ${rate}$"
    found = sorted(float(RATES[search.best]) for search in searches.values() if search.works)
    times = f"${in_math(figure(found[-1] / found[0], 2))}$ times apart"
    ends = f"${in_math(figure(found[0]))}$ to ${in_math(figure(found[-1]))}$"
    brief = f"{tinted(title_of(name), rule_color(name))}: ${end}$ at the next"
    if len(found) < 2:
        return lost, brief
    apart, few = f"the best rates lie {times}", f"best rates {times}"
    return f"{apart}, {ends}; {lost}", f"{apart}; {lost}", f"{apart}; {brief}", f"{few}; {brief}", brief


def _edge(search: RateSearch) -> str:
    """What stands beside the best rate."""
    return "a gap" if search.gap else "a cliff"


def _after(search: RateSearch, places: int) -> tuple[str, str]:
    """A rate so many places after the best, and where the run ends with it."""
    return figure(float(RATES[search.best + places])), figure(float(search.scores[search.best + places]), 2)


def again(steps: int, runs: Mapping[str, Trajectory]) -> str:
    """The second race."""
    return f"Again, each with its own rate. {capital(_errors(steps, runs))}"


def tuned(searches: Mapping[str, RateSearch], results: Results) -> str:
    """What the second race shows, as markup: all arrive, or which rules no rate suits."""
    stuck = [title_of(name) for name, search in searches.items() if not search.works]
    return f"no rate works for {' and '.join(stuck)}" if stuck else results.arrival


def counted(widths: Widths) -> str:
    """When a rule arrives, and with how many rates."""
    arrives = f"A rule arrives if less than {100 * ARRIVED:g} % of the first error is left"
    return f"{arrives}. With so many of the {len(RATES)} rates it does: {widths.told}."


def _errors(steps: int, runs: Mapping[str, Trajectory]) -> str:
    ends = ", ".join(f"{title_of(name)} {ending_briefly(run, 2)}" for name, run in runs.items())
    return f"after {steps} steps: {ends}."
