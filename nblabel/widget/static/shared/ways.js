// What the parts of one view ask of each other. Each part fills in what it can do; until then, and
// where a part could not be built, nothing happens.

/**
 * @typedef {object} Ways
 * @property {() => void} focusQueue the keys answer the question on screen
 * @property {() => void} hush stop the sound of the question
 * @property {(format?: string) => void} openExport
 * @property {() => void} openSearch to type
 * @property {() => void} openClasses to change them
 * @property {(like: number) => void} openLike what is most like an item, to get one label
 * @property {(index: number) => void} openNear what is nearly equal to an item, to get one label
 * @property {(cluster: number | null) => void} openCluster to get one label; null for the first
 *   that is left to look at
 * @property {() => void} findClusters have somebody say how many
 * @property {(accepted: boolean) => void} openReview labels that the model contradicts, those of
 *   people or those accepted from it
 * @property {(wanted?: GalleryWish) => void} openGallery without a wish as it was left
 * @property {(indices: Uint32Array, hidden: number, focus: boolean) => void} openSelection what was
 *   drawn around, with how many others are hidden there, or chosen from Python
 * @property {(clears: boolean) => boolean} closeSelection whether there was one; `clears`: else
 *   nothing is chosen any more
 * @property {(indices: Uint32Array) => boolean} takeSelection have the gallery choose these;
 *   whether it is open and shows them
 * @property {(index: number) => boolean} pick have the gallery choose one; whether it is open
 * @property {() => Uint32Array | null} among what alone the open gallery shows, null for all
 * @property {(indices: Uint32Array) => void} lightUp points of the map, none to have all alike
 */
/**
 * What alone the gallery shows: what it is called, and as docs/wire.md has it.
 * @typedef {{text: string, asked: {nth_label?: number[], confidence?: (number | null)[],
 *   trusted?: {class: string, n: number}, near?: number, like?: number,
 *   cluster?: number | null}}} Only
 */
/**
 * What the gallery is to show: a class, an order, what is like an item, or only some items, of
 * which others are hidden. As a group all of them are chosen at first.
 * @typedef {{show?: string, label?: string, as?: string, order?: string, query?: string,
 *   like?: number, indices?: Uint32Array, hidden?: number, only?: Only,
 *   isGroup?: boolean}} GalleryWish
 */

/** Drawn for the audit at once: as many as an accuracy is told of. */
export const AUDITED_NOW = 30;

/** @returns {Ways} */
export function makeWays() {
  const nothing = () => {};
  const no = () => false;
  return {
    focusQueue: nothing,
    hush: nothing,
    openExport: nothing,
    openSearch: nothing,
    openClasses: nothing,
    openLike: nothing,
    openNear: nothing,
    openCluster: nothing,
    findClusters: nothing,
    openReview: nothing,
    openGallery: nothing,
    openSelection: nothing,
    closeSelection: no,
    takeSelection: no,
    pick: no,
    among: () => null,
    lightUp: nothing,
  };
}
