#!/bin/sh
# PyAV 18.1.0 (FFmpeg): ProRes 4444 with opacity, copied packet by packet, calls itself ProRes 422 HQ, which has none.
#
# What surprised: all kinds of ProRes are one codec to FFmpeg, and the kind is told by four letters in the container.
# add_stream_from_template leaves the letters out, and the muxer takes the first kind of its list, apch. The frames in
# the file are still 4:4:4 with opacity, and FFmpeg shows them so, reporting profile HQ in the same breath. A program
# that chooses its decoder, or its pixels, by the letters gets what cannot be right, and shows an opaque or no picture.
#
# Why it matters to our users: a transparent clip for Keynote was joined of its beats by copying packets.
# What the product does: a MOV is encoded as a whole when it is delivered; a test reads the letters of the joined file.
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


def entry(content):
    with av.open(io.BytesIO(content)) as source:
        context = source.streams.video[0].codec_context
        return context.codec_tag, context.profile, next(source.decode(video=0)).format.name


def written(copy=None, tag=False):
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mov") as output:
        if copy is None:
            stream = output.add_stream("prores_ks", rate=10, options={"profile": "4", "alpha_bits": "16"})
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuva444p10le"
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 4), 128, np.uint8), "rgba").reformat(format="yuva444p10le")
            frame.pts, frame.time_base = 0, Fraction(1, 10)
            output.mux([*stream.encode(frame), *stream.encode()])
        else:
            with av.open(io.BytesIO(copy)) as source:
                template = source.streams.video[0]
                stream = output.add_stream_from_template(template)
                if tag:
                    stream.codec_context.codec_tag = template.codec_context.codec_tag
                for packet in source.demux(template):
                    if packet.dts is not None:
                        packet.stream = stream
                        output.mux(packet)
    return buffer.getvalue()


whole = written()
for name, content in (("encoded", whole), ("copied", written(whole)), ("copied with its tag", written(whole, tag=True))):
    print(f"{name:20}", *entry(content))
one, other, mended = entry(whole), entry(written(whole)), entry(written(whole, tag=True))
sys.exit(0 if (one[0], other[0], mended[0]) == ("ap4h", "apch", "ap4h") and "yuva" in other[2] else 1)
PYTHON
