// SPDX-License-Identifier: MIT
import { find, showError } from "./dom.js";
import { watchIntake } from "./intake.js";
import { loadNetworks } from "./networks.js";
import { addPictures, askAgain, watchWall } from "./wall.js";

const early = []; // pictures that came before it was known who answers
let ready = false;

function add(files) {
  if (ready) {
    addPictures(files);
  } else {
    early.push(...files);
  }
}

async function start() {
  find("facts").replaceChildren();
  try {
    await loadNetworks(askAgain);
  } catch (error) {
    showError(find("facts"), error.message, start);
    return;
  }
  ready = true;
  if (early.length) addPictures(early.splice(0));
}

watchIntake(add);
watchWall();
start();
