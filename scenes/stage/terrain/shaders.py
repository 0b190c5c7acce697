"""What the graphics library runs for a terrain: the ground, flat faces, ribbons and discs.

Colours come out multiplied by their opacity, as the picture wants them. Ribbons and discs are flat shapes in pixels,
pulled a little towards the eye, and their rims are smoothed by distance; so a path has the same thickness everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

#: The ground: banded like the map, lit from the left above where it is not a map. `band` tells in which band a place
#: lies, with fractions; levels are its whole numbers. What can be known at the corners of a facet is computed there,
#: and there are no tables: on a processor it is the work for each pixel that counts, and looking up most of all. So
#: the colours are written into the program, too (`ground_fragment`): as uniforms they would double its time.
GROUND_VERTEX = """
#version 330
uniform mat4 to_clip;
uniform mat3 to_eye;
uniform float rise;
uniform float flattened;
uniform float flat_at;
uniform vec3 light;
uniform vec3 halfway;      // between the light and the eye
uniform vec4 shading;      // how much light counts, darkest, brightest, gleam
uniform float wall;        // 1 for a wall, which is a little darker and does not gleam
in vec3 place;
in float band_here;
in vec2 slope;
out float band;
out vec2 lit;              // the colour times x, plus y
void main() {
    gl_Position = to_clip * vec4(place.xy, mix(place.z * rise, flat_at, flattened), 1.0);
    band = band_here;
    vec3 normal = normalize(to_eye * vec3(-slope * rise * (1.0 - flattened), 1.0));
    float facing = 0.5 + 0.5 * dot(normal, light);
    float strength = mix(shading.y, shading.z, facing * facing) * (1.0 - 0.15 * wall);
    float gleam = pow(max(dot(normal, halfway), 0.0), 24.0) * shading.w * (1.0 - wall);
    lit = mix(vec2(1.0, 0.0), vec2(strength, gleam), shading.x);
}
"""

GROUND_FRAGMENT = """
#version 330
const vec3 ramp[7] = RAMP; // the lowest colour, and the steps from each to the next
const vec3 line_color = LINE_COLOR;
uniform float last_band;
uniform float stretch;     // steps of the ramp to a band
uniform vec2 line;         // half its width in pixels and a half; the most that it covers
uniform float line_from;   // the lowest level that is drawn; round those below it colours run into each other
uniform float opacity;
in float band;
in vec2 lit;
out vec4 color;
void main() {
    float nearest = clamp(floor(band + 0.5), 1.0, last_band);
    vec2 steep = vec2(dFdx(band), dFdy(band));
    float per_pixel = inversesqrt(max(dot(steep, steep), 1e-18));
    float pixels = (band - nearest) * per_pixel;
    bool banded = nearest >= line_from;
    float share = (nearest - 1.0 + clamp((banded ? pixels : band - nearest) + 0.5, 0.0, 1.0)) * stretch;
    vec3 base = ramp[0] + ramp[1] * min(share, 1.0) + ramp[2] * clamp(share - 1.0, 0.0, 1.0)
        + ramp[3] * clamp(share - 2.0, 0.0, 1.0) + ramp[4] * clamp(share - 3.0, 0.0, 1.0)
        + ramp[5] * clamp(share - 4.0, 0.0, 1.0) + ramp[6] * max(share - 5.0, 0.0);
    float cover = clamp(line.x - abs(pixels), 0.0, 1.0) * clamp(per_pixel - 1.5, 0.0, 1.0);
    cover = banded ? cover * line.y : 0.0;
    color = vec4(mix(base, line_color, cover) * lit.x + lit.y, 1.0) * opacity;
}
"""


def ground_fragment(ramp: npt.ArrayLike, line_color: npt.ArrayLike) -> str:
    """The ground's program with its colours: those of the ramp (7, 3), from low to high, and that of the lines (3,)."""
    rows = np.asarray(ramp, dtype="f4")
    steps = _listed("vec3", (_listed("vec3", row) for row in np.concatenate([rows[:1], np.diff(rows, axis=0)])), "[7]")
    return GROUND_FRAGMENT.replace("LINE_COLOR", _listed("vec3", np.asarray(line_color))).replace("RAMP", steps)


def _listed(kind: str, parts: Iterable[object], count: str = "") -> str:
    return f"{kind}{count}({', '.join(map(str, parts))})"


#: Flat faces of one colour: the plate under the ground, a plane through it.
FACE_VERTEX = """
#version 330
uniform mat4 to_clip;
in vec3 place;
void main() { gl_Position = to_clip * vec4(place, 1.0); }
"""

FACE_FRAGMENT = """
#version 330
uniform vec4 paint;
out vec4 color;
void main() { color = vec4(paint.rgb, 1.0) * paint.a; }
"""

