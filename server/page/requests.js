// SPDX-License-Identifier: MIT
// Requests to the server: a few at a time, again when it is busy, with a key when it asks for one.
import { askForKey, key, timesDeclined } from "./key.js";

const AT_ONCE = 4;
const MOST_TRIES = 20;
const LONGEST_WAIT = 60;
let running = 0;
const queue = [];

/** What the server refused, in its own words; `again`: the same request may be answered later. */
export class Refusal extends Error {
  constructor(sentence, again) {
    super(sentence);
    this.again = again;
  }
}

/** For want of a key. */
export class KeyRefusal extends Refusal {
  constructor() {
    super("This server answers only with a key.", true);
  }
}

function startNext() {
  while (running < AT_ONCE && queue.length) {
    running++;
    queue.shift()();
  }
}

/** Resolves when it is this request's turn. */
function turn(signal) {
  return new Promise((resolve, reject) => {
    const start = () => {
      signal?.removeEventListener("abort", leave);
      resolve();
    };
    const leave = () => {
      queue.splice(queue.indexOf(start), 1);
      reject(signal.reason);
    };
    signal?.throwIfAborted();
    signal?.addEventListener("abort", leave, { once: true });
    queue.push(start);
    startNext();
  });
}

async function send(path, options) {
  await turn(options.signal);
  try {
    const headers = key() ? { Authorization: `Bearer ${key()}` } : {};
    const response = await fetch(path, { ...options, headers, credentials: "omit" });
    // The body is part of the turn: whoever comes next would share the line with it.
    return { response, body: await response.blob() };
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    throw new Refusal("The server does not answer. Is it still running?", true);
  } finally {
    running--;
    startNext();
  }
}

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, 1000 * seconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

async function sentence(response, body) {
  try {
    const { error } = JSON.parse(await body.text());
    if (error) return error;
  } catch {
    // Something between here and the server answered.
  }
  return `The server answered ${response.status} ${response.statusText}`.trim();
}

/**
 * Sends a request and returns {response, body}, where body is a Blob, or throws a Refusal.
 * onWait(seconds) is called when the server is busy and asks to come back.
 */
export async function ask(path, { onWait, ...options } = {}) {
  for (let tries = 1; ; tries++) {
    const used = key();
    const before = timesDeclined();
    const { response, body } = await send(path, options);
    if (response.ok) return { response, body };
    if (response.status === 401) {
      if (await askForKey(used, before)) continue;
      throw new KeyRefusal();
    }
    const busy = response.status === 429 || response.status === 503;
    if (!busy || tries === MOST_TRIES) throw new Refusal(await sentence(response, body), response.status >= 429);
    const seconds = Math.min(Math.max(Number(response.headers.get("Retry-After")) || 1, 1), LONGEST_WAIT);
    onWait?.(seconds);
    await pause(seconds, options.signal);
  }
}

export async function askForJSON(path, options) {
  const { body } = await ask(path, options);
  return JSON.parse(await body.text());
}
