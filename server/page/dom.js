// SPDX-License-Identifier: MIT
// Elements, made and announced.

export const find = (id) => document.getElementById(id);

/** Makes an element: properties by their names in the DOM, or as attributes where they have a dash. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "list") {
      element.setAttribute(name, value);
    } else {
      element[name] = value;
    }
  }
  element.append(...children.filter((child) => child || child === ""));
  return element;
}

/** A sentence where it belongs, which screen readers say at once; with a button, if there is something to do. */
export function showError(place, sentence, again) {
  const button = again ? make("button", { className: "button small", type: "button", onclick: again }, "Try again") : null;
  place.replaceChildren(make("div", { className: "error", role: "alert" }, make("p", {}, sentence), button));
}

let waiting = [];

/** Says something through the live region; what comes within half a second is said together. */
export function announce(sentence) {
  waiting.push(sentence);
  if (waiting.length > 1) return;
  setTimeout(() => {
    const [first, ...others] = waiting;
    waiting = [];
    find("announcer").textContent = others.length ? `${first} And ${others.length} more answers.` : first;
  }, 500);
}
