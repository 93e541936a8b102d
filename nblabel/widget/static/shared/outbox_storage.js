// Where the outbox keeps its events in the browser: one entry an event, so that two pages on the
// same log never overwrite each other's.

const PREFIX = "nblabel:outbox";
/** Entries that cannot be read are put aside under this name; nothing is deleted. */
const UNREADABLE = "nblabel:unreadable";
/** What earlier versions put behind the key of the log for events of the map. */
const MAP_SUFFIX = ":map";

/** @typedef {import("./wire.js").LogEvent} LogEvent */

export class OutboxStorage {
  /** @param {string} key of the log */
  constructor(key) {
    this.key = `${PREFIX}:${key}`;
  }

  /** @param {LogEvent} event */
  keep(event) {
    const value = JSON.stringify({ order: performance.timeOrigin + performance.now(), event });
    withStorage((storage) => storage.setItem(`${this.key} ${event.uid}`, value));
  }

  /** @param {string} uid */
  drop(uid) {
    withStorage((storage) => {
      storage.removeItem(`${this.key} ${uid}`);
      storage.removeItem(`${this.key}${MAP_SUFFIX} ${uid}`);
    });
  }

  /**
   * The events kept for this log, oldest first, and how many entries could not be read.
   * @returns {{events: LogEvent[], unreadable: number}}
   */
  read() {
    const prefixes = [`${this.key} `, `${this.key}${MAP_SUFFIX} `];
    const names =
      withStorage((storage) =>
        Object.keys(storage).filter((name) => prefixes.some((prefix) => name.startsWith(prefix))),
      ) ?? [];
    const entries = names.map(
      (name) => parse(withStorage((storage) => storage.getItem(name))) ?? putAside(name),
    );
    const readable = entries.filter((entry) => entry !== null);
    readable.sort((a, b) => a.order - b.order);
    return {
      events: readable.map(({ event }) => event),
      unreadable: entries.length - readable.length,
    };
  }
}

/**
 * Storage may be full or forbidden; then the page alone holds the events.
 * @template T
 * @param {(storage: Storage) => T} use
 * @returns {T | null}
 */
function withStorage(use) {
  try {
    return use(localStorage);
  } catch {
    return null;
  }
}

/**
 * @param {string | null} text
 * @returns {{order: number, event: LogEvent} | null} null where it is none
 */
function parse(text) {
  try {
    const entry = JSON.parse(text ?? "null");
    const { uid, type } = entry.event;
    return typeof uid === "string" && typeof type === "string" ? entry : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @returns {null}
 */
function putAside(name) {
  return withStorage((storage) => {
    storage.setItem(`${UNREADABLE} ${name}`, storage.getItem(name) ?? "");
    storage.removeItem(name);
    return null;
  });
}
