/**
 * What is taken along as text: a command that films what is seen, one that prints the run, an entry of lecture.toml,
 * PyTorch code, the trajectory as a table. All of it is written from the state.
 */

import { DEFAULTS, OF_A_RUN, runOf, valueOf } from "./state.js";

/** @typedef {import("./app.js").View} View */
/** @typedef {import("./types.js").Formulas} Formulas */
/** @typedef {import("./types.js").Preset} Preset */

const LECTURE_RULES = ["gradient_descent", "momentum"];
/** What the clip for any surface takes, and the one for a curve. */
const YOUR_OBJECTIVE = ["objective", "start", "rules", "learning_rate", "momentum", "steps"];
const ROLLING_BALL = ["objective", "start", "learning_rate", "momentum", "steps"];
const MOST_RULES = 4;

/** @typedef {{ name: string, scene: string, values: [string, any][], left: string[] }} Film what a clip shows of a state */

/**
 * The clip that films what is seen: that of the page, if it has a parameter for all that was changed; else one that
 * takes any objective.
 * @param {View} view
 * @param {Preset[]} presets
 * @returns {Film}
 */
export function filmOf(view, presets) {
  const own = presets.find(({ name }) => name === view.state.clip);
  if (own && changed(view, own).every((name) => own.takes?.includes(name)) && fits(view, own)) {
    return { name: own.name, scene: own.scene ?? own.name, values: valuesOf(own.takes ?? [], view), left: [] };
  }
  const isCurve = view.derived.objective.variables.length === 1;
  const [scene, takes] = isCurve ? ["rolling_ball", ROLLING_BALL] : ["your_objective", YOUR_OBJECTIVE];
  return { name: scene, scene, values: valuesOf(takes, view), left: leftBy(isCurve, view) };
}

/** What differs from the run that a clip shows, by name. @param {View} view @param {Preset} clip @returns {string[]} */
function changed({ state, derived }, { state: first }) {
  const now = { ...runOf(state), start: derived.start };
  const then = { ...runOf({ ...DEFAULTS, ...first }), start: first.start ?? derived.objective.start };
  return OF_A_RUN.filter((key) => JSON.stringify(now[key]) !== JSON.stringify(then[key]));
}

/** Whether a clip shows objectives of as many variables. @param {View} view @param {Preset} clip */
const fits = ({ derived }, { variables, state }) =>
  (variables ?? state.start?.length ?? 2) === derived.objective.variables.length;

/**
 * The parameters of a clip, by name, as a state has them.
 * @param {string[]} takes
 * @param {View} view
 * @returns {[string, any][]}
 */
function valuesOf(takes, { state, derived }) {
  /** @type {Record<string, any>} */
  const known = {
    objective: state.objective,
    start: derived.start,
    rules: state.rules.slice(0, MOST_RULES),
    learning_rate: state.learning_rate,
    momentum: state.momentum,
    steps: state.steps,
    tolerance: derived.tolerance,
  };
  return takes.filter((name) => name in known).map((name) => [name, known[name]]);
}

/** What a clip for any objective does not show of a state. @param {boolean} isCurve @param {View} view */
function leftBy(isCurve, { state, derived }) {
  const isPair = String(state.rules) === String(LECTURE_RULES);
  const hasOwn = Object.keys(state.settings).some((key) => state.rules.includes(key.split(".")[0]));
  const left = /** @type {[boolean, string][]} */ ([
    [Boolean(derived.data), "data points that were moved"],
    [!isCurve && state.rules.length > MOST_RULES, `more than ${MOST_RULES} rules`],
    [isCurve && !isPair, "the choice of rules"],
    [hasOwn, "settings that a rule has for itself"],
  ]);
  return left.filter(([is]) => is).map(([, what]) => what);
}

/**
 * The command that renders it.
 * @param {View} view
 * @param {Preset[]} presets
 */
export function renderCommand(view, presets) {
  const { name, values } = filmOf(view, presets);
  const settings = values.map(([key, value]) => `--set ${quoted(`${key}=${plain(value)}`)}`);
  return ["python render.py", name, ...settings].join(" ");
}

/**
 * The command that prints the run of a rule, with all digits.
 * @param {View} view
 * @param {Formulas} formulas
 * @param {string} name of the rule
 */
