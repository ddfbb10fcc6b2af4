// SPDX-License-Identifier: MIT
// The key that a server may ask for: one dialogue, whoever needs it, and kept for this tab only.
import { find, showError } from "./dom.js";

const NAME = "densenet-key";
let asking = null;
let declined = 0;
let given = () => {};

export const key = () => sessionStorage.getItem(NAME);

/** How often the dialogue was closed without a key. */
export const timesDeclined = () => declined;

/** Calls call() whenever somebody has given a key. */
export function watchKey(call) {
  given = call;
}

function answer() {
  const dialog = find("key-dialog");
  return new Promise((resolve) => {
    find("key-form").onsubmit = (event) => {
      event.preventDefault();
      const value = find("key").value.trim();
      if (!value) {
        showError(find("key-error"), "A key is needed here.");
        return;
      }
      sessionStorage.setItem(NAME, value);
      dialog.onclose = null;
      dialog.close();
      resolve(true);
      given();
    };
    find("key-cancel").onclick = () => dialog.close();
    dialog.onclose = () => {
      declined++;
      resolve(false);
    };
    dialog.showModal();
    find("key").focus();
  });
}

/**
 * Asks once for all who wait; used: the key that was refused, or null; before: timesDeclined() when the request was made.
 * False if there is none to be had.
 */
export async function askForKey(used, before) {
  if (key() !== used) return true;
  if (declined > before) return false;
  if (!asking) {
    find("key").value = "";
    find("key-error").replaceChildren();
    if (used) showError(find("key-error"), "The server did not accept that key.");
    asking = answer().finally(() => {
      asking = null;
    });
  }
  return asking;
}
