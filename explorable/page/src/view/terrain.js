/**
 * What the graphics card runs for a surface: the ground in the map's bands, its walls, the paths as ribbons of even
 * width, the balls. Light comes from the derived gradient, not from differences of heights.
 */

/** @typedef {import("./surface.js").Ground} Ground */
/**
 * @typedef {object} Shot a run on the ground; points are x, y, up in turn
 * @property {number[]} color
 * @property {boolean} pale
 * @property {Float32Array} rest the whole path
 * @property {Float32Array} path what was walked
 * @property {Float32Array} ball
 */
/**
 * @typedef {object} Look
 * @property {number[][]} ramp seven colours, from low to high
 * @property {number[]} line
 * @property {number[]} outline
 * @property {number} scale pixels to a CSS pixel
 * @property {[number, number]} turn azimuth and elevation in degrees
 */
/** @typedef {{ draw: (ground: Ground, shots: Shot[], look: Look) => number[][] }} Terrain */

const FOOT = 0.06; // how deep the ground is cut, under its lowest point
const MIDDLE = 0.28; // the height round which everything turns
const BIAS = 0.012; // how much nearer to the eye a path is than the ground under it

const GROUND = {
  vertex: `#version 300 es
uniform mat4 toClip;
uniform mat3 toEye;
in vec3 place;
in vec2 slope;
in float band;
out float height;
out vec2 lit;
void main() {
  gl_Position = toClip * vec4(place, 1.0);
  height = band;
  vec3 normal = normalize(toEye * vec3(-slope, 1.0));
  float facing = 0.5 + 0.5 * dot(normal, normalize(vec3(-0.5, 0.62, 0.6)));
  float gleam = pow(max(dot(normal, normalize(vec3(-0.28, 0.35, 0.9))), 0.0), 24.0) * 0.08;
  lit = vec2(mix(0.55, 1.22, facing * facing), gleam);
}`,
  fragment: `#version 300 es
precision highp float;
uniform vec3 ramp[7];
uniform vec3 lineColor;
uniform float lastBand;
uniform float halfLine;
uniform float wall;
in float height;
in vec2 lit;
out vec4 color;
void main() {
  float nearest = clamp(floor(height + 0.5), 1.0, lastBand);
  float perPixel = inversesqrt(max(dFdx(height) * dFdx(height) + dFdy(height) * dFdy(height), 1e-18));
  float pixels = (height - nearest) * perPixel;
  float share = clamp((nearest - 1.0 + clamp(pixels + 0.5, 0.0, 1.0)) / max(lastBand, 1.0), 0.0, 1.0) * 6.0;
  int low = int(min(floor(share), 5.0));
  vec3 base = mix(ramp[low], ramp[low + 1], share - float(low));
  float cover = clamp(halfLine + 0.5 - abs(pixels), 0.0, 1.0) * clamp(perPixel - 1.5, 0.0, 1.0) * 0.4;
  vec3 ground = mix(base, lineColor, cover) * lit.x + lit.y;
  color = vec4(mix(ground, mix(ramp[2], ramp[3], 0.4) * 0.62, wall), 1.0);
}`,
};

const RIBBON = {
  vertex: `#version 300 es
uniform mat4 toClip;
uniform vec2 halfSize;
uniform float halfWidth;
uniform float bias;
in vec3 start;
in vec3 end;
out vec2 at;
out float stretch;
void main() {
  vec4 a = toClip * vec4(start, 1.0), b = toClip * vec4(end, 1.0);
  vec2 pa = a.xy * halfSize, pb = b.xy * halfSize;
  float gap = length(pb - pa);
  vec2 along = gap > 1e-6 ? (pb - pa) / gap : vec2(1.0, 0.0);
  float rim = halfWidth + 1.0;
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  at = vec2(mix(-rim, gap + rim, corner.x), mix(-rim, rim, corner.y));
  stretch = gap;
  vec2 pixel = pa + along * at.x + vec2(-along.y, along.x) * at.y;
  bool known = gap == gap && gap < 1e6;
  gl_Position = known ? vec4(pixel / halfSize, mix(a.z, b.z, corner.x) - bias, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
}`,
  fragment: `#version 300 es
precision highp float;
uniform vec4 paint;
uniform float halfWidth;
in vec2 at;
in float stretch;
out vec4 color;
void main() {
  float beyond = max(max(-at.x, at.x - stretch), 0.0);
  float cover = clamp(halfWidth + 0.5 - length(vec2(beyond, at.y)), 0.0, 1.0);
  if (cover <= 0.0) discard;
  color = vec4(paint.rgb, 1.0) * (paint.a * cover);
}`,
};

