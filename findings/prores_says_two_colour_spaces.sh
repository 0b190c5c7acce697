#!/bin/sh
# PyAV 18.1.0 (FFmpeg's prores_ks): a MOV whose container says BT.709, and whose every picture says "unspecified".
#
# What surprised: primaries, transfer and matrix are set on the encoder, as for every other one. They reach the
# container's colr atom. But the header of a ProRes picture has fields of its own for them (SMPTE RDD 36), and this
# encoder fills them from each frame that it is given, not from what it was set up with. A decoder believes the picture:
# the file comes back as unspecified, and a program may then choose BT.601, with other greens and reds. H.264 and VP9 of the
# same program say what the encoder was told.
#
# Why it matters to our users: the colours of a clip mean something, and must be those of the slide beside it.
# What the product does: it says the colours of every frame, too, and a test reads the pictures' headers.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check av==18.1.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import io
import sys
from fractions import Fraction

import av
import numpy as np

print("av", av.__version__, "libavcodec", av.library_versions["libavcodec"])


def written(name, pixels, say):
    """A file of one frame; with say, the frame itself says its colours, too."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mov") as output:
        stream = output.add_stream(name, rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pixels
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = 1
        frame = av.VideoFrame(64, 48, pixels)
        for plane in frame.planes:
            np.frombuffer(plane, np.uint8)[:] = 64
        frame.pts, frame.time_base = 0, Fraction(1, 10)
        if say:
            frame.color_primaries = frame.color_trc = frame.colorspace = 1
        output.mux([*stream.encode(frame), *stream.encode()])
    return buffer.getvalue()


def told(content):
    at = content.index(b"colr") + 4
    container = tuple(int.from_bytes(content[at + k : at + k + 2], "big") for k in (4, 6, 8))
    with av.open(io.BytesIO(content)) as source:
        frame = next(source.decode(video=0))
    return container, (int(frame.color_primaries), int(frame.color_trc), int(frame.colorspace))


found = {}
for name, pixels in (("libx264", "yuv420p"), ("prores_ks", "yuv422p10le")):
    for say in (False, True):
        found[name, say] = told(written(name, pixels, say))
        print(f"{name:10} frames say their colours: {say!s:5}  container, picture:", *found[name, say])
good, bad = ((1, 1, 1), (1, 1, 1)), ((1, 1, 1), (2, 2, 2))
expected = {("libx264", False): good, ("libx264", True): good, ("prores_ks", False): bad, ("prores_ks", True): good}
sys.exit(0 if found == expected else 1)
PYTHON
