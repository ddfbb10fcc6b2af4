// SPDX-License-Identifier: MIT
// What one network says of one picture, and where it sees it.
import { announce, make, showError } from "./dom.js";
import { HeatMap } from "./heat_map.js";
import { KeyRefusal, Refusal, ask, askForJSON } from "./requests.js";
import { kind, percent, readable } from "./words.js";

const MOST_ASKED = 1000;
const FIRST = 5;
const FIRST_ON_WALL = 3; // page.css leaves out the others
const FEW = 30; // that may all be shown
const MORE = 10; // of many

export class Pane {
  constructor(card, network) {
    this.card = card;
    this.network = network;
    this.answers = null;
    this.expanded = false;
    this.lacksKey = false;
    this.leaving = new AbortController();
    this.picture = make("img", { className: "picture", alt: card.name, decoding: "async" });
    this.picture.onerror = () => {
      this.picture.onerror = null;
      this.stage.classList.add("blind");
      this.decodeThere();
    };
    this.stage = make("div", { className: "stage" }, this.picture);
    this.heat = new HeatMap(this.stage, (question, signal) => this.request(question, signal));
    this.list = make("ol", { className: "answers", role: "list", "aria-label": `Answers of ${network.name}` });
    this.below = make("div", { className: "below" });
    this.note = make("div", { className: "note" });
    this.element = make("section", { className: "pane", "aria-label": `${card.name}, ${network.name}` },
      make("h4", { textContent: network.name }), this.stage,
      make("div", { className: "said" }, this.note, this.list, this.below));
  }

  setPicture(url) {
    if (this.picture.src !== url) this.picture.src = url;
  }

  /** POST of the picture, with what is asked about it. */
  request(question, signal) {
    const body = new FormData();
    body.append("file", this.card.file, this.card.name);
    return [`predict?${new URLSearchParams({ model: this.network.name, orientation: "exif", ...question })}`,
      { method: "POST", body, signal, onWait: (seconds) => this.say(`The server is busy. Asking again in ${seconds} s.`) }];
  }

  say(sentence) {
    this.note.replaceChildren(make("p", { className: "quiet", role: "status", textContent: sentence }));
  }

  fail(error, again) {
    if (this.leaving.signal.aborted || error.name === "AbortError") return;
    const sentence = error instanceof Refusal ? error.message : `This page cannot go on: ${error.message}`;
    showError(this.note, sentence, error.again && again);
  }

  async ask() {
    this.element.setAttribute("aria-busy", "true");
    this.element.classList.remove("failed");
    this.lacksKey = false;
    this.note.replaceChildren();
    try {
      const top = Math.min(this.network.classes, MOST_ASKED);
      const { pictures: [picture] } = await askForJSON(...this.request({ top }, this.leaving.signal));
      if (picture.error) throw new Refusal(picture.error, false);
      this.answers = picture.predictions;
      if (this.network.objective === "labels") this.answers.sort((a, b) => (b.probability ?? -1) - (a.probability ?? -1));
      this.note.replaceChildren();
      this.showAnswers();
      this.card.compare();
      const [first] = this.answers;
      announce(`${this.card.name}: ${readable(first.label)}, ${percent(first.probability ?? 0)}.`, "answers");
      this.decodeThere();
    } catch (error) {
      this.element.classList.add("failed");
      this.lacksKey = error instanceof KeyRefusal;
      this.fail(error, () => this.ask());
    }
    this.element.removeAttribute("aria-busy");
  }

  most() {
    return this.answers.length > FEW ? MORE : this.answers.length;
  }

  /** The rows to show: the first, or all that there is room for, and the one whose map is shown. */
  rows() {
    const rows = this.answers.slice(0, this.expanded ? this.most() : FIRST);
    const shown = this.answers.find((answer) => answer.index === this.heat.index);
    return shown && !rows.includes(shown) ? [...rows, shown] : rows;
  }

