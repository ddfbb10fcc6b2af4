// SPDX-License-Identifier: MIT
// Which networks there are, which one or two answer, and what is known of them.
import { find, make } from "./dom.js";
import { askForJSON } from "./requests.js";
import { counted, kind, readable, rough } from "./words.js";

const FEW = 24;
const MAPS = {
  exact: "exact: the evidence of all places adds up to the answer",
  "gradient-weighted": "gradient-weighted: approximate, since this network's answer is more than a sum over places",
};
const NONE = "";

let networks = [];

/** The one or two networks that answer now. */
export function chosenNetworks() {
  return [find("network").value, find("other").value]
    .map((name) => networks.find((network) => network.name === name))
    .filter(Boolean);
}

function option(network) {
  return make("option", { value: network.name, textContent: network.name, selected: network.default });
}

function offerOthers() {
  const { value: first } = find("network");
  const others = networks.filter((network) => network.name !== first);
  const kept = find("other").value;
  find("other").replaceChildren(make("option", { value: NONE, textContent: "none" }), ...others.map(option));
  find("other").value = others.some((network) => network.name === kept) ? kept : NONE;
}

/** Names of outputs; those that stand for nothing have none. */
const namesOf = (network) => network.labels.filter((label) => label !== null).map(readable);

const outputs = (network) => counted(namesOf(network).length, kind(network, 1), kind(network, 2));

function invitation(network) {
  if (network.objective === "labels") return "Each is judged by itself: any of them, or none, may be in a picture.";
  const few = network.classes <= FEW;
  return `${few ? "Try a picture of one of these" : "Try a picture of one of them"}. Whatever else a picture shows gets the nearest of them.`;
}

function labelsOf(network) {
  const labels = namesOf(network);
  const chips = make("ul", { className: "chips", role: "list" }, ...labels.map((label) => make("li", { textContent: label })));
  if (labels.length <= FEW) return chips;
  const filter = make("input", { type: "search", autocomplete: "off" });
  filter.oninput = () => {
    const words = filter.value.trim().toLowerCase();
    labels.forEach((label, i) => {
      chips.children[i].hidden = !label.toLowerCase().includes(words);
    });
  };
  return make("details", { className: "all-labels" },
    make("summary", { textContent: `All ${outputs(network)}` }),
    make("label", { className: "field tall" }, make("span", { textContent: "Find" }), filter),
    make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": `What ${network.name} knows` }, chips));
}

function particulars(network) {
  const rows = {
    Architecture: network.architecture,
    Parameters: rough(network.parameters),
    Pictures: `${network.channels === 1 ? "grey" : "in colour"}, prepared by the pipeline “${network.pipeline}”`,
    Precision: network.precision,
    "Heat maps": MAPS[network.cam] ?? "none: this network has no places to point at",
  };
  return make("dl", {}, ...Object.entries(rows).flatMap(([term, text]) => [make("dt", { textContent: term }), make("dd", { textContent: text })]));
}

function about(network) {
  return make("article", { className: "about" },
    make("h2", { textContent: `${network.name} ${network.objective === "labels" ? "looks for" : "knows"} ${outputs(network)}` }),
    make("p", { className: "quiet", textContent: invitation(network) }),
    network.warning && make("p", { className: "warning", textContent: network.warning }),
    labelsOf(network),
    make("details", {}, make("summary", { textContent: "About this network" }), particulars(network)));
}

function showFacts() {
  find("facts").replaceChildren(...chosenNetworks().map(about));
}

/** Asks which there are, and calls changed() whenever another one is chosen. */
export async function loadNetworks(changed) {
  ({ networks } = await askForJSON("networks"));
  find("network").replaceChildren(...networks.map(option));
  offerOthers();
  find("choice").hidden = networks.length < 2;
  showFacts();
  find("choice").onchange = () => {
    offerOthers();
    showFacts();
    changed();
  };
}