const DISC = {
  vertex: `#version 300 es
uniform mat4 toClip;
uniform vec2 halfSize;
uniform float radius;
uniform float bias;
uniform vec3 center;
out vec2 at;
void main() {
  vec4 middle = toClip * vec4(center, 1.0);
  at = (vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0) * (radius + 1.0);
  gl_Position = vec4((middle.xy * halfSize + at + vec2(0.0, radius * 0.7)) / halfSize, middle.z - bias, 1.0);
}`,
  fragment: `#version 300 es
precision highp float;
uniform vec4 paint;
uniform vec3 rimColor;
uniform float radius;
in vec2 at;
out vec4 color;
void main() {
  float away = length(at), inner = radius * 0.8;
  float cover = clamp(radius + 0.5 - away, 0.0, 1.0);
  if (cover <= 0.0) discard;
  float bulge = sqrt(max(0.0, 1.0 - dot(at, at) / (inner * inner)));
  float lit = max(dot(vec3(at / inner, bulge), normalize(vec3(-0.5, 0.65, 0.6))), 0.0);
  vec3 face = paint.rgb * (0.75 + 0.35 * lit) + 0.3 * pow(lit, 14.0);
  color = vec4(mix(rimColor, face, clamp(inner + 0.5 - away, 0.0, 1.0)), 1.0) * (cover * paint.a);
}`,
};

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Terrain | null} null where it cannot be drawn
 */
export function createTerrain(canvas) {
  const gl = canvas.getContext("webgl2", { antialias: true, alpha: true });
  if (!gl) return null;
  const programs = {
    ground: program(gl, GROUND),
    ribbon: program(gl, RIBBON),
    disc: program(gl, DISC),
  };
  const buffers = {
    places: gl.createBuffer(),
    slopes: gl.createBuffer(),
    bands: gl.createBuffer(),
    faces: gl.createBuffer(),
  };
  const wall = { places: gl.createBuffer(), count: 0 };
  const strand = gl.createBuffer();
  /** @type {Ground | null} */
  let loaded = null;

  /** @param {Ground} ground */
  function load(ground) {
    if (loaded === ground) return;
    loaded = ground;
    const put = (/** @type {WebGLBuffer | null} */ buffer, /** @type {BufferSource} */ data) => {
      gl?.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl?.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
    };
    put(buffers.places, /** @type {BufferSource} */ (ground.places));
    put(buffers.slopes, /** @type {BufferSource} */ (ground.slopes));
    put(buffers.bands, /** @type {BufferSource} */ (ground.bands));
    gl?.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffers.faces);
    gl?.bufferData(gl.ELEMENT_ARRAY_BUFFER, /** @type {BufferSource} */ (ground.faces), gl.STATIC_DRAW);
    const walls = wallsOf(ground);
    put(wall.places, /** @type {BufferSource} */ (walls));
    wall.count = walls.length / 3;
  }

  return {
    draw(ground, shots, look) {
      load(ground);
      const [width, tall] = [canvas.width, canvas.height];
      const { toClip, toEye } = camera(ground, look.turn, width / tall);
      gl.viewport(0, 0, width, tall);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      gl.enable(gl.DEPTH_TEST);
      gl.depthMask(true);
      gl.depthFunc(gl.LEQUAL);
      gl.disable(gl.BLEND);
      drawGround(gl, programs.ground, buffers, wall, ground, look, toClip, toEye);
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      gl.depthMask(false);
      const size = /** @type {[number, number]} */ ([width / 2, tall / 2]);
      const ribbon = (/** @type {Float32Array} */ path, /** @type {number[]} */ color, /** @type {number} */ thick) =>
        drawRibbon(gl, programs.ribbon, strand, path, color, (thick * look.scale) / 2, toClip, size);
      for (const hidden of [true, false]) {
        gl.depthFunc(hidden ? gl.GREATER : gl.LEQUAL);
        const share = hidden ? 0.22 : 1;
        for (const { rest, color, pale } of shots) ribbon(rest, [...color, (pale ? 0.45 : 0.35) * share], 1.5);
        for (const { path, color, pale } of shots) if (!pale) ribbon(path, [...color, share], 3);
        for (const { ball, color, pale } of shots) {
          if (Number.isNaN(ball[0])) continue;
          drawDisc(
            gl,
            programs.disc,
            ball,
            [...color, (pale ? 0.5 : 1) * (hidden ? 0.3 : 1)],
            8 * look.scale,
            look,
            toClip,
            size,
          );
        }
      }
      return axisEnds(ground, toClip, look.turn[0]).map(([x, y]) => [
        ((x + 1) * width) / 2 / look.scale,
        ((1 - y) * tall) / 2 / look.scale,
      ]);
    },
  };
}

