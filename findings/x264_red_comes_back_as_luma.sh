#!/bin/sh
# PyAV 18.1.0 (x264 and FFmpeg's H.264 decoder): lossless RGB that is tagged as BT.709 comes back with other colours.
#
# What surprised: libx264rgb encodes red, green and blue as three planes, bit by bit as they are. That they are no luma
# and chroma is told by nothing but the matrix in the stream's header, which has a code for RGB. Whoever tags all streams
# alike, as BT.709, overwrites that code without a word of warning from encoder or muxer; the decoder then
# calls the same three planes luma and chroma, and (200, 100, 50) is shown as another colour, in a file that is called lossless.
# Untagged it is right, so tagging it, which is good for every other encoder, is what breaks it.
#
# Why it matters to our users: RGB without loss is the obvious way to keep pictures of which a GIF is made.
# What the product does: it keeps them in 4:4:4 luma and chroma, of half the size, and tags those.
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

COLOUR = 200, 100, 50
found = {}
for tagged in (False, True):
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as output:
        stream = output.add_stream("libx264rgb", rate=10, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "rgb24"
        if tagged:
            context = stream.codec_context
            context.color_primaries = context.color_trc = context.colorspace = 1
        frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), COLOUR, np.uint8), "rgb24")
        frame.pts, frame.time_base = 0, Fraction(1, 10)
        output.mux([*stream.encode(frame), *stream.encode()])
    with av.open(io.BytesIO(buffer.getvalue())) as source:
        frame = next(source.decode(video=0))
        found[tagged] = frame.format.name, tuple(frame.to_ndarray(format="rgb24")[20, 20].tolist())
    print("tagged as BT.709:", tagged, "->", *found[tagged])
right, wrong = found[False], found[True]
sys.exit(0 if right == ("gbrp", COLOUR) and wrong[0].startswith("yuv") and wrong[1] != COLOUR else 1)
PYTHON
