"""Telling the user what happens: a bar a clip on a terminal, plain lines in a pipe, nothing when asked to be quiet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from clips.catalogue import Portrait
from clips.make import Delivered, Made
from clips.pool import Outcome, Progress
from clips.work import Job


class Quiet:
    """Says what went wrong, nothing else."""

    def __init__(self, errors: Console) -> None:
        self.errors = errors

    def start(self, jobs: Sequence[Job]) -> None:
        pass

    def progress(self, progress: Progress) -> None:
        pass

    def foreseen(self, clip: str, seen: Portrait) -> None:
        """What the user should know before waiting: claims that do not hold, and remarks."""
        for text, holds in seen.claims:
            if not holds:
                say(self.errors, f"warning: {clip} no longer makes its point; this does not hold: {text}")
        for remark in seen.remarks:
            say(self.errors, f"note: {clip}: {remark}")

    def done(self, clip: Delivered) -> None:
        pass

    def failed(self, outcome: Outcome) -> None:
        say(self.errors, f"error: {outcome.error}")
        if outcome.details:
            say(self.errors, outcome.details.rstrip())

    def stop(self) -> None:
        pass


class Lines(Quiet):
    """A line when a clip starts and when it is done: for pipes and logs."""

    def __init__(self, out: Console, errors: Console) -> None:
        super().__init__(errors)
        self.out = out

    def progress(self, progress: Progress) -> None:
        if progress.frames == 0:
            say(self.out, f"{progress.job.clip}: rendering {progress.total} frames")

    def done(self, clip: Delivered) -> None:
        say(self.out, f"{clip.clip}: done, {clip.seconds:.1f} s of video in {clip.files[0]}")


class Display(Quiet):
    """One bar a clip, with the time left."""

    def __init__(self, out: Console, errors: Console) -> None:
        super().__init__(errors)
        self.bars = Bars(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TextColumn("frames"), TimeRemainingColumn(), console=out,
        )  # fmt: skip
        self.tasks: dict[str, TaskID] = {}

    def start(self, jobs: Sequence[Job]) -> None:
        self.tasks = {job.clip: self.bars.add_task(job.clip, total=None, start=False) for job in jobs}
        self.bars.start()

    def progress(self, progress: Progress) -> None:
        task = self.tasks[progress.job.clip]
        if progress.frames == 0:
            self.bars.start_task(task)
        self.bars.update(task, completed=progress.frames, total=progress.total or None)

    def done(self, clip: Delivered) -> None:
        task = self.tasks[clip.clip]
        total = self.bars.tasks[task].total or 1
        self.bars.update(task, completed=total, total=total)

    def failed(self, outcome: Outcome) -> None:
        self.bars.remove_task(self.tasks[outcome.job.clip])
        super().failed(outcome)

    def stop(self) -> None:
        self.bars.stop()


def say(console: Console, text: str) -> None:
    """Print plain text: no markup, no colours guessed from its words, no line breaks of rich's own."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def summary_json(made: Made) -> str:
    """What was made, for a machine."""
    clips: list[dict[str, Any]] = [
        {
            "clip": clip.clip,
            "status": "done",
            "files": [str(file) for file in clip.files],
            "seconds": clip.seconds,
            "broken_claims": list(clip.broken_claims),
            "remarks": list(clip.remarks),
        }
        for clip in made.delivered
    ]
    clips += [{"clip": outcome.job.clip, "status": "failed", "error": outcome.error} for outcome in made.failed]
    return json.dumps({"clips": clips}, indent=2, ensure_ascii=False)


def closing_words(made: Made) -> str:
    """Where the clips are, and how one gets onto a slide."""
    folder = made.delivered[0].files[0].parent
    names = ", ".join(clip.files[0].name for clip in made.delivered)
    return (
        f"\n{len(made.delivered)} clip{'s' * (len(made.delivered) > 1)} in {folder}: {names}\n"
        "On a slide: PowerPoint: Insert > Video > This Device. Keynote: drag the file onto the slide. "
        "Google Slides: upload it to Drive, then Insert > Video.\n"
        "After a change, render again: the names stay, so a linked video is up to date."
    )
