// What the parts of one view ask of each other. Each part fills in what it can do; until then, and
// where a part could not be built, nothing happens.

/**
 * @typedef {object} Ways
 * @property {() => void} focusQueue the keys answer the question on screen
 * @property {(taken: boolean) => void} pauseQueue the classes label a group now, or no longer
 * @property {() => void} openExport
 * @property {(like: number | null) => void} openSearch for what is like an item, or to type
 * @property {() => void} openClasses to change them
 * @property {(index: number) => void} openNear what is nearly equal to an item, to get one label
 * @property {(wanted: GalleryWish) => void} openGallery
 * @property {(indices: Uint32Array, narrows: boolean) => boolean} takeSelection have the gallery
 *   choose these, or show only these; whether it is open
 * @property {() => Uint32Array | null} among what alone the open gallery shows, null for all
 * @property {(indices: Uint32Array) => void} lightUp points of the map, none to have all alike
 */
/**
 * What alone the gallery shows: what it is called, and as docs/wire.md has it.
 * @typedef {{text: string, asked: {nth_label?: number[], confidence?: (number | null)[],
 *   trusted?: {class: string, n: number}, near?: number}}} Only
 */
/**
 * What the gallery is to show: a class, an order, what is like an item, or only some items. As a
 * group all of them are chosen at first.
 * @typedef {{show?: string, label?: string, as?: string, order?: string, query?: string,
 *   like?: number, indices?: Uint32Array, only?: Only, isGroup?: boolean}} GalleryWish
 */

/** @returns {Ways} */
export function makeWays() {
  const nothing = () => {};
  return {
    focusQueue: nothing,
    pauseQueue: nothing,
    openExport: nothing,
    openSearch: nothing,
    openClasses: nothing,
    openNear: nothing,
    openGallery: nothing,
    takeSelection: () => false,
    among: () => null,
    lightUp: nothing,
  };
}