/** @typedef {{ is: WebGLProgram, at: (name: string) => WebGLUniformLocation | null, attribute: (name: string) => number }} Program */

/** @param {WebGL2RenderingContext} gl @param {{ vertex: string, fragment: string }} sources @returns {Program} */
function program(gl, { vertex, fragment }) {
  const is = /** @type {WebGLProgram} */ (gl.createProgram());
  for (const [kind, source] of /** @type {[number, string][]} */ ([
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ])) {
    const shader = /** @type {WebGLShader} */ (gl.createShader(kind));
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(is, shader);
  }
  gl.linkProgram(is);
  return { is, at: (name) => gl.getUniformLocation(is, name), attribute: (name) => gl.getAttribLocation(is, name) };
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {Program} with_
 * @param {Record<string, WebGLBuffer | null>} buffers
 * @param {{ places: WebGLBuffer | null, count: number }} wall
 * @param {Ground} ground
 * @param {Look} look
 * @param {Float32Array} toClip
 * @param {Float32Array} toEye
 */
function drawGround(gl, with_, buffers, wall, ground, look, toClip, toEye) {
  gl.useProgram(with_.is);
  gl.uniformMatrix4fv(with_.at("toClip"), false, toClip);
  gl.uniformMatrix3fv(with_.at("toEye"), false, toEye);
  gl.uniform3fv(with_.at("ramp"), look.ramp.flat());
  gl.uniform3fv(with_.at("lineColor"), look.line);
  gl.uniform1f(with_.at("lastBand"), Math.max(ground.level.length, 1));
  gl.uniform1f(with_.at("halfLine"), 0.55 * look.scale);
  gl.uniform1f(with_.at("wall"), 0);
  const names = /** @type {[string, string, number][]} */ ([
    ["place", "places", 3],
    ["slope", "slopes", 2],
    ["band", "bands", 1],
  ]);
  for (const [name, buffer, count] of names) attribute(gl, with_.attribute(name), buffers[buffer], count);
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffers.faces);
  gl.drawElements(gl.TRIANGLES, ground.faces.length, gl.UNSIGNED_INT, 0);
  for (const [name] of names.slice(1)) gl.disableVertexAttribArray(with_.attribute(name));
  gl.uniform1f(with_.at("wall"), 1);
  attribute(gl, with_.attribute("place"), wall.places, 3);
  gl.drawArrays(gl.TRIANGLES, 0, wall.count);
  gl.disableVertexAttribArray(with_.attribute("place"));
}

