#!/bin/sh
# LAME in FFmpeg (PyAV 18.1.0): an MP3 is softer than what was encoded, and by how much depends on its bit rate.
#
# What surprised: a lossy encoder loses detail, not level; AAC and Opus come back within a hundredth of a decibel. An MP3
# of up to 160 kbit/s comes back 0.445 dB softer, at any level and in mono and stereo alike: LAME multiplies the samples by
# 0.95 before it begins, to have room for its own overshoots. At 192 kbit/s it is 0.264 dB, at 256 kbit/s nothing.
#
# Why it matters to our users: the same take, saved twice as MP3, measures differently loud, and neither measures as the
# recording did; who sets a loudness in an audio editor and exports as MP3 has set another.
# What the product does: loudness is measured of what was decoded, never of what was meant; the test that reads each kind
# of file allows MP3 half a decibel.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check av==18.1.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import io
import sys

import av
import numpy as np

print("av", av.__version__, "libavcodec", av.library_versions["libavcodec"])
RATE = 48000
sine = 0.5 * np.sin(2 * np.pi * 997 * np.arange(3 * RATE) / RATE)


def level_after(codec, container, bits):
    """By how many decibels the sine is louder after it was encoded and decoded."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as output:
        stream = output.add_stream(codec, rate=RATE, layout="mono")
        context = stream.codec_context
        context.bit_rate = bits
        context.open()
        frame = av.AudioFrame.from_ndarray(sine.astype(np.float32)[None], format="fltp", layout="mono")
        frame.sample_rate = RATE
        pieces = av.AudioResampler(context.format, context.layout, RATE, frame_size=context.frame_size or None)
        for piece in [*pieces.resample(frame), *pieces.resample(None)]:
            output.mux(stream.encode(piece))
        output.mux(stream.encode(None))
    buffer.seek(0)
    with av.open(buffer) as source:
        heard = np.concatenate([frame.to_ndarray() for frame in source.decode(audio=0)], axis=1)[0]
    middle = heard[RATE : 2 * RATE].astype(float)
    return 20 * np.log10(np.sqrt(2 * np.mean(middle**2)) / 0.5)


mp3 = {kbit: level_after("libmp3lame", "mp3", 1000 * kbit) for kbit in (64, 128, 160, 192, 256)}
others = {"aac": level_after("aac", "mp4", 128000), "opus": level_after("libopus", "ogg", 96000)}
for kbit, decibels in mp3.items():
    print(f"mp3 {kbit} kbit/s: {decibels:+.3f} dB")
for name, decibels in others.items():
    print(f"{name}: {decibels:+.3f} dB")
same = max(abs(decibels) for decibels in others.values()) < 0.02 and abs(mp3[256]) < 0.02
softer = all(abs(mp3[kbit] - 20 * np.log10(0.95)) < 0.01 for kbit in (64, 128, 160)) and -0.3 < mp3[192] < -0.2
sys.exit(0 if same and softer else 1)
PYTHON
