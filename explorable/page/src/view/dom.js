/** Elements in one line, and what is asked of them again and again. */

/**
 * An element with attributes and children; `on…` attributes are listeners, false and undefined ones are left out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(.../** @type {(Node | string)[]} */ (children.filter((child) => child != null)));
  return element;
}

/**
 * Change a text only where it differs: screen readers and selections are left in peace.
 * @param {Element} element
 * @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Formatted mathematics from plain markup: `*x*` slanted, `_k` or `_{…}` below, `^…` above. Nothing else is markup.
 * @param {string} markup
 * @returns {(Node | string)[]}
 */
export function mathematics(markup) {
  const parts = markup.split(/(\*[^*]+\*|[_^](?:\{[^}]*\}|[^\s{]))/u).filter(Boolean);
  return parts.map((part) => {
    if (part.length > 2 && part.startsWith("*")) return h("i", {}, part.slice(1, -1));
    if (part.length > 1 && /^[_^]/.test(part)) {
      const inner = part[1] === "{" ? part.slice(2, -1) : part.slice(1);
      return h(part[0] === "_" ? "sub" : "sup", {}, ...mathematics(inner));
    }
    return part;
  });
}

/**
 * Call a function once, some time after the last of many calls.
 * @template {any[]} Arguments
 * @param {(...given: Arguments) => void} action
 * @param {number} pause in milliseconds
 */
export function settled(action, pause) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return (/** @type {Arguments} */ ...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...given), pause);
  };
}

/** Whether the reader asked for less motion. */
export const still = () => globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
