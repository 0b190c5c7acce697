"""How long words take to say, known before anybody has said them.

Speech has an even pace in letters, once its numbers are written as words: over the captions of the lecture this holds
to a tenth, for espeak-ng and for hibari. A person speaks more slowly than both, and rests at a stop.
"""

from __future__ import annotations

import re

from clips.voice.numerals import worded

PACE = 14.0  # letters a second, spaces among them: some 150 words a minute, as lecturers speak
REST = 0.3  # seconds at a stop inside of what is said


def speaking_seconds(said: str) -> float:
    """Seconds that a person needs to say what `spoken` made of a caption; 0 for nothing.

    >>> round(speaking_seconds("Momentum turns back and forth across the valley."), 1)
    3.4
    """
    return len(worded(said)) / PACE + REST * len(re.findall(r"[.:;?!](?= )", said))
