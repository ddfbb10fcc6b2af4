// SPDX-License-Identifier: MIT
// A picture, and what one or two networks say of it.
import { make } from "./dom.js";
import { Pane } from "./pane.js";
import { percent, readable } from "./words.js";

const OPACITY = 70;
let made = 0;

export class Card {
  constructor(file, remove) {
    this.file = file;
    this.name = file.name || "pasted picture";
    this.panes = [];
    this.url = URL.createObjectURL(file);
    this.id = `card-${++made}`;
    this.removeButton = make("button", { className: "remove", type: "button", textContent: "×", title: "Remove", "aria-label": `Remove ${this.name}` });
    this.removeButton.onclick = () => remove(this);
    this.area = make("div", { className: "panes" });
    this.verdict = make("p", { className: "verdict", hidden: true });
    this.element = make("article", { className: "card", "aria-labelledby": this.id },
      make("header", {}, make("h3", { id: this.id, textContent: this.name, title: this.name }), this.removeButton),
      this.verdict, this.area, this.makeScale());
  }

  /** What the colours mean, and how much of them is seen. */
  makeScale() {
    this.slider = make("input", { type: "range", min: 0, max: 100, value: OPACITY });
    this.slider.oninput = () => this.element.style.setProperty("--opacity", this.slider.value / 100);
    this.scale = make("div", { className: "scale", hidden: true },
      make("p", { className: "legend" }, make("span", { textContent: "little" }), make("span", { className: "colours", "aria-hidden": "true" }), make("span", { textContent: "most evidence" })),
      make("p", { className: "unseen-part", textContent: "dark: not seen by the network" }),
      make("label", { className: "opacity" }, make("span", { textContent: "Heat map" }), this.slider));
    return this.scale;
  }

  /** Asks these networks; answers that are here already stay. */
  show(networks) {
    const kept = this.panes.filter((pane) => networks.includes(pane.network));
    for (const pane of this.panes) if (!kept.includes(pane)) pane.close();
    this.panes = networks.map((network) => kept.find((pane) => pane.network === network) ?? new Pane(this, network));
    this.area.replaceChildren(...this.panes.map((pane) => pane.element));
    for (const pane of this.panes) {
      pane.setPicture(this.url);
      if (!kept.includes(pane)) pane.ask();
    }
    this.compare();
    this.showScale();
  }

  /** The picture as the server decoded it, where the browser could not. */
  setPicture(url) {
    URL.revokeObjectURL(this.url);
    this.url = url;
    for (const pane of this.panes) pane.setPicture(url);
  }

  showScale() {
    const shown = this.panes.filter((pane) => pane.heat.index !== null);
    this.scale.hidden = !shown.length;
    this.scale.classList.toggle("cropped", shown.some((pane) => pane.heat.cropped));
  }

  /** Says in a sentence whether two networks agree. */
  compare() {
    const comparable = this.panes.every((pane) => pane.answers && pane.network.objective === "classes");
    this.verdict.hidden = this.panes.length < 2 || !comparable;
    if (this.verdict.hidden) return;
    const tops = this.panes.map((pane) => pane.answers[0]);
    const [one, two] = tops.map((answer) => readable(answer.label));
    const agreed = one.toLowerCase() === two.toLowerCase();
    this.verdict.textContent = agreed
      ? `Both say ${one}.`
      : `They differ: ${tops.map((answer) => `${readable(answer.label)} (${percent(answer.probability)})`).join(" and ")}.`;
    this.verdict.classList.toggle("differ", !agreed);
  }

  close() {
    for (const pane of this.panes) pane.close();
    URL.revokeObjectURL(this.url);
    this.element.remove();
  }
}
