// SPDX-License-Identifier: MIT
// The heat map of one class at a time, laid over a picture.
import { make } from "./dom.js";
import { ask } from "./requests.js";

export class HeatMap {
  /** request(question, signal): what ask() takes, for a question about the picture. */
  constructor(stage, request) {
    this.stage = stage;
    this.request = request;
    this.fetched = new Map();
    this.hide();
  }

  hide() {
    this.fetching?.abort();
    this.stage.querySelector(".map")?.remove();
    this.stage.removeAttribute("aria-busy");
    this.index = null; // the class whose map is shown, or will be
    this.cropped = false; // whether it has dark edges
  }

  /** Resolves to {evidence, cropped}, or to null if meanwhile it was hidden or another one asked for. */
  async show(index, label, leaving) {
    this.hide();
    this.index = index;
    this.fetching = new AbortController();
    const signal = AbortSignal.any([this.fetching.signal, leaving]);
    this.stage.setAttribute("aria-busy", "true");
    try {
      const map = await this.fetch(index, signal);
      if (signal.aborted) return null;
      this.stage.append(make("img", { className: "map", src: map.url, alt: `Heat map: where the evidence for ${label} lies` }));
      this.cropped = map.cropped;
      this.stage.removeAttribute("aria-busy");
      return map;
    } catch (error) {
      if (signal.aborted) return null;
      this.hide();
      throw error;
    }
  }

  async fetch(index, signal) {
    if (!this.fetched.has(index)) {
      const { response, body } = await ask(...this.request({ cam: index, map: "alone" }, signal));
      this.fetched.set(index, {
        url: URL.createObjectURL(body),
        evidence: Number(response.headers.get("Densenet-Evidence")),
        cropped: response.headers.get("Densenet-Cropped") === "yes",
      });
    }
    return this.fetched.get(index);
  }

  close() {
    for (const { url } of this.fetched.values()) URL.revokeObjectURL(url);
  }
}
