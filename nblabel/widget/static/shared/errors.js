// What goes wrong in page code is shown in the panel, and stops nothing but itself. Whatever the
// browser or the kernel calls (listeners, timers, frames, observers, messages) is guarded here.

/** @type {Set<(error: unknown) => void>} */
const errorReporters = new Set();

/**
 * Be told of what goes wrong.
 * @param {(error: unknown) => void} report
 * @returns {() => void} ends it
 */
export function onPageError(report) {
  errorReporters.add(report);
  return () => errorReporters.delete(report);
}

/** @param {unknown} error */
export function reportPageError(error) {
  console.error(error);
  for (const report of errorReporters) report(error);
}

/**
 * The same function, whose errors are reported instead of thrown.
 * @template {any[]} Args
 * @template Result
 * @param {(...args: Args) => Result} act
 * @returns {(...args: Args) => Result | undefined}
 */
export function guarded(act) {
  return (...args) => {
    try {
      return act(...args);
    } catch (error) {
      reportPageError(error);
      return undefined;
    }
  };
}

/**
 * Listen, until the signal says that it is over.
 * @param {EventTarget} target
 * @param {string} type
 * @param {(event: any) => void} act
 * @param {AddEventListenerOptions} [options]
 */
export function listen(target, type, act, options) {
  target.addEventListener(type, guarded(act), options);
}

/** @param {number} ms @param {() => void} act */
export function later(ms, act) {
  return setTimeout(guarded(act), ms);
}

/** @param {number} ms @param {() => void} act */
export function every(ms, act) {
  return setInterval(guarded(act), ms);
}

/** @param {(now: number) => void} act */
export function nextFrame(act) {
  return requestAnimationFrame(guarded(act));
}
