// SPDX-License-Identifier: MIT
// All pictures, in the order in which they came.
import { Card } from "./card.js";
import { announce, find } from "./dom.js";
import { chosenNetworks } from "./networks.js";
import { counted } from "./words.js";

const cards = [];

function arrange() {
  const comparing = chosenNetworks().length > 1;
  document.body.classList.toggle("working", cards.length > 0);
  find("pictures").hidden = !cards.length;
  find("pictures-title").textContent = counted(cards.length, "picture", "pictures");
  const several = cards.length > 1;
  for (const [name, holds] of Object.entries({ single: !several && !comparing, many: several && !comparing, several, comparing })) {
    find("wall").classList.toggle(name, holds);
  }
  find("hint").hidden = !chosenNetworks().some((network) => network.cam);
  find("clear").hidden = !several;
}

function remove(card) {
  const place = cards.indexOf(card);
  cards.splice(place, 1);
  card.close();
  arrange();
  announce(`${card.name} was removed.`);
  (cards[Math.min(place, cards.length - 1)]?.removeButton ?? find("choose")).focus();
}

export function addPictures(files) {
  const made = files.map((file) => new Card(file, remove));
  cards.push(...made);
  arrange();
  find("wall").append(...made.map((card) => card.element));
  for (const card of made) card.show(chosenNetworks());
  made[0].element.scrollIntoView({ block: "nearest" });
}

export function askAgain() {
  arrange();
  for (const card of cards) card.show(chosenNetworks());
}

/** Asks again what was refused for want of a key. */
export function askWithKey() {
  for (const pane of cards.flatMap((card) => card.panes)) if (pane.lacksKey) pane.ask();
}

export function watchWall() {
  find("clear").onclick = () => {
    for (const card of cards.splice(0)) card.close();
    arrange();
    announce("All pictures were removed.");
    find("choose").focus();
  };
}
