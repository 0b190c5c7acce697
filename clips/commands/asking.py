"""Commands that ask: what clips there are, what they say, what a run does, what this machine has."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from clips.commands.options import (
    DONE,
    FAILED,
    Aspect,
    Height,
    Json,
    LectureFile,
    Look,
    Output,
    Settings,
    Theme,
    Width,
    parse_settings,
    read_book,
    wishes_for,
)
from objectives.errors import UsageError

app = typer.Typer()


def parse_point(text: str) -> tuple[float, ...]:
    """`-2,1` as a point."""
    try:
        return tuple(float(part) for part in text.strip("()[] ").split(","))
    except ValueError:
        raise UsageError(f"--start needs numbers with commas between them, like 7.11,6.97, and not '{text}'.") from None


@app.command("list")
def list_clips(as_json: Json = False) -> None:
    """List the clips: one line each, with the length of those that are rendered."""
    from clips.telling.showing import list_json, list_of_clips

    print(list_json() if as_json else list_of_clips())


@app.command()
def show(
    clip: Annotated[str, typer.Argument(metavar="CLIP")],
    settings: Settings = [],  # noqa: B006 (typer copies it)
    lecture: LectureFile = None,
) -> None:
    """Show a clip's parameters, beats, and claims with their present truth; a clip of the lecture with its numbers."""
    from clips.telling.showing import clip_text

    (wish,) = wishes_for(*read_book(lecture), [clip], parse_settings(settings))
    print(clip_text(wish))


@app.command()
def storyboard(
    clip: Annotated[str, typer.Argument(metavar="CLIP")],
    settings: Settings = [],  # noqa: B006 (typer copies it)
    theme: Theme = None,
    aspect: Aspect = None,
    width: Width = None,
    height: Height = None,
    output: Output = None,
    lecture: LectureFile = None,
) -> None:
    """Draw one picture a beat on a sheet: a clip in seconds; a clip of the lecture with its numbers."""
    from clips.telling import storyboard as board

    look = Look("m", theme, aspect, pixels=(width, height))
    (wish,) = wishes_for(*read_book(lecture), [clip], parse_settings(settings), look, output)
    print(board.storyboard(wish))


class WithRules(TyperCommand):
    """A command whose help names the rules: they are asked only when somebody reads it."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        from optimizers import RULES

        option: Any = next(parameter for parameter in self.params if parameter.name == "rule")
        option.help = f"{', '.join(RULES)}."
        super().format_help(ctx, formatter)


@app.command(
    cls=WithRules,
    epilog="Examples:\n\n"
    "python render.py descend qfsp --set learning_rate=0.1 --set momentum=0.4 --start 7.11,6.97 --steps 10\n\n"
    'python render.py descend ravine --set lr=0.03 --schedule "warm_up(steps=5) then cosine" --steps 60\n\n'
    "python render.py descend qfsp --rule torch:AdamW --set lr=0.1 --set weight_decay=0.05\n\n"
    'python render.py descend "x^2 + 10*sin(x)*sin(y) + y^2" --rule adam --format json',
)
def descend(
    objective: Annotated[str, typer.Argument(metavar="OBJECTIVE_OR_EXPRESSION")],
    rule: Annotated[str, typer.Option("--rule", metavar="RULE", help="A rule's name.")] = "momentum",
    settings: Settings = [],  # noqa: B006 (typer copies it)
    start: Annotated[str | None, typer.Option("--start", metavar="X,Y", help="Where the run starts.")] = None,
    steps: Annotated[int | None, typer.Option("--steps", help="How many steps; 10, if neither is said.")] = None,
    epochs: Annotated[int | None, typer.Option("--epochs", help="How many passes over the data, instead.")] = None,
    batch: Annotated[int | None, typer.Option("--batch", help="So many samples a step; all, if not given.")] = None,
    noise: Annotated[
        float, typer.Option("--noise", help="Standard deviation of Gaussian noise on the gradient.")
    ] = 0.0,
    seed: Annotated[int, typer.Option("--seed", help="Of the order of the samples, and of the noise.")] = 0,
    schedule: Annotated[
        str | None,
        typer.Option(
            "--schedule",
            metavar="SCHEDULE",
            help="Of the learning rate: cosine, step(every=20, factor=0.5), ..., or a formula in t, like eta*0.9^t.",
        ),
    ] = None,
    format: Annotated[str, typer.Option("--format", metavar="table|csv|json", help="json has all digits.")] = "table",
    lecture: LectureFile = None,
) -> None:
    """Print a trajectory: a teacher's answer key. `render.py rules` tells what sets each rule, and the schedules."""
    from clips.filming.work import bring_in
    from clips.telling.answer_key import Chance, answer, shown

    bring_in(read_book(lecture)[0].own.used_by({"objective": objective, "rule": rule}))
    place, chance = None if start is None else parse_point(start), Chance(batch, epochs, noise, seed)
    print(shown(answer(objective, rule, parse_settings(settings), place, steps, chance, schedule), format))


@app.command(
    epilog="Examples:\n\n"
    "python render.py objective qfsp\n\n"
    'python render.py objective "x^2 + 3*y^2" --format json\n\n'
    "python render.py objective my_valley --lecture talk/lecture.toml"
)
def objective(
    wanted: Annotated[str, typer.Argument(metavar="OBJECTIVE_OR_EXPRESSION")],
    format: Annotated[str, typer.Option("--format", metavar="text|json", help="json has all digits.")] = "text",
    lecture: LectureFile = None,
) -> None:
    """Print a teacher's sheet: formula, gradient, Hessian, minima, and the learning rates that are stable there."""
    from clips.filming.work import bring_in
    from clips.telling.sheet import sheet, shown

    bring_in(read_book(lecture)[0].own.used_by({"objective": wanted}))
    print(shown(sheet(wanted), format))


@app.command()
def rules(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="One rule, as adam or torch:AdamW; or a library: torch, optax, pytorch_optimizer."
        ),
    ] = None,
    lecture: LectureFile = None,
) -> None:
    """Tell the rules and schedules and what sets them: default, allowed values, meaning, and names elsewhere."""
    from clips.filming.work import bring_in
    from clips.telling.answer_key import rules_text
    from clips.telling.guests import libraries_text, text_about

    bring_in(read_book(lecture)[0].own)
    print(f"{rules_text()}\n\n{libraries_text()}" if name is None else text_about(name))


@app.command()
def doctor() -> None:
    """Say what this machine has and lacks, and the command that mends it."""
    from clips.telling.doctor import examine, lines

    findings = examine()
    print("\n".join(lines(findings)))
    raise typer.Exit(DONE if all(finding.ok or not finding.needed for finding in findings) else FAILED)
