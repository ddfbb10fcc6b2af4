// SPDX-License-Identifier: MIT
// Ways in: dropped, pasted, chosen and photographed pictures.
import { canPhotograph, photograph } from "./camera.js";
import { find, showError } from "./dom.js";

/** The files of a folder that was dropped, and of those in it. */
async function* filesOf(entry) {
  if (entry.isFile) {
    yield await new Promise((resolve, reject) => entry.file(resolve, reject));
  } else {
    const reader = entry.createReader();
    for (;;) {
      const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!entries.length) return;
      for (const inner of entries) yield* filesOf(inner);
    }
  }
}

async function dropped(transfer) {
  const direct = [...transfer.files];
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return direct;
  const files = [];
  for (const entry of entries) {
    for await (const file of filesOf(entry)) {
      if (!file.name.startsWith(".")) files.push(file);
    }
  }
  return files;
}

/** Calls add(files) with whatever comes in. */
export function watchIntake(add) {
  const place = find("intake-error");
  const take = (files, otherwise) => {
    place.replaceChildren();
    if (files.length) {
      add([...files]);
    } else {
      showError(place, otherwise);
    }
  };

  const files = find("files");
  find("choose").onclick = () => files.click();
  for (const input of [files, find("capture")]) {
    input.onchange = () => {
      if (input.files.length) take(input.files);
      input.value = ""; // the same file may be chosen again
    };
  }
  find("photograph").hidden = !canPhotograph();
  find("photograph").onclick = () => photograph((file) => take([file]));

  document.addEventListener("paste", (event) => {
    if (event.target instanceof HTMLInputElement) return;
    take(event.clipboardData.files, "There is no picture in what was pasted: copy the picture itself, not a link to it.");
  });

  const landing = (shown) => document.body.classList.toggle("dragging", shown);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    landing(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) landing(false);
  });
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    landing(false);
    take(await dropped(event.dataTransfer), "That was no file: save the picture first, then drop it.");
  });
}