export function descendCommand({ state, derived }, formulas, name) {
  const rule = formulas.rules[name];
  const settings = rule.hyperparameters
    .map((entry) => /** @type {const} */ ([entry, valueOf(state, name, entry)]))
    .filter(([entry, value]) => entry.name === "learning_rate" || value !== entry.default)
    .map(([entry, value]) => `--set ${entry.name}=${value}`);
  return [
    `python render.py descend ${quoted(state.objective)} --rule ${name}`,
    ...settings,
    `${equals("--start", plain(derived.start))} --steps ${state.steps} --format csv`,
  ].join(" ");
}

/** Commands for all rules on show. @param {View} view @param {Formulas} formulas */
export const descendCommands = (view, formulas) =>
  view.state.rules.map((name) => descendCommand(view, formulas, name)).join("\n");

/** An option whose value may begin with a minus sign. @param {string} option @param {string} value */
const equals = (option, value) => `${option}${value.startsWith("-") ? "=" : " "}${quoted(value)}`;

/** @param {any} value */
const plain = (value) => (Array.isArray(value) ? value.join(",") : String(value));

/** A word of a shell's command line. @param {string} text */
export const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/**
 * An entry of lecture.toml.
 * @param {View} view
 * @param {Preset[]} presets
 */
export function lectureEntry(view, presets) {
  const { name, scene, values } = filmOf(view, presets);
  const parameters = values.map(([key, value]) => `${key} = ${toml(value)}`).join(", ");
  return `[[clip]]\nscene = "${scene}"\nname = "${name}_explored"\nparameters = { ${parameters} }\n`;
}

/** @param {any} value @returns {string} */
function toml(value) {
  if (Array.isArray(value)) return `[${value.map(toml).join(", ")}]`;
  if (typeof value === "number") return String(value).replace("e+", "e");
  return JSON.stringify(value);
}

/** The trajectories as a table: rule, step, variables, value; all digits. @param {View} view */
export function csv({ derived: { tracks, objective } }) {
  const d = objective.variables.length;
  const lines = [["rule", "step", ...objective.variables, "value"].join(",")];
  for (const { rule, run } of tracks) {
    for (let k = 0; k <= run.endedAt; k++) {
      lines.push([rule, k, ...run.iterates.subarray(k * d, (k + 1) * d), run.values[k]].join(","));
    }
  }
  return `${lines.join("\n")}\n`;
}

/** What torch calls the words of a formula, where it is not the same. */
const IN_TORCH = /** @type {Record<string, string>} */ ({
  arcsin: "torch.asin",
  arccos: "torch.acos",
  arctan: "torch.atan",
  arctan2: "torch.atan2",
  ln: "torch.log",
  Abs: "torch.abs",
  sgn: "torch.sign",
  max: "torch.maximum",
  Max: "torch.maximum",
  min: "torch.minimum",
  Min: "torch.minimum",
  softplus: "torch.nn.functional.softplus",
  relu: "torch.relu",
  cot: "lambda u: 1 / torch.tan(u)",
  sec: "lambda u: 1 / torch.cos(u)",
  csc: "lambda u: 1 / torch.sin(u)",
  cbrt: "lambda u: torch.sign(u) * torch.abs(u) ** (1 / 3)",
});
const SUPERSCRIPTS = /** @type {Record<string, string>} */ ({ "²": "**2", "³": "**3" });

/** @type {Record<string, (h: Record<string, any>) => string>} */
const OPTIMIZERS = {
  gradient_descent: (h) => `SGD([x], lr=${h.learning_rate})`,
  momentum: (h) =>
    `SGD([x], lr=${h.form === "average" ? h.learning_rate * (1 - h.momentum) : h.learning_rate}, ` +
    `momentum=${h.momentum}${h.dampening ? `, dampening=${h.dampening}` : ""})`,
  nesterov: (h) => `SGD([x], lr=${h.learning_rate}, momentum=${h.momentum}, nesterov=True)`,
  adagrad: (h) =>
    `Adagrad([x], lr=${h.learning_rate}, lr_decay=${h.learning_rate_decay}, ` +
    `initial_accumulator_value=${h.initial_accumulator}, eps=${h.epsilon})`,
  rmsprop: (h) =>
    `RMSprop([x], lr=${h.learning_rate}, alpha=${h.decay}, eps=${h.epsilon}, ` +
    `momentum=${h.momentum}, centered=${h.centered ? "True" : "False"})`,
  adam: (h) =>
    `Adam([x], lr=${h.learning_rate}, betas=(${h.beta1}, ${h.beta2}), eps=${h.epsilon}` +
    `${h.amsgrad ? ", amsgrad=True" : ""})`,
};

