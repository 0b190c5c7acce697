/**
 * A host for a plain page: a model whose state begins as the page says, or as its address does, and which keeps the
 * address up to date.
 */

import explorable from "./index.js";
import { DEFAULTS, KEYS, fromHash, toHash } from "./view/state.js";

const PAUSE = 250; // milliseconds; browsers refuse to change an address too often

/**
 * Show the page in an element.
 * @param {HTMLElement} el
 * @param {{ formulas: any, presets?: any[], state?: Record<string, any> }} given
 */
export function start(el, { formulas, presets = [], state = {} }) {
  /** @type {Map<string, Set<Function>>} */
  const listeners = new Map();
  /** @type {Record<string, any>} */
  const values = { ...DEFAULTS, ...state, ...fromHash(location.hash), formulas, presets };
  const tell = (/** @type {string} */ key) => listeners.get(`change:${key}`)?.forEach((call) => call());
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const model = {
    get: (/** @type {string} */ key) => values[key],
    set(/** @type {string} */ key, /** @type {any} */ value) {
      values[key] = value;
      tell(key);
    },
    save_changes() {
      clearTimeout(timer);
      timer = setTimeout(write, PAUSE);
    },
    on(/** @type {string} */ event, /** @type {Function} */ call) {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(call));
    },
  };
  let written = location.hash;
  function write() {
    written = `#${toHash(/** @type {any} */ (Object.fromEntries(KEYS.map((key) => [key, values[key]]))))}`;
    try {
      history.replaceState(null, "", written);
    } catch {
      // a page inside another page has no address of its own
    }
  }
  addEventListener("pagehide", () => write());
  addEventListener("hashchange", () => {
    const wanted = location.hash === written ? null : fromHash(location.hash);
    for (const [key, value] of Object.entries(wanted ?? {})) model.set(key, value);
  });
  // Inside another page, such as a deck of slides, what turns pages is for that one.
  if (window.top !== window) addEventListener("keydown", turned, true);
  // Keys are for the page, unless it stands inside another one.
  explorable.render({ model, el }).then(() => {
    if (window.top === window) /** @type {HTMLElement | null} */ (el.firstElementChild)?.focus({ preventScroll: true });
  });
}

/** @type {{ [key: string]: number }} */
const TURNS = { PageDown: 1, PageUp: -1 };

/** @param {KeyboardEvent} event */
function turned(event) {
  if (!(event.key in TURNS)) return;
  event.preventDefault();
  event.stopPropagation();
  window.parent.postMessage({ turn: TURNS[event.key] }, "*");
}

export default explorable;