  showAnswers() {
    const focused = document.activeElement?.dataset?.index;
    const inside = this.list.contains(document.activeElement);
    this.list.replaceChildren(...this.rows().map((answer) => this.row(answer)));
    if (inside) this.list.querySelector(`[data-index="${focused}"]`)?.focus();
    const others = this.answers.length > FEW && this.network.cam ? this.chooser() : null;
    const more = this.answers.length > FIRST_ON_WALL ? this.moreButton() : null;
    this.below.replaceChildren(...[more, others].filter(Boolean));
    this.element.classList.toggle("all", this.expanded);
  }

  row(answer) {
    const untrained = answer.probability === null;
    const bar = make("span", { className: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", answer.probability ?? 0);
    const text = [
      make("span", { className: "label", textContent: readable(answer.label) }), " ",
      make("span", { className: "share", textContent: untrained ? answer.note : percent(answer.probability) }), bar];
    if (untrained || !this.network.cam) {
      return make("li", { className: untrained ? "answer untrained" : "answer" }, ...text);
    }
    const button = make("button", { className: "answer", type: "button", "aria-pressed": String(answer.index === this.heat.index) },
      ...text, make("span", { className: "mark", "aria-hidden": "true" }));
    button.dataset.index = answer.index;
    button.onclick = () => this.toggle(answer);
    return make("li", {}, button);
  }

  moreButton() {
    const count = this.most();
    const button = make("button", { className: this.answers.length > FIRST ? "more" : "more for-wall", type: "button", "aria-expanded": String(this.expanded),
      textContent: this.expanded ? "Fewer" : count < this.answers.length ? `The first ${count}` : `All ${count}` });
    button.onclick = () => {
      this.expanded = !this.expanded;
      this.showAnswers();
      this.below.querySelector(".more").focus();
    };
    return button;
  }

  /** Any other class by its name. */
  chooser() {
    const id = `${this.card.id}-${this.network.name}-labels`;
    const list = make("datalist", { id });
    const input = make("input", { type: "text", autocomplete: "off", list: id });
    input.onfocus = () => {
      if (!list.children.length) list.append(...this.answers.map((answer) => make("option", { value: readable(answer.label) })));
    };
    input.onchange = () => {
      const words = input.value.trim().toLowerCase();
      const answer = this.answers.find((one) => readable(one.label).toLowerCase() === words);
      if (answer && answer.index !== this.heat.index) this.toggle(answer);
      if (!answer && words) showError(this.note, `${this.network.name} knows no ${kind(this.network, 1)} “${input.value.trim()}”.`);
    };
    return make("label", { className: "field tall" }, make("span", { textContent: `Heat map of another ${kind(this.network, 1)}` }), input, list);
  }

  /** Shows the heat map of an answer, or hides it if it is shown. */
  async toggle(answer) {
    const label = readable(answer.label);
    const again = this.heat.index === answer.index;
    this.note.replaceChildren();
    this.heat.hide();
    const showing = again ? null : this.heat.show(answer.index, label, this.leaving.signal);
    this.showState();
    try {
      const map = await showing;
      if (map) this.tell(map, label);
    } catch (error) {
      this.fail(error, () => this.toggle(answer));
    }
    this.showState();
  }

  /** Which answer's map is shown, and what its colours mean. */
  showState() {
    this.showAnswers();
    this.card.showScale();
  }

  tell(map, label) {
    this.note.replaceChildren();
    if (!map.evidence) {
      this.say(`Nothing in this picture speaks for ${label}.`);
    } else if (this.network.cam === "gradient-weighted") {
      this.say("This map is gradient-weighted: approximate for this network.");
    }
    announce(`Heat map of ${label} shown.`);
  }

  /** TIFF, DICOM and others that browsers do not show: the server decodes them. */
  async decodeThere() {
    const blind = this.stage.classList.contains("blind");
    if (!blind || !this.answers || !this.network.cam || this !== this.card.panes[0]) return;
    try {
      const { body } = await ask(...this.request({ cam: "", map: "none" }, this.leaving.signal));
      this.card.setPicture(URL.createObjectURL(body));
      for (const pane of this.card.panes) pane.stage.classList.remove("blind");
    } catch {
      // The answers are there all the same.
    }
  }

  close() {
    this.leaving.abort();
    this.heat.close();
    this.element.remove();
  }
}