#: Ribbons: segments between two places, drawn up to the step `now`, thick `half_width` pixels to each side.
RIBBON_VERTEX = """
#version 330
uniform mat4 to_clip;
uniform vec2 half_size;   // of the picture, in pixels
uniform float half_width;
uniform float bias;
uniform float rise;
uniform vec2 span;        // the steps that are drawn
uniform float pointed;    // the head of an arrow: from its width to a point
in vec4 from;             // place and step
in vec4 to;
out vec2 at;
out float stretch;
void main() {
    float length_in_steps = max(to.w - from.w, 1e-6);
    float first = clamp((span.x - from.w) / length_in_steps, 0.0, 1.0);
    float last = clamp((span.y - from.w) / length_in_steps, 0.0, 1.0);
    vec3 start = mix(from.xyz, to.xyz, first), end = mix(from.xyz, to.xyz, last);
    vec4 a = to_clip * vec4(start.xy, start.z * rise, 1.0), b = to_clip * vec4(end.xy, end.z * rise, 1.0);
    vec2 pa = a.xy / a.w * half_size, pb = b.xy / b.w * half_size;
    float gap = length(pb - pa);
    vec2 along = gap > 1e-6 ? (pb - pa) / gap : vec2(1.0, 0.0);
    vec2 aside = vec2(-along.y, along.x);
    float rim = half_width + 1.0, beyond = pointed > 0.5 ? 1.0 : rim;
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    at = vec2(mix(-beyond, gap + beyond, corner.x), mix(-rim, rim, corner.y));
    stretch = gap;
    vec2 pixel = pa + along * at.x + aside * at.y;
    float deep = mix(a.z / a.w, b.z / b.w, corner.x) - bias;
    gl_Position = (last <= first) ? vec4(2.0, 2.0, 2.0, 1.0) : vec4(pixel / half_size, deep, 1.0);
}
"""

RIBBON_FRAGMENT = """
#version 330
uniform vec4 paint;
uniform float half_width;
uniform float butt;       // ends are cut straight, so that faint pieces do not overlap
uniform float pointed;
in vec2 at;
in float stretch;
out vec4 color;
void main() {
    float beyond = max(max(-at.x, at.x - stretch), 0.0);
    if (butt > 0.5 && beyond > 0.0) discard;
    float inside = half_width + 0.5 - length(vec2(beyond, at.y));
    if (pointed > 0.5) {
        vec2 flank = normalize(vec2(half_width, max(stretch, 1e-3)));
        inside = 0.5 + min(at.x, (half_width - abs(at.y)) * flank.y - at.x * flank.x);
    }
    float cover = clamp(inside, 0.0, min(1.0, 2.0 * half_width));
    if (cover <= 0.0) discard;
    color = vec4(paint.rgb, 1.0) * (paint.a * cover);
}
"""

#: Discs round places, up to the step `now`: a rim round a face, which may be shaded like a ball.
DISC_VERTEX = """
#version 330
uniform mat4 to_clip;
uniform vec2 half_size;
uniform float radius;
uniform float bias;
uniform float rise;
uniform float lift;
uniform vec2 span;
in vec4 center;           // place and step
out vec2 at;
void main() {
    vec4 middle = to_clip * vec4(center.xy, center.z * rise + lift, 1.0);
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    at = corner * (radius + 1.0);
    vec2 pixel = middle.xy / middle.w * half_size + at;
    bool shown = center.w >= span.x && center.w <= span.y && radius > 0.0;
    gl_Position = shown ? vec4(pixel / half_size, middle.z / middle.w - bias, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
}
"""

DISC_FRAGMENT = """
#version 330
uniform vec4 paint;
uniform vec3 rim_color;
uniform float rim;        // its width in pixels
uniform float radius;
uniform float roundness;
in vec2 at;
out vec4 color;
void main() {
    float away = length(at);
    float cover = clamp(radius + 0.5 - away, 0.0, 1.0);
    if (cover <= 0.0) discard;
    float inner = radius - rim;
    vec2 tilt = at / max(inner, 1.0);
    float bulge = sqrt(max(0.0, 1.0 - dot(tilt, tilt)));
    float lit = dot(vec3(tilt, bulge), normalize(vec3(-0.5, -0.65, 0.6)));
    vec3 face = paint.rgb * mix(1.0, 0.72 + 0.36 * max(lit, 0.0), roundness);
    face += roundness * 0.35 * pow(max(lit, 0.0), 14.0);
    color = vec4(mix(rim_color, face, clamp(inner + 0.5 - away, 0.0, 1.0)), 1.0) * (cover * paint.a);
}
"""
