"""What filming costs: against size, length and the number of workers; and what a cluster would take for the lecture.

    python benchmarks/costs.py [size] [length] [workers] [model]

Ratios within one run. Size and length are told in seconds of processors, less what building the scene takes, which are
the same on a busy machine; workers in seconds of the clock. The model (`scaling.py`) plays the jobs that the plan would
make of the lecture at 2160p60, from what a draft took, which is rendered first: with and without beats in parts.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from math import log
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.scaling import House, Making, Task, first_waste, making  # noqa: E402
from clips.filming.cluster import Cluster  # noqa: E402
from clips.filming.parts import put_together  # noqa: E402
from clips.filming.pool import Crew, Outcome, Pool, Report, Work  # noqa: E402
from clips.filming.stretches import join_stretches  # noqa: E402
from clips.filming.work import perform  # noqa: E402
from clips.job import Beat, Film, Job, Span  # noqa: E402
from clips.keeping.costs import BY_RATE, BY_SIZE, Costs  # noqa: E402
from clips.keeping.plan import Plan, claim, examine, jobs_of, plan_of  # noqa: E402
from clips.keeping.records import recipe_of  # noqa: E402
from clips.keeping.store import Store  # noqa: E402
from clips.lecture.reading import read_lecture  # noqa: E402
from clips.making.deliver import deliver  # noqa: E402
from clips.making.shelf import Shelf  # noqa: E402
from clips.making.wishes import wishes_of  # noqa: E402
from clips.profile import Profile, make_profile  # noqa: E402
from clips.sources import Sources  # noqa: E402

SIZES = ("480p15", "480p60", "720p60", "1080p60", "1440p60", "2160p60")
KINDS = {"flat": ("u_turn", "in_and_out"), "terrain": ("u_turn_3d", "in_and_out")}
BEGIN = 4  # seconds into a beat where all moves
LENGTHS = (2, 4, 8, 16)  # seconds
ROUNDS = 2
Made = TypeVar("Made")
FINAL = make_profile("2160p60")
CLUSTERS = (8, 32, 128)

# Size and length ------------------------------------------------------------------------------------------------------


def used(act: Callable[[], Made]) -> tuple[float, Made]:
    """Seconds of processors that something takes in this process, and what it makes."""
    before = time.process_time()
    made = act()
    return time.process_time() - before, made


def processor(job: Job) -> tuple[float, Film]:
    return used(lambda: perform(job))


def drawn(kind: str, profile: Profile, seconds: float) -> tuple[float, Beat]:
    """What so many seconds of a beat take, less what comes before them; and they themselves."""
    clip, beat = KINDS[kind]
    first, count = BEGIN * profile.stretch // 4, round(seconds * profile.rate)
    job = Job(clip, {}, profile, (beat,), span=Span(first, first + count))
    nothing, _ = processor(replace(job, span=Span(first, first)))
    took, film = processor(job)
    return took - nothing, film.beats[0]


def sizes() -> None:
    """A second of video in each size, beside the draft's; and by which powers of pixels and of rate it grows."""
    print("\nsize: ms of processors a frame, a second of video beside a draft's, and its kB")
    for kind in KINDS:
        drawn(kind, make_profile(SIZES[0]), 1)  # whatever is made once
        rounds = [{size: drawn(kind, make_profile(size), 2) for size in SIZES} for _ in range(ROUNDS)]
        for size in SIZES:
            rate = float(make_profile(size).rate)
            ratio = median(one[size][0] / one[SIZES[0]][0] for one in rounds)
            frame = median(one[size][0] / 2 / rate for one in rounds)
            kilobytes = len(rounds[0][size][1].video) / 2000
            print(f"{kind:10}{size:>10}{1000 * frame:10.1f}{ratio:10.1f}{kilobytes:10.0f}", flush=True)
        draft, fast, final = ((make_profile(n), median(o[n][0] for o in rounds)) for n in (*SIZES[:2], SIZES[-1]))
        print(f"{kind:10}pixels to the power of {power(fast, final, pixels):.2f}, ", end="")
        print(f"rate to the power of {power(draft, fast, lambda profile: float(profile.rate)):.2f}")
    print(f"the plan reckons with {BY_SIZE} and {BY_RATE}")


def power(low: tuple[Profile, float], high: tuple[Profile, float], of: Callable[[Profile], float]) -> float:
    """By which power of something a cost grows, from one profile to another."""
    return log(high[1] / low[1]) / log(of(high[0]) / of(low[0]))


def pixels(profile: Profile) -> float:
    return profile.width * profile.height


