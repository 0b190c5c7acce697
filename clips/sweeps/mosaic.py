"""Many clips in one picture, in step: each beat starts at the same moment in every cell.

Videos are streamed, never held decoded: one decoder for each of them, its pictures scaled to the size of a cell in the
clips' own colours and pasted into one frame, which is encoded while the next is made. A cell whose beat is shorter
holds its last picture. Cells that show the same beat share one decoder. Where so many decoders would take too much
memory, the clips are first brought to the size of a cell, some at a time and without loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from clips.filming.board import Board, scaled
from clips.filming.conversion import Pixels
from clips.filming.encoding import BeatEncoder
from clips.filming.joining import join_into
from clips.profile import Profile
from clips.sweeps.cells import Place, Reel, Strand, Take, beat_lengths, takes_of

Watch = Callable[[int, int], None]

DECODER_FRAMES = 6  # pictures that a decoder holds: measured 5.4
ROOM = 256 << 20  # bytes for all decoders that are open at a time
OPEN_FILES = 200  # at most; many systems allow 256
LOSSLESS = {"preset": "ultrafast", "qp": "0"}


# Players --------------------------------------------------------------------------------------------------------------


class _Player:
    """Plays a strand: a picture at each call, as long as there are some."""

    def __init__(self, strand: Strand, cell: tuple[int, int], rate: Fraction) -> None:
        self.strand, self.cell, self.left = strand, cell, strand.frames
        self._container = av.open(str(strand.path))
        stream = self._container.streams.video[0]
        stream.thread_type, stream.codec_context.thread_count = "NONE", 1
        self._pictures = _from(self._container, stream, strand.start / rate)
        self._scaler = VideoReformatter()

    def paste_next(self, board: Board) -> None:
        if self.left:
            self.left -= 1
            picture = scaled(next(self._pictures), self.strand.size, self._scaler)
            board.paste(picture, self.cell, self.strand.copies)

    def close(self) -> None:
        self._container.close()


def _from(container: Any, stream: Any, start: Fraction) -> Iterator[VideoFrame]:
    """The pictures of a video from a time on; beats begin with a key frame, so that nothing is decoded in vain."""
    wanted = round(start / stream.time_base)
    container.seek(wanted, stream=stream)
    return (picture for picture in container.decode(stream) if picture.pts >= wanted)


# Filming --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mosaic:
    """A grid to be filmed: its ground as RGBA pixels, and the clips in their places; `cell` is a picture's size."""

    ground: Pixels
    cells: tuple[tuple[Reel, Place], ...]
    cell: tuple[int, int]
    profile: Profile
    threads: int = 1

    @property
    def lengths(self) -> dict[str, int]:
        return beat_lengths([reel for reel, _ in self.cells])

    @property
    def frames(self) -> int:
        """How long the grid is: its beats are as long as the longest of their kind."""
        return sum(self.lengths.values())

    @property
    def decoders(self) -> int:
        """How many decoders may be open at a time."""
        picture = self.profile.width * self.profile.height * 3 // 2
        return max(1, min(OPEN_FILES, ROOM // (DECODER_FRAMES * picture)))


def film(mosaic: Mosaic, title: str, target: Path, watch: Watch = lambda _done, _whole: None) -> bytes:
    """Write the grid's video to `target`, encoded as a beat is; its last frame as PNG. `watch` hears of frames done."""
    batches, frames = _batches(mosaic), mosaic.frames
    with TemporaryDirectory(dir=target.parent) as scratch:
        steps = [_later(watch, part * frames, (len(batches) + 1) * frames) for part in range(len(batches) + 1)]
        strands = tuple(
            _shrunk(mosaic, batch, Path(scratch, f"{number}.mkv"), steps[number])
            for number, batch in enumerate(batches)
        )
        takes = (Take(frames, strands),) if strands else takes_of(mosaic.cells, mosaic.lengths, mosaic.cell)
        board, profile, whole = Board(mosaic.ground), _profile(mosaic), Path(scratch, "whole.mp4")
        encoder = BeatEncoder(profile, whole)
        with _Ahead(encoder.write_frame) as write:
            for done in _played(takes, board, mosaic):
                write(board.frame())
                steps[-1](done)
        encoder.finish()
        join_into(target, [whole], profile, title)
        return board.png()


def _profile(mosaic: Mosaic) -> Profile:
    height, width = mosaic.ground.shape[:2]
    return replace(mosaic.profile, width=width, height=height, format="mp4")


def _later(watch: Watch, passed: int, whole: int) -> Callable[[int], None]:
    return lambda done: watch(passed + done, whole)


def _played(takes: Sequence[Take], board: Board, mosaic: Mosaic) -> Iterator[int]:
    """Play takes one after the other; the board shows each frame in turn, whose number is yielded."""
    done, rate = 0, mosaic.profile.rate
    with ThreadPoolExecutor(mosaic.threads) as crew:
        for take in takes:
            with ExitStack() as stack:
                players = [stack.enter_context(closing(_Player(one, mosaic.cell, rate))) for one in take.strands]
                shares = [players[start :: mosaic.threads] for start in range(mosaic.threads)]
                for _ in range(take.frames):
                    for _ in crew.map(lambda share: [player.paste_next(board) for player in share], shares):
                        pass
                    done += 1
                    yield done


class _Ahead:
    """Hands frames to an encoder that works on one while the next is made."""

    def __init__(self, write: Callable[[VideoFrame], None]) -> None:
        self._write, self._hand = write, ThreadPoolExecutor(1)
        self._pending: Future[None] | None = None

    def __call__(self, frame: VideoFrame) -> None:
        if self._pending is not None:
            self._pending.result()
        self._pending = self._hand.submit(self._write, frame)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        self._hand.shutdown()
        if self._pending is not None and kind is None:
            self._pending.result()


# Too many for one go --------------------------------------------------------------------------------------------------


def _batches(mosaic: Mosaic) -> list[Sequence[tuple[Reel, Place]]]:
    """The cells in parts that can be decoded at a time; none, if all can."""
    if max(len(take.strands) for take in takes_of(mosaic.cells, mosaic.lengths, mosaic.cell)) <= mosaic.decoders:
        return []
    return [mosaic.cells[at : at + mosaic.decoders] for at in range(0, len(mosaic.cells), mosaic.decoders)]


def _shrunk(mosaic: Mosaic, cells: Sequence[tuple[Reel, Place]], path: Path, watch: Callable[[int], None]) -> Strand:
    """Film some of the cells side by side, without loss and in step; the strand puts them where they belong."""
    width, height = mosaic.cell
    columns = max(1, round((len(cells) * height / width) ** 0.5))
    rows = -(-len(cells) // columns)
    own = [Place(k % columns * width, k // columns * height) for k in range(len(cells))]
    board = Board(np.zeros((rows * height, columns * width, 4), np.uint8))
    takes = takes_of([(reel, place) for (reel, _), place in zip(cells, own, strict=True)], mosaic.lengths, mosaic.cell)
    with av.open(str(path), "w", format="matroska") as container:
        stream: Any = container.add_stream("libx264", rate=mosaic.profile.rate, options=LOSSLESS)
        stream.width, stream.height, stream.pix_fmt = *board.size, "yuv420p"
        stream.codec_context.thread_count = mosaic.threads
        with _Ahead(lambda frame: container.mux(stream.encode(frame))) as write:
            for done in _played(takes, board, mosaic):
                frame = board.frame()
                frame.pts, frame.time_base = done - 1, 1 / mosaic.profile.rate
                write(frame)
                watch(done)
        container.mux(stream.encode())
    copies = tuple((place, target) for place, (_, target) in zip(own, cells, strict=True))
    return Strand(path, 0, mosaic.frames, board.size, copies)
