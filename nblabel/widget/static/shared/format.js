// How numbers, shares and durations are written, everywhere in the page.

const NARROW_SPACE = "\u202f";
const wholeNumbers = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** @param {number} n */
export function countText(n) {
  return wholeNumbers.format(n);
}

/**
 * A share as whole per cent, with a space that is never broken.
 * @param {number} share 0..1
 */
export function percentText(share) {
  return `${Math.round(share * 100)}${NARROW_SPACE}%`;
}

/**
 * A share in per cent with three figures.
 * @param {number} share 0..1
 */
export function shareText(share) {
  return `${+(100 * share).toPrecision(3)}${NARROW_SPACE}%`;
}

/**
 * A value from 0 to 1 that is no share, with two decimals.
 * @param {number} value
 */
export function decimalText(value) {
  return value.toFixed(2);
}

/** @param {number} seconds */
export function durationText(seconds) {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return "less than a minute";
  if (minutes < 60) return `${minutes} min`;
  if (minutes >= 600) return `${countText(minutes / 60)} h`;
  return [`${Math.floor(minutes / 60)} h`, minutes % 60 ? `${minutes % 60} min` : ""]
    .join(" ")
    .trim();
}

/** @param {number} ms */
export function millisecondsText(ms) {
  return ms < 1000 ? `${countText(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** @param {string} word */
export function capital(word) {
  return word[0].toUpperCase() + word.slice(1);
}

/**
 * Several of them.
 * @param {string} noun
 */
export function many(noun) {
  return noun.endsWith("s") ? noun : `${noun}s`;
}

/**
 * @param {number} n
 * @param {string} one
 * @param {string} [several]
 */
export function counted(n, one, several = many(one)) {
  return `${countText(n)} ${n === 1 ? one : several}`;
}

/**
 * A time in a sound, as players have it: 0:03, 1:00:00.
 * @param {number} seconds
 */
export function clockText(seconds) {
  const whole = Math.floor(seconds + 1e-6);
  const [hours, minutes, rest] = [whole / 3600, (whole / 60) % 60, whole % 60].map(Math.floor);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
