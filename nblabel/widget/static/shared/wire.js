// The shapes of docs/wire.md, as types. There is no code here.

/** `also`: former names; `parent`: the class above it; `subclasses`: it has some;
 * `like`: an earlier class that can hardly be told from it by its name;
 * `split`: into which others it is being sorted, and how many items are left.
 * @typedef {{name: string, key: string, color: string, description?: string, aliases?: string[],
 *   also?: string[], parent?: string, subclasses?: boolean, examples?: {id: string,
 *   index: number}[], retired?: boolean, like?: string,
 *   split?: {into: string[], left: number}}} ClassInfo */
/** `encoding`: that of the bytes; none for the pixels themselves. `about`: what is known of a sound
 * or series; `seconds`: how long it can be played. `full`: width and height of the whole picture,
 * where it was scaled down.
 * @typedef {{buffer: number | null, width: number, height: number, channels: 1 | 3,
 *   encoding?: "jpeg" | "png" | "svg+xml", about?: string, seconds?: number,
 *   full?: [number, number]}} Image */
/** `scripts`: whether there is one in it, which is not run.
 * @typedef {{buffer: number | null, scripts: boolean}} Html */
/** `length`: characters of the whole text, of which the bytes may hold fewer.
 * @typedef {{buffer: number | null, length: number}} Text */
/** `columns`: those of the whole row.
 * @typedef {{buffer: number | null, columns: number}} Row */
/** @typedef {Image | Text | Row | Html} Media */
/** @typedef {{image: Image | null, text: Text | null, row: Row | null, html?: Html}} Shown */
/** @typedef {{label: string, confidence: number}} Prediction */
/** @typedef {{index: number, label: string, confidence: number, why: string}} Suggestion */
/** @typedef {{label: string, suggestion: "yes" | "no", confidence: number}} Doubted */
/** `answered`: whether anything is known of its tags; `predicted`: those it is likely to have;
 *   `doubted`: those whose answers are under review, as the model contradicts them.
 * @typedef {{known: string[], answered: boolean, predicted: Prediction[] | null,
 *   doubted?: Doubted[]}} ItemTags */
/** @typedef {{text: string, parts: {name: string, value: number, text: string}[]}} Why */
/** @typedef {{id: string, index?: number, label: string, similarity: number} & Shown} Neighbor */
/**
 * @typedef {{id: string, index: number, error: string | null, label: string | null, source: string
 *   | null,
 *   prediction: Prediction | null, words: string[], why: Why | null, neighbors: Neighbor[],
 *   near?: number, note?: string, likeliest?: string[], beside?: Beside, tags?: ItemTags} & Shown}
 *   Item
 */
/** Columns beside an item, and how many more there are.
 * @typedef {{cells: import("./media.js").Cell[], more?: number}} Beside */
/** `chosen`: places among the names, none where they are shown as they come.
 * @typedef {{names: string[], chosen: number[]}} ColumnList */
/** `pictures`: the columns beside the items that hold pictures.
 * @typedef {{row?: ColumnList, beside?: ColumnList, pictures?: string[]}} Columns */
/** @typedef {{value: string, text: string}} Choice */
/** `cluster`: the number of the one that the entry opens.
 * @typedef {{code: number, name: string, color: string, count: number | null, cluster?: number}}
 *   LegendEntry */
/**
 * @typedef {{name: string, choices: Choice[], running: boolean, progress: number, text: string,
 * train: boolean}} Projection
 */
/**
 * @typedef {{labeled: number, accepted: number, skipped: number, flagged: number, coarse?: number,
 *   left: number,
 *   total: number, per_hour: number | null, seconds_left: number | null, refit_ms: number | null,
 *   model: {text: string, title: string}, store: {persistent: boolean, text: string},
 *   classes: {name: string, color: string, count: number}[], messages: {text: string, title:
 * string}[],
 *   notices: {kind: "info" | "error", text: string}[]}} Status
 */