/** @param {WebGL2RenderingContext} gl @param {number} place @param {WebGLBuffer | null} buffer @param {number} count @param {number} [offset] */
function attribute(gl, place, buffer, count, offset = 0) {
  if (place < 0) return;
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.enableVertexAttribArray(place);
  gl.vertexAttribPointer(place, count, gl.FLOAT, false, 0, offset);
  gl.vertexAttribDivisor(place, 0);
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {Program} with_
 * @param {WebGLBuffer | null} strand
 * @param {Float32Array} path
 * @param {number[]} color
 * @param {number} halfWidth
 * @param {Float32Array} toClip
 * @param {[number, number]} size
 */
function drawRibbon(gl, with_, strand, path, color, halfWidth, toClip, size) {
  const count = path.length / 3 - 1;
  if (count < 1) return;
  gl.useProgram(with_.is);
  gl.uniformMatrix4fv(with_.at("toClip"), false, toClip);
  gl.uniform2fv(with_.at("halfSize"), size);
  gl.uniform1f(with_.at("halfWidth"), halfWidth);
  gl.uniform1f(with_.at("bias"), BIAS);
  gl.uniform4fv(with_.at("paint"), color);
  gl.bindBuffer(gl.ARRAY_BUFFER, strand);
  gl.bufferData(gl.ARRAY_BUFFER, /** @type {BufferSource} */ (path), gl.STREAM_DRAW);
  // One buffer, read twice: the end of a piece is the start of the next.
  const ends = /** @type {[string, number][]} */ ([
    ["start", 0],
    ["end", 12],
  ]);
  for (const [name, offset] of ends) {
    attribute(gl, with_.attribute(name), strand, 3, offset);
    gl.vertexAttribDivisor(with_.attribute(name), 1);
  }
  gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count);
  for (const [name] of ends) {
    gl.vertexAttribDivisor(with_.attribute(name), 0);
    gl.disableVertexAttribArray(with_.attribute(name));
  }
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {Program} with_
 * @param {Float32Array} center
 * @param {number[]} color
 * @param {number} radius
 * @param {Look} look
 * @param {Float32Array} toClip
 * @param {[number, number]} size
 */
function drawDisc(gl, with_, center, color, radius, look, toClip, size) {
  gl.useProgram(with_.is);
  gl.uniformMatrix4fv(with_.at("toClip"), false, toClip);
  gl.uniform2fv(with_.at("halfSize"), size);
  gl.uniform1f(with_.at("radius"), radius);
  gl.uniform1f(with_.at("bias"), 2 * BIAS);
  gl.uniform3fv(with_.at("center"), center);
  gl.uniform3fv(with_.at("rimColor"), look.outline);
  gl.uniform4fv(with_.at("paint"), color);
  gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
}

/** The walls from the rim down to the foot, as triangles. @param {Ground} ground */
function wallsOf({ places, side }) {
  const points = [];
  const rims = [
    Array.from({ length: side }, (_, k) => k),
    Array.from({ length: side }, (_, k) => (side - 1) * side + k),
    Array.from({ length: side }, (_, k) => k * side),
    Array.from({ length: side }, (_, k) => k * side + side - 1),
  ];
  for (const rim of rims) {
    for (let k = 0; k + 1 < rim.length; k++) {
      const [a, b] = [rim[k], rim[k + 1]].map((node) => Array.from(places.subarray(3 * node, 3 * node + 3)));
      if (Number.isNaN(a[2]) || Number.isNaN(b[2])) continue;
      const [c, d] = [
        [a[0], a[1], -FOOT],
        [b[0], b[1], -FOOT],
      ];
      points.push(...a, ...b, ...c, ...b, ...d, ...c);
    }
  }
  return Float32Array.from(points);
}

/**
 * Seen from a side and from above, without perspective, so large that it fits however it is turned.
 * @param {Ground} ground
 * @param {[number, number]} turn where the eye stands: azimuth from the first axis, and elevation, in degrees
 * @param {number} shape width by height of the picture
 */
function camera({ foot }, turn, shape) {
  const [a, e] = turn.map((angle) => (angle * Math.PI) / 180);
  const toward = [Math.cos(e) * Math.cos(a), Math.cos(e) * Math.sin(a), Math.sin(e)];
  const right = [-Math.sin(a), Math.cos(a), 0];
  const up = [-Math.sin(e) * Math.cos(a), -Math.sin(e) * Math.sin(a), Math.cos(e)];
  const reach = Math.hypot(...foot) / 2 + 0.04;
  const tall = reach * Math.sin(e) + (MIDDLE + FOOT) * Math.cos(e) + 0.04;
  const scale = Math.min(shape / reach, 1 / tall);
  const rows = [right.map((x) => (x * scale) / shape), up.map((x) => x * scale), toward.map((x) => -0.4 * x)];
  const columns = [0, 1, 2].flatMap((k) => [...rows.map((row) => row[k]), 0]);
  const toClip = Float32Array.from([...columns, ...rows.map((row) => -row[2] * MIDDLE), 1]);
  const toEye = Float32Array.from([0, 1, 2].flatMap((k) => [right[k], up[k], toward[k]]));
  return { toClip, toEye };
}

/**
 * Where the names of the axes belong: beside the middles of the two front edges, in clip coordinates.
 * @param {Ground} ground
 * @param {Float32Array} m
 * @param {number} azimuth
 */
function axisEnds({ foot }, m, azimuth) {
  const angle = ((azimuth + 360) % 360) * (Math.PI / 180);
  const eye = [Math.cos(angle), Math.sin(angle)];
  const out = 0.09;
  const places = [
    [0, Math.sign(eye[1] || 1) * (foot[1] / 2 + out), -FOOT],
    [Math.sign(eye[0] || 1) * (foot[0] / 2 + out), 0, -FOOT],
  ];
  return places.map(([x, y, z]) => [0, 1].map((row) => m[row] * x + m[4 + row] * y + m[8 + row] * z + m[12 + row]));
}
