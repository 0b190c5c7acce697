#!/bin/sh
# Manim 0.22.0: `save_sections = True` in manim.cfg makes every still impossible, and a file named by -c replaces manim.cfg.
#
# What surprised: save_sections says that, beside the film, each section is written as a video. In a folder whose manim.cfg
# says so, `manim -s` and `manim --format png` do not leave the sections out, as they leave out the film: they raise
# "Section output requires a video output format" before the first animation, for every scene. There is no option that
# switches sections off again on the command line. `--format gif` is let through, and writes its sections as MP4.
# And -c, which once was the background colour, names a configuration file; that is read in place of the folder's own
# manim.cfg and not after it, so a file with nothing but a colour also forgets what the folder says otherwise.
#
# Why it matters to our users: the clips are ordinary Manim scenes, and who knows Manim types -s first.
# What the product does: manim.cfg does not ask for sections, which `--save_sections` brings; manim-light.cfg repeats all.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check manim==0.22.0
cd "$folder"
printf '[CLI]\nsave_sections = True\nmedia_dir = ./own\nverbosity = ERROR\nprogress_bar = none\n' > manim.cfg
printf '[CLI]\nbackground_color = #FFFFFF\nverbosity = ERROR\nprogress_bar = none\n' > other.cfg
cat > scene.py <<'PYTHON'
from manim import Circle, Create, Scene


class Ring(Scene):
    def construct(self):
        self.next_section("one")
        self.play(Create(Circle()), run_time=0.4)
PYTHON
manim() { venv/bin/manim render -r 64,36 --fps 5 "$@" scene.py Ring > log 2>&1; }
venv/bin/manim --version
manim -s && { echo "changed: -s works"; exit 1; }
echo "-s: $(grep -o 'Section output requires.*' log)"
grep -q "Section output requires a video output format" log
manim --format png && { echo "changed: --format png works"; exit 1; }
echo "--format png: $(grep -o 'Section output requires.*' log)"
manim --format gif
echo "--format gif: $(find own -path '*sections*' -name '*.mp4' | wc -l) section(s) as MP4"
test "$(find own -path '*sections*' -name '*.mp4' | wc -l)" = 1
manim -s -c other.cfg
echo "-s -c other.cfg: the picture is in $(find own media -name 'Ring*.png')"
test -n "$(find media -name 'Ring*.png')"
echo "as described"
