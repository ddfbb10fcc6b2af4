// SPDX-License-Identifier: MIT
// A photo: the phone's own camera where there is one, else what the browser lets a page see.
import { find, showError } from "./dom.js";

const isPhone = () => matchMedia("(pointer: coarse)").matches;

export const canPhotograph = () => isPhone() || Boolean(navigator.mediaDevices?.getUserMedia);

function frame(video) {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95));
}

function name() {
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  return `photo ${two(now.getHours())}.${two(now.getMinutes())}.${two(now.getSeconds())}.jpg`;
}

async function open(video) {
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } },
    });
    await video.play();
    return true;
  } catch (error) {
    const refused = error.name === "NotAllowedError";
    showError(find("camera-error"), refused ? "The browser does not let this page use the camera." : "No camera was found.");
    return false;
  }
}

/** Calls add(file) with the photo, if one is taken. */
export async function photograph(add) {
  if (isPhone()) {
    find("capture").click();
    return;
  }
  const dialog = find("camera-dialog");
  const video = find("viewfinder");
  const shutter = find("shutter");
  const stop = () => {
    video.srcObject?.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  };
  find("camera-error").replaceChildren();
  find("camera-cancel").onclick = () => dialog.close();
  dialog.onclose = stop;
  shutter.disabled = true;
  shutter.onclick = async () => {
    const blob = await frame(video);
    dialog.close();
    add(new File([blob], name(), { type: blob.type }));
  };
  dialog.showModal();
  const sees = await open(video);
  if (!dialog.open) {
    stop(); // it was closed while the browser asked for permission
  } else if (sees) {
    shutter.disabled = false;
    shutter.focus();
  }
}
