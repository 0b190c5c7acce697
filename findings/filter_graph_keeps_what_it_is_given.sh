#!/bin/sh
# PyAV 18.1.0: a filter graph does no work when it is given a frame, and keeps all of them until it is asked for one.
#
# What surprised: push looks like handing a frame to a filter, and the obvious loop, push all and then pull all, is right
# for a decoder or an encoder, which work as they are fed. A graph only queues: a hundred pictures pushed into a filter that
# needs one at a time are a hundred pictures in memory. With palettegen, which puts nothing out before
# the end, nobody would think of pulling in between; but only the pull, which finds nothing (BlockingIOError), makes it
# take in what was pushed and let it go.
#
# Why it matters to our users: a GIF of a minute in full HD took more memory than a laptop has.
# What the product does: it asks the graph after each frame.
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


def held():
    (line,) = [line for line in open("/proc/self/status") if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def grown(ask):
    """Megabytes that 100 pictures of 720p take in palettegen; with ask, it is asked for a frame after each."""
    graph = av.filter.Graph()
    source = graph.add("buffer", "video_size=1280x720:pix_fmt=bgra:time_base=1/10")
    middle, sink = graph.add("palettegen"), graph.add("buffersink")
    source.link_to(middle)
    middle.link_to(sink)
    graph.configure()
    before = held()
    for number in range(100):
        frame = av.VideoFrame(1280, 720, "bgra")
        np.frombuffer(frame.planes[0], np.uint8)[:] = number
        frame.pts = number
        source.push(frame)
        if ask:
            try:
                sink.pull()
            except BlockingIOError:
                pass
    return held() - before


asked, unasked = grown(True), grown(False)
print(f"100 pictures of 3.7 MB: {asked:.0f} MB when asked after each, {unasked:.0f} MB when not")
sys.exit(0 if asked < 40 and unasked > 250 else 1)
PYTHON