/**
 * A program for PyTorch that takes the same steps.
 * @param {View} view
 * @param {Formulas} formulas
 */
export function torchCode(view, formulas) {
  const { state, derived } = view;
  const { objective, start, tracks, data } = derived;
  const { body, helpers } = torchObjective(objective, data, formulas.vocabulary);
  const remarks = tracks.flatMap(({ rule, h }) => remarksOn(rule, h));
  const listed = tracks.map(({ rule, title, h }) => `    "${title}": lambda x: torch.optim.${OPTIMIZERS[rule](h)},`);
  return `import torch

torch.set_default_dtype(torch.float64)
${helpers}

def objective(x):
${body}


rules = {
${listed.join("\n")}
}
${remarks.map((line) => `# ${line}\n`).join("")}
for name, rule in rules.items():
    x = torch.tensor([${start.join(", ")}], requires_grad=True)
    optimizer = rule(x)
    for step in range(${state.steps}):
        optimizer.zero_grad()
        objective(x).backward()
        optimizer.step()
    print(f"{name}: {x.tolist()}, value {objective(x).item():.8g}")
`;
}

/** Where PyTorch differs. @param {string} rule @param {Record<string, any>} h */
function remarksOn(rule, h) {
  const remarks = [];
  if (rule === "nesterov") remarks.push("PyTorch stores Nesterov's look-ahead point: x - momentum * update.");
  if (h.epsilon_inside) remarks.push(`${rule} has epsilon under the root on the page; PyTorch has it outside.`);
  return remarks;
}

/**
 * @param {import("./types.js").Objective} objective
 * @param {import("./types.js").Data | undefined} data
 * @param {any} vocabulary
 */
function torchObjective(objective, data, vocabulary) {
  const names = objective.variables.map(safe).join(", ");
  const take = `    ${names}${objective.variables.length === 1 ? "," : ""} = x`;
  const sum = objective.data ? sumOf(objective.text) : null;
  const text = inPython(sum ? sum.inner : objective.text);
  const used = [...new Set(text.match(/[A-Za-z_]\w*(?=\s*\()/g) ?? [])].filter((name) => vocabulary.functions[name]);
  const constants = [
    ...(/\bpi\b/.test(text) ? ["pi = torch.pi"] : []),
    ...(/\b[eE]\b/.test(text.replace(/\d[eE]/g, "")) ? ["e = E = torch.e"] : []),
  ];
  const wrapper = `\n\ndef of(function):  # of plain numbers, too\n    return lambda *u: function(*map(torch.as_tensor, u))\n\n`;
  const helpers = [...constants, ...used.map((name) => `${name} = of(${IN_TORCH[name] ?? `torch.${name}`})`)].join(
    "\n",
  );
  const columns = Object.entries(data ?? objective.data ?? {}).map(
    ([name, values]) => `${name}_data = torch.tensor([${Array.from(values).join(", ")}])`,
  );
  const head = [used.length ? wrapper : "", helpers, ...columns].filter(Boolean).join("\n");
  if (!sum) return { body: `${take}\n    return ${text}`, helpers: head };
  const total = text.replace(/\b([A-Za-z_]\w*)\[i\]/g, "$1_data");
  const rest = inPython(sum.rest);
  return { body: `${take}\n    return ${inPython(sum.factor)}(${total}).sum()${rest}`, helpers: head };
}

/**
 * The parts of a text such as `5*sin(w0) + Sum((w*x[i] - y[i])^2, (i, 1, 200))/200`.
 * @param {string} text
 */
function sumOf(text) {
  const start = text.indexOf("Sum(");
  if (start < 0) return null;
  let [depth, end, comma] = [0, start + 3, -1];
  for (let at = start + 3; at < text.length; at++) {
    if (text[at] === "(") depth++;
    if (text[at] === "," && depth === 1 && comma < 0) comma = at;
    if (text[at] === ")" && --depth === 0) {
      end = at;
      break;
    }
  }
  return { factor: text.slice(0, start), inner: text.slice(start + 4, comma), rest: text.slice(end + 1) };
}

/** A formula in Python's syntax. @param {string} text */
const inPython = (text) =>
  text
    .replaceAll("^", "**")
    .replace(/[²³]/g, (sign) => SUPERSCRIPTS[sign])
    .replaceAll("·", "*")
    .replaceAll("−", "-")
    .replace(/\blambda\b/g, "lambda_");

/** @param {string} name */
const safe = (name) => (name === "lambda" ? "lambda_" : name);
