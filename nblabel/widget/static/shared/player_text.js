// Words of the player of a sound (a series has none), and of the frame that shows HTML.

import { clockText } from "./format.js";

export const PLAYER_TEXT = {
  play: "Play",
  pause: "Pause",
  title: "Play or pause (Space); from the beginning (Shift+Space)",
  position: "Position in the sound",
  each: "Play each",
  eachTitle: "Play each sound as soon as it is on screen",
  loading: "Loading…",
  /** @param {number} at @param {number} of */
  time: (at, of) => `${clockText(at)} / ${clockText(of)}`,
  notAllowed: "The browser plays no sound yet: press Space.",
  /** @param {string} error */
  failed: (error) => `Cannot play it. ${error}`,
};

export const FRAME_TEXT = {
  noWords: "HTML without words",
  scripts: "Scripts in it do not run.",
};
