/**
 * Bundles the page: `npm install && npm run build` writes what is committed in dist/. Whoever uses the page needs
 * neither Node nor this file.
 *
 *   dist/explore.js    the widget, as one ES module: `export default { render }`. Without its last line it is a script
 *                      that sets `explorable`, whose `start` shows it on a plain page
 *   dist/explore.css   the style sheet, with the letters in it
 *   dist/LICENSES.txt  the licences of what is bundled
 */

import { readFileSync, writeFileSync, existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import subsetFont from "subset-font";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "dist");

const LATIN = String.fromCharCode(...Array.from({ length: 95 }, (_, k) => 32 + k)) + "−–·×…’“”é";
const GREEK = "αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΦΨΩ";

/** @type {Set<string>} the packages that fonts came from */
const fontPackages = new Set();

/** Letters that no page shows are left out of the fonts: half of their size. */
const lettersUsed = {
  name: "letters used",
  setup({ onLoad }) {
    onLoad({ filter: /\.woff2$/ }, async ({ path }) => {
      fontPackages.add(packageOf(path));
      const letters = path.includes("-greek-") ? GREEK : LATIN;
      return { contents: await subsetFont(readFileSync(path), letters, { targetFormat: "woff2" }), loader: "dataurl" };
    });
  },
};

/** @param {string} path */
const packageOf = (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];

const shared = {
  bundle: true,
  minify: true,
  legalComments: "none",
  target: ["es2022"],
  charset: "utf8",
  absWorkingDir: here,
  metafile: true,
  plugins: [lettersUsed],
  logLevel: "warning",
};

const made = await Promise.all([
  build({
    ...shared,
    entryPoints: ["src/shim.js"],
    outfile: join(out, "explore.js"),
    format: "iife",
    globalName: "explorable",
    footer: { js: "export default explorable.default;" },
  }),
  build({ ...shared, entryPoints: ["src/explore.css"], outfile: join(out, "explore.css") }),
]);

/** The packages whose files went into a bundle. */
function bundled({ metafile }) {
  return Object.values(metafile.outputs)
    .flatMap((output) => Object.entries(output.inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => packageOf(path))
    .filter(Boolean);
}

const packages = [...new Set([...made.flatMap(bundled), ...fontPackages])].sort();
const licences = packages.map((name) => {
  const folder = join(here, "node_modules", name);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file || !existsSync(join(folder, file))) throw new Error(`${name} comes without a licence`);
  return `${name} ${version}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
});
writeFileSync(join(out, "LICENSES.txt"), licences.join(`\n${"-".repeat(78)}\n\n`));
