"""Decoded frames: the oracle for everything that ends as video."""

from __future__ import annotations

from io import BytesIO

import av
import numpy as np


def frames_of(video: bytes) -> np.ndarray:
    """All frames of a video as (n, height, width, 3) pixels."""
    with av.open(BytesIO(video)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])