def lengths() -> None:
    """So many seconds of a beat, beside the shortest; then to join them."""
    print("\nlength: seconds of processors beside those of 2 s, at 480p60; and to join 15 times as much at 2160p60")
    profile = make_profile("480p60")
    drawn("flat", profile, 1)  # whatever is made once
    took = {length: median(drawn("flat", profile, length)[0] for _ in range(ROUNDS)) for length in LENGTHS}
    sample = drawn("flat", FINAL, LENGTHS[0])[1].video
    for length in LENGTHS:
        joined, _ = used(lambda: join_stretches([sample] * (15 * length // 2)))  # noqa: B023
        print(f"{length:6} s{took[length]:10.2f} s{took[length] / took[2]:10.1f}{joined:12.2f} s", flush=True)


def timed(act: Callable[[], Any]) -> float:
    """Seconds of the clock, the least of several."""
    return min(_once(act) for _ in range(ROUNDS))


def _once(act: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


# Workers --------------------------------------------------------------------------------------------------------------

DRAFT = make_profile("l")
LITTLE = [Job(clip, {}, DRAFT) for clip in ("gentle_slope", "u_turn", "update_rule", "saddle")]


def nothing(_: Job, report: Report) -> bytes:
    report("", 1)
    return b""


def finished(crew: Crew, jobs: Sequence[Job], work: Work) -> list[Outcome]:
    """What comes of jobs, all of which must go well."""
    outcomes = [event for event in crew.run(jobs, work) if isinstance(event, Outcome)]
    if failed := next((outcome for outcome in outcomes if outcome.error), None):
        raise SystemExit(f"{failed.error}\n{failed.details}")
    return outcomes


@contextmanager
def on_loopback(workers: int, room: Path) -> Iterator[str]:
    """A scheduler and so many workers, in processes of their own; its address."""
    dask, place = Path(sys.executable).with_name("dask"), room / "scheduler.json"
    words = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0", "--scheduler-file", str(place))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    start = partial(subprocess.Popen, cwd=room, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    processes = [start([dask, "scheduler", "--port", "0", *words])]
    try:
        while not place.exists() or not place.read_text():
            time.sleep(0.1)
        processes.append(start([dask, "worker", "--nworkers", str(workers), "--nthreads", "1", *words]))
        yield _address(place)
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def _address(place: Path) -> str:
    import json

    return str(json.loads(place.read_text())["address"])


def told(name: str, crew: Crew) -> float:
    """Fill a crew, let it do nothing often and then film; seconds that it films."""
    from benchmarks import costs  # the module as other processes import it

    finished(crew, LITTLE, costs.nothing)
    idle = [replace(LITTLE[0], name=f"{number}") for number in range(50)]
    a_job = timed(lambda: finished(crew, idle, costs.nothing)) / len(idle)
    filming = _once(lambda: finished(crew, LITTLE, perform))
    print(f"{name:16}{1000 * a_job:10.1f} ms a job{filming:10.1f} s", flush=True)
    return filming


def workers() -> None:
    """What a job takes that does nothing, and four clips as drafts: in processes here, and on a cluster on loopback."""
    print("\nworkers: overhead, and four drafts")
    filmed = perform(LITTLE[0])
    there, back = (len(pickle.dumps(parcel)) for parcel in (LITTLE[0], filmed))
    print(f"of {LITTLE[0].clip}, {there} bytes go there, {back / 1e6:.2f} MB come back")
    took = []
    for size in (1, 2):
        with Pool(size) as pool:
            took.append(told(f"processes {size}", pool))
    print(f"two processes are {took[0] / took[1]:.2f} times as fast as one")
    in_parts()
    sources = Sources()
    with TemporaryDirectory() as room, on_loopback(4, Path(room)) as address:
        for most in (1, 2, 4):
            with Cluster(address, sources, most) as cluster:
                while cluster.size < most:
                    time.sleep(0.1)
                told(f"dask {most}", cluster)


def in_parts() -> None:
    """One long beat at 720p30: filmed by one process, and by two, each stretch for itself."""
    clip, beat = KINDS["terrain"]
    job = Job(clip, {}, make_profile("m"), (beat,))
    perform(job)  # whatever is made once
    at_once, film = processor(job)
    whole = film.beats[0]
    cuts = range(0, whole.frames, job.profile.stretch)
    jobs = [replace(job, span=Span(*ends)) for ends in zip(cuts, [*cuts[1:], None], strict=True)]
    more = sum(processor(part)[0] for part in jobs) / at_once
    with Pool(2) as pool:
        alone = timed(lambda: finished(pool, [job], perform))
        together = timed(lambda: finished(pool, jobs, perform))
        parts = {one.job.span: one.result.beats[0] for one in finished(pool, jobs, perform)}
    same = put_together(parts).video == whole.video
    print(f"a beat of {whole.frames / 30:.0f} s filmed in {alone:.1f} s, in parts in {together:.1f} s", end="")
    print(f", {alone / together:.2f} times as fast, with {more:.2f} times the processors' time", end="")
    print(f"; the bytes are {'the same' if same else 'others'}", flush=True)


# The model ------------------------------------------------------------------------------------------------------------


class Uncut(Costs):
    """Costs by which the plan cuts no beat."""

    def is_known(self, clip: str, beat: str) -> bool:  # noqa: ARG002
        return False


@dataclass(frozen=True)
class Lecture:
    """All clips as the plan sees them in their final size, after a draft."""

    plans: Sequence[Plan]
    store: Store

    def tasks(self, workers: int, costs: Costs) -> list[Task]:
        """The jobs that the plan makes of it, and what they take."""
        return [Task(job.called, costs.seconds(job)) for job in jobs_of(claim(self.plans, self.store), workers, costs)]


def drafted(room: Path) -> Lecture:
    """Render the draft in an empty cache, and learn what passing over each beat takes."""
    command = [sys.executable, "render.py", "-q", "l", "-o", str(room / "clips"), "--quiet"]
    environment = {**os.environ, "MOMENTUM_CACHE": str(room / "cache")}
    took = _once(partial(subprocess.run, command, cwd=ROOT, env=environment, check=True))
    print(f"\nmodel: the draft took {took:.0f} s", flush=True)
    store, sources = Store(room / "cache"), Sources(memory=room / "cache" / "sources.json")
    wishes = wishes_of(read_lecture(ROOT / "lecture.toml"), (), {}, FINAL, room / "final")
    verdicts = [examine(wish, sources) for wish in wishes]
    plans = [plan_of(verdict, tale, store) for verdict in verdicts if (tale := store.tale(verdict.recipe.tale_key))]
    for plan in plans:
        last = replace(plan.wish.job(plan.tale.beats[-1:]), profile=DRAFT, span=Span(1, 1))
        store.charge(Film(plan.wish.clip, (), perform(last).skipped), DRAFT)
    return Lecture(plans, store)


def house(lecture: Lecture, sample: Beat, room: Path) -> House:
    """What the process that hands out takes: with beats of this sample, as long as those of the lecture."""
    costs, plan = Costs(lecture.store), lecture.plans[0]
    beats = [replace(sample, name=beat, poster=b"a picture") for beat in plan.tale.beats]
    second = timed(lambda: deliver(plan, beats)) / len(beats) / (sample.frames / float(FINAL.rate))
    length = {
        p.wish.name: sum(costs.beat(p.wish.clip, beat, FINAL).length for beat in p.tale.beats) for p in lecture.plans
    }
    return House(start(), intake(plan, sample, room), {name: second * seconds for name, seconds in length.items()})


def intake(plan: Plan, beat: Beat, room: Path) -> float:
    """Seconds to take in a job: to see that the sources are the same, and to keep its beat twice."""
    shelf, store, sources = Shelf(room), Store(room / "other"), Sources()

    def take() -> None:
        recipe_of(plan.wish, sources.afresh())
        for whole in shelf.take_in(plan.wish.job(), Film(plan.wish.clip, (beat,))):
            store.put("base", whole, plan.values)

    return timed(take)


def start() -> float:
    """Seconds until a process has begun to work."""
    from benchmarks import costs

    def begin() -> None:
        with Pool(1) as pool:
            finished(pool, LITTLE[:1], costs.nothing)

    return timed(begin)


def model() -> None:
    """The lecture at 2160p60 on clusters, without and with beats that are filmed in parts."""
    with TemporaryDirectory() as folder:
        room = Path(folder)
        lecture = drafted(room)
        second = drawn("flat", FINAL, 2)[1]
        beat = replace(second, video=join_stretches([second.video] * 5), frames=5 * second.frames)
        found = house(lecture, beat, room)
        print(
            f"a worker begins after {found.start:.1f} s, a job is taken in in {1000 * found.intake:.0f} ms, "
            f"all clips are delivered in {sum(found.delivery.values()):.1f} s"
        )
        for name, costs in (("whole", Uncut(lecture.store)), ("in parts", Costs(lecture.store))):
            _tell(name, lambda count: making(lecture.tasks(count, costs), count, found))  # noqa: B023


def _tell(name: str, made: Callable[[int], Making]) -> None:
    for result in map(made, (1, *CLUSTERS)):
        bounds = ", ".join(f"{what} {seconds:.0f} s" for what, seconds in result.bounds.items())
        print(f"{name:10}{result.workers:5} workers{result.seconds:9.0f} s, {result.share:4.0%} work; {bounds}")
    if waste := first_waste(map(made, (2**number for number in range(12)))):
        print(f"{name:10}{waste.workers:5} workers are idle for more than half of the time: {waste.limit}", flush=True)


PARTS = {"size": sizes, "length": lengths, "workers": workers, "model": model}


def main(*wanted: str) -> None:
    begun = time.perf_counter()
    for name in wanted or PARTS:
        PARTS[name]()
    print(f"\n{time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
