"""A beat that several film at a time, each some of its stretches, is one beat again: the same, to the byte.

Nobody knows before how long a beat is, so the last of its parts goes on to the end, wherever that is; if it comes
sooner than was thought, a part has no frames.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from clips.job import Beat, Span


def are_whole(spans: Sequence[Span]) -> bool:
    """Whether spans, in any order, are all of a beat.

    >>> are_whole([Span(8), Span(0, 8)]), are_whole([Span(0, 8), Span(16)])
    (True, False)
    """
    order = sorted(spans, key=lambda span: span.start)
    follow = all(before.stop == span.start for before, span in pairwise(order))
    return bool(order) and order[0].start == 0 and follow and order[-1].stop is None


def put_together(parts: Mapping[Span, Beat]) -> Beat:
    """The beat of its parts; what there is to know of it knows the last one, which has seen it to its end."""
    from clips.filming.stretches import join_stretches  # needs FFmpeg: most of the time nothing is to be filmed

    order = [parts[span] for span in sorted(parts, key=lambda span: span.start)]
    return replace(
        order[-1],
        frames=sum(part.frames for part in order),
        video=join_stretches([part.video for part in order if part.frames]),
        seconds=sum(part.seconds for part in order),
    )
