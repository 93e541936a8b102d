// What is known of the sound or series on screen, and the sound itself: played by a key, in parts
// that the kernel sends one after the other.

import { h, setText } from "./dom.js";
import { guarded, listen } from "./errors.js";
import { lookKeyOf } from "./look_keys.js";
import { bytesOf } from "./pixels.js";
import { TEXT } from "./text.js";

/** So near the end of a sound or of a part, in seconds, nothing is left to play. */
const END = 0.02;

/** @typedef {{start: number, seconds: number}} Part */

/** Plays one sound at a time, from any place. Emits nothing: it calls `changed`. */
class SoundPlayer {
  /**
   * @param {(id: string, start: number) => boolean} ask asks the kernel for a part
   * @param {() => void} changed
   * @param {(text: string) => void} say
   */
  constructor(ask, changed, say) {
    this.ask = ask;
    this.changed = changed;
    this.say = say;
    this.audio = new Audio();
    this.id = "";
    this.seconds = 0;
    this.position = 0;
    /** What the kernel was asked for, from which second on. @type {number | null} */
    this.asked = null;
    /** What is loaded. @type {Part | null} */
    this.part = null;
    this.url = "";
    listen(this.audio, "timeupdate", () => this.follow());
    listen(this.audio, "ended", () => this.endPart());
    for (const type of ["play", "pause"]) listen(this.audio, type, () => this.changed());
  }

  get isPlaying() {
    return this.asked !== null || !this.audio.paused;
  }

  /** @param {string} id @param {number} seconds */
  take(id, seconds) {
    this.stop();
    this.forget();
    this.id = id;
    this.seconds = seconds;
    this.position = 0;
  }

  /** @param {boolean} restart from the beginning */
  press(restart) {
    if (this.isPlaying && !restart) this.stop();
    else this.play(restart || this.position > this.seconds - END ? 0 : this.position);
    this.changed();
  }

  /** @param {number} from in seconds */
  play(from) {
    this.position = from;
    const { part } = this;
    const holds = part && from >= part.start && from < part.start + part.seconds - END;
    if (holds) {
      this.audio.currentTime = from - part.start;
      this.begin();
    } else {
      this.audio.pause();
      this.asked = this.ask(this.id, from) ? from : null;
    }
    this.changed();
  }

  stop() {
    this.asked = null;
    this.audio.pause();
  }

  /**
   * @param {{id: string, start: number, seconds: number, error: string}} message
   * @param {DataView | null | undefined} buffer
   */
  receive({ id, start, seconds, error }, buffer) {
    if (id !== this.id || start !== this.asked) return;
    this.asked = null;
    if (error || !buffer) {
      this.say(TEXT.player.failed(error));
      this.changed();
      return;
    }
    this.forget();
    const blob = new Blob([/** @type {BlobPart} */ (bytesOf(buffer))], { type: "audio/wav" });
    this.url = URL.createObjectURL(blob);
    this.part = { start, seconds };
    this.audio.src = this.url;
    this.begin();
  }

  begin() {
    const fail = (/** @type {DOMException} */ error) => {
      if (error.name === "AbortError") return; // another one began meanwhile
      const isEarly = error.name === "NotAllowedError";
      this.say(isEarly ? TEXT.player.notAllowed : TEXT.player.failed(error.message));
      this.changed();
    };
    this.audio.play().catch(guarded(fail));
  }

  follow() {
    if (this.part && this.asked === null) {
      this.position = Math.min(this.part.start + this.audio.currentTime, this.seconds);
    }
    this.changed();
  }

  endPart() {
    if (!this.part) return;
    this.position = Math.min(this.part.start + this.part.seconds, this.seconds);
    if (this.position < this.seconds - END) this.play(this.position);
    this.changed();
  }

  forget() {
    if (this.url) {
      this.audio.removeAttribute("src");
      URL.revokeObjectURL(this.url);
    }
    this.url = "";
    this.part = null;
  }
}

/**
 * @param {import("./looking.js").Looker} looker
 */
export function buildPlayer({ context, signal, say, focus }) {
  const ask = (/** @type {string} */ id, /** @type {number} */ start) => {
    const sent = context.send({ type: "play", id, start });
    if (!sent) say(TEXT.notResponding);
    return sent;
  };
  const player = new SoundPlayer(
    ask,
    guarded(() => draw()),
    say,
  );
  const name = h("span");
  const button = h(
    "button",
    {
      type: "button",
      class: "nbl-do-play",
      title: TEXT.player.title,
      "aria-keyshortcuts": "Space",
    },
    name,
    h("kbd", { "aria-hidden": "true", text: lookKeyOf("play") }),
  );
  const slider = h("input", {
    type: "range",
    min: 0,
    value: 0,
    "aria-label": TEXT.player.position,
  });
  const time = h("span", { class: "nbl-player-time" });
  const each = h("input", { type: "checkbox" });
  const eachLabel = h("label", { title: TEXT.player.eachTitle }, each, TEXT.player.each);
  const controls = h("div", { class: "nbl-player-controls" }, button, slider, time, eachLabel);
  const about = h("p", { class: "nbl-about" });
  const node = h("div", { class: "nbl-player", hidden: true }, controls, about);
  listen(button, "click", () => {
    player.press(false);
    focus();
  });
  listen(slider, "input", () => player.play(slider.valueAsNumber));
  listen(slider, "pointerup", focus);
  listen(each, "change", focus);
  const draw = () => {
    setText(name, player.isPlaying ? TEXT.player.pause : TEXT.player.play);
    slider.max = String(player.seconds);
    slider.step = String(Math.max(player.seconds / 1000, 0.001));
    slider.value = String(player.position);
    const text = TEXT.player.time(player.position, player.seconds);
    slider.setAttribute("aria-valuetext", text);
    setText(time, player.asked === null ? text : TEXT.player.loading);
  };
  /**
   * @param {string} shown id of the item on screen, "" for none
   * @param {import("./media.js").Kept | null} kept what is here of it
   */
  const render = (shown, kept) => {
    const media = kept?.media;
    const known = media && "width" in media ? media : null;
    // from the first of them on its place stays, so that nothing below it moves
    if (known?.about) node.hidden = false;
    setText(about, known?.about ?? "");
    const seconds = known?.seconds ?? 0;
    controls.hidden = !seconds && context.noun !== "sound";
    controls.inert = !seconds;
    const id = seconds ? shown : "";
    if (id === player.id) return;
    player.take(id, seconds);
    const isSeen = () => node.getClientRects().length > 0;
    if (id && each.checked && isSeen()) player.play(0);
    draw();
  };
  /**
   * @param {boolean} restart
   * @returns {boolean} whether there is something to hear
   */
  const press = (restart) => {
    if (player.id) player.press(restart);
    return context.noun === "sound";
  };
  context.link.on("sound", (message, buffers) => player.receive(message, buffers[0]), signal);
  signal.addEventListener("abort", () => player.take("", 0));
  const hush = () => {
    player.stop();
    draw();
  };
  return { node, render, press, hush };
}