/** @typedef {{value: string, text: string, ending: string}} Format */
/** `apart`: the kernel's folder is nobody's who sees the panel: files go to the browser.
 * @typedef {{formats: Format[], running: boolean, progress: number, kind: "info" | "done" | "ask" |
 * "error", text: string, apart?: boolean}} Exporting
 */
/**
 * @typedef {{share: number, repeats: number, waiting: number, colors: Record<string, string>,
 * stopping: {gain: number, labels: number} | null, contradicted?: number,
 * tags?: TagAudit}} Audit
 */
/** Shares with the ends of their intervals; null where they are not known.
 * @typedef {{name?: string, color?: string, checks: number, accuracy: (number | null)[] | null,
 *   precision: (number | null)[] | null, recall: (number | null)[] | null}} TagFigures */
/** `least`: from so many audit labels on shares are told; `more`: tags that are not listed.
 * @typedef {{least: number, more: number, mean: TagFigures, rows: TagFigures[]}} TagAudit */
/** @typedef {{max_error: number, confidence: number, per_class: boolean, tags?: string[]}} Terms */
/** Items with an answer of the model, those that may get one, and what is missing for that.
 * @typedef {{name: string, color: string, yes: number, no: number, ready_yes: number,
 *   ready_no: number, left: number, needed: number}} TagToGive */
/**
 * @typedef {{terms: Terms, running: "" | "estimate" | "draw" | "accept" | "revert", progress:
 *   number, text: string,
 *   headline: string, details: string[], ready: number, needed: number, changed: number, left:
 * number,
 *   waiting: number, undo: string, undo_kind: "" | "accept" | "withdraw", undo_count: number,
 *   curve: {name: string, points: (number | null)[][]}[], tags?: TagToGive[]}} AutoLabel
 */
/**
 * @typedef {{accuracy: number[][], confident: number[][], threshold: number, plotly: boolean}}
 * Curves
 */
/**
 * @typedef {{running: boolean, progress: number, left: number, total: number, text: string}} Review
 */
/** progress: null where nothing runs.
 * @typedef {{progress: number | null, text: string}} Comparison */
/**
 * @typedef {{n: number, labeled: number, labels: {name: string, color: string, count: number}[],
 * warning: string, likeliest?: string[]}} Facts
 */
/**
 * What the kernel writes; those that are objects may be empty or missing before it does.
 * @typedef {{
 *   classes: ClassInfo[], recent_classes: string[], pool: {total: number, noun: string},
 *   multi_label: boolean,
 *   store: {key: string, persistent: boolean, text: string},
 *   show_prediction: boolean, highlight: string, snapshot: Item | null, snapshot_bytes: DataView |
 * null,
 *   error: string, closed: string, map_kind: "canvas" | "plotly", color_by: string, color_modes:
 * Choice[], find_target: string, find_hint: string, columns: Columns, search_ways: string[],
 *   guidelines: {text?: string, nodes?: import("./marked.js").Marked[]},
 *   legend: LegendEntry[], clustering: {n: number, finding: boolean, suggested: number},
 * projection: Projection,
 *   status: Partial<Status>, hourly_rate: number | null, exporting: Partial<Exporting>,
 *   importing: {text?: string, progress?: number}, audit: Partial<Audit>, auto_label:
 * Partial<AutoLabel>,
 *   changes: number, changes_heard: number, revision: {since: number, number: number},
 *   review: Partial<Review>, learning_curves: Partial<Curves>, comparison: Partial<Comparison>}}
 * Traits
 */
/** @typedef {import("@anywidget/types").AnyModel<Traits>} Model */
/** `like`: the class that a name is refused for.
 * @typedef {{uid: string, ok: boolean, retry?: boolean, text: string, like?: string}} Ack */
/** `front` is added when it is sent; positions travel as buffers.
 * @typedef {{uid: string, type: string, id?: string, indices?: number[], marked?: number[]} &
 *   Record<string, any>} LogEvent */

export {};
