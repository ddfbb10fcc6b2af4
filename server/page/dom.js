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

const FEW = 2;
let waiting = { said: [], answers: [] };

function sayAll() {
  const { said, answers } = waiting;
  waiting = { said: [], answers: [] };
  const rest = answers.length > FEW ? [answers[0], `${answers.length - 1} more answers.`] : answers;
  find("announcer").textContent = [...said, ...rest].join(" ");
}

/** Says something through the live region; what comes within half a second is said together, of many answers their number. */
export function announce(sentence, list = "said") {
  if (!waiting.said.length && !waiting.answers.length) setTimeout(sayAll, 500);
  waiting[list].push(sentence);
}
