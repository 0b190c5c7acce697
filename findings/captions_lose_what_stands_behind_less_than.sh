#!/bin/sh
# pysubs2 1.8.1 and webvtt-py 0.6.0: a "less than" in a subtitle swallows words when SubRip is made into WebVTT.
#
# What surprised: WebVTT writes `<` as `&lt;`, for what follows a bare `<` is a tag up to the next `>`; SubRip writes it as
# it is. Both libraries copy the text from one format into the other letter by letter. So from "stable if η < 2/λ and the
# share γ > 0" they make a file in which a browser, and ttconv, which reads as the standard says, see "stable if η 0":
# another sentence, and no warning. The other way round, the SubRip file says "η &lt; 2/λ" on screen. pycaption 2.3.14
# translates both ways.
#
# Why it matters to our users: captions about learning rates are full of `<`. What the product does: it writes both files
# beside each clip, each in its own spelling, so that nobody has to convert; README says not to.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check pysubs2==1.8.1 webvtt-py==0.6.0 pycaption==2.3.14 ttconv==1.2.3
cd "$folder"
venv/bin/python - <<'PYTHON'
import io
import re
import sys
from importlib.metadata import version

import pycaption
import pysubs2
import ttconv.srt.writer
import ttconv.vtt.reader
import webvtt

print(", ".join(f"{name} {version(name)}" for name in ("pysubs2", "webvtt-py", "pycaption", "ttconv")))
SAID, LOST = "It is stable if η < 2/λ and the share γ > 0.", "It is stable if η 0."
SRT = f"1\n00:00:00,000 --> 00:00:04,000\n{SAID}\n"
VTT = "WEBVTT\n\n00:00:00.000 --> 00:00:04.000\n" + SAID.replace("<", "&lt;").replace(">", "&gt;") + "\n"
for name, text in (("said.srt", SRT), ("said.vtt", VTT)):
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)


def written(captions, **form):
    file = io.StringIO()
    captions.write(file, **form)
    return file.getvalue()


def seen(text):
    """What a reader that follows the standard finds in a WebVTT file, its blanks made one."""
    shown = ttconv.srt.writer.from_model(ttconv.vtt.reader.to_model(io.StringIO(text))).splitlines()[2:]
    return re.sub(r"\s+", " ", " ".join(shown)).strip()


to_vtt = {
    "pysubs2": pysubs2.load("said.srt").to_string("vtt"),
    "webvtt-py": written(webvtt.from_srt("said.srt")),
    "pycaption": pycaption.WebVTTWriter().write(pycaption.SRTReader().read(SRT)),
}
to_srt = {
    "pysubs2": pysubs2.load("said.vtt").to_string("srt"),
    "webvtt-py": written(webvtt.read("said.vtt"), format="srt"),
    "pycaption": pycaption.SRTWriter().write(pycaption.WebVTTReader().read(VTT)),
}
print("said:", SAID)
print("the WebVTT file that was written with &lt; is seen as:", seen(VTT))
for name, text in to_vtt.items():
    print(f"SubRip to WebVTT by {name}, seen as:", seen(text))
for name, text in to_srt.items():
    print(f"WebVTT to SubRip by {name}:", " ".join(text.splitlines()[2:]).strip())
as_told = (
    seen(VTT) == seen(to_vtt["pycaption"]) == SAID
    and seen(to_vtt["pysubs2"]) == seen(to_vtt["webvtt-py"]) == LOST
    and "&lt;" in to_srt["pysubs2"]
    and "&lt;" in to_srt["webvtt-py"]
    and SAID in to_srt["pycaption"]
)
sys.exit(0 if as_told else 1)
PYTHON
