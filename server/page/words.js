// SPDX-License-Identifier: MIT
// Numbers as people read them.

export function percent(share) {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return "<0.1%";
  if (value < 100 && value >= 99.95) return ">99.9%";
  return value === 100 ? "100%" : `${value.toFixed(1)}%`;
}

export const whole = (number) => number.toLocaleString("en");

export const counted = (number, one, many) => `${whole(number)} ${number === 1 ? one : many}`;

/** 692,106; 8.0 million. */
export function rough(number) {
  return number < 1e6 ? whole(number) : `${(number / 1e6).toFixed(1)} million`;
}

/** What the network's outputs are called. */
export const kind = (network, count) => (network.objective === "labels" ? ["label", "labels"] : ["class", "classes"])[count === 1 ? 0 : 1];

export const readable = (label) => label.replaceAll("_", " ");
