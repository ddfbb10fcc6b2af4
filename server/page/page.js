// SPDX-License-Identifier: MIT
import { find, showError } from "./dom.js";
import { watchIntake } from "./intake.js";
import { watchKey } from "./key.js";
import { loadNetworks } from "./networks.js";
import { addPictures, askAgain, askWithKey, watchWall } from "./wall.js";

const early = []; // pictures that came before it was known who answers
let starting = false;
let ready = false;

function add(files) {
  if (ready) {
    addPictures(files);
  } else {
    early.push(...files);
    if (!starting) start();
  }
}

async function start() {
  starting = true;
  find("facts").replaceChildren();
  try {
    await loadNetworks(askAgain);
    ready = true;
  } catch (error) {
    showError(find("facts"), error.message, start);
  }
  starting = false;
  if (ready && early.length) addPictures(early.splice(0));
}

watchIntake(add);
watchKey(askWithKey);
watchWall();
start();
