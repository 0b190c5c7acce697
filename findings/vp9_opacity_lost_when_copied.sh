#!/bin/sh
# PyAV 18.1.0 (FFmpeg): a transparent WebM, copied packet by packet, is opaque for every browser, with nothing lost.
#
# What surprised: VP9's opacity lies beside each picture, as side data of its packet, and is copied with it. But that a
# stream has it is said by one element of the container, AlphaMode, and add_stream_from_template hands on what the codec
# says, which says nothing of it. The copy has all the bytes of the opacity; libvpx's decoder still shows it; a browser,
# which looks for AlphaMode, shows a black ground. And whoever checks the copy by decoding it sees no difference: FFmpeg's
# own decoder of VP9, the one that is chosen, decodes either file as opaque yuv420p, the good one as well.
#
# Why it matters to our users: a clip is joined, and cut into slides, by copying packets.
# What the product does: it says AlphaMode of each copy, decodes such streams with libvpx, and its tests look at the
# element in the file and at the page in a browser.
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

SIZE = 64, 48


def written(copy=None, say=False):
    """A transparent WebM; or a copy of one."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="webm") as output:
        if copy is None:
            stream = output.add_stream("libvpx-vp9", rate=10, options={"crf": "10", "b": "0", "lag-in-frames": "0", "auto-alt-ref": "0"})
            stream.width, stream.height, stream.pix_fmt = *SIZE, "yuva420p"
            pixels = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
            pixels[10:30, 10:30] = (255, 160, 30, 255)
            for number in range(5):
                frame = av.VideoFrame.from_ndarray(pixels, "rgba").reformat(format="yuva420p")
                frame.pts, frame.time_base = number, Fraction(1, 10)
                output.mux(stream.encode(frame))
            output.mux(stream.encode())
        else:
            with av.open(io.BytesIO(copy)) as source:
                template = source.streams.video[0]
                stream = output.add_stream_from_template(template)
                if say:
                    stream.metadata["alpha_mode"] = "1"
                for packet in source.demux(template):
                    if packet.dts is not None:
                        packet.stream = stream
                        output.mux(packet)
    return buffer.getvalue()


def told(name, content):
    with av.open(io.BytesIO(content)) as source:
        stream = source.streams.video[0]
        own = next(source.decode(stream)).format.name
        source.seek(0)
        decoder, pictures = av.CodecContext.create("libvpx-vp9", "r"), []
        for packet in source.demux(stream):
            pictures += decoder.decode(packet if packet.dts is not None else None)
    says = b"\x53\xc0\x81\x01" in content  # Matroska's AlphaMode, 1
    print(f"{name}: AlphaMode {says}, default decoder {own}, libvpx {pictures[0].format.name}, {len(content)} bytes")
    return says, own, pictures[0].format.name


whole = written()
found = [told("encoded", whole), told("copied", written(whole)), told("copied, and said", written(whole, say=True))]
expected = [(True, "yuv420p", "yuva420p"), (False, "yuv420p", "yuva420p"), (True, "yuv420p", "yuva420p")]
sys.exit(0 if found == expected else 1)
PYTHON
