// What lies over the points: rings, the target, the outline being drawn, the cross-hair. Every mark
// is drawn twice, first wider in paper, so that it is seen on points of any colour.

const RING_RADIUS = 9;
const TARGET_RADIUS = 13;
const BADGE_RADIUS = 8.5;
const BADGE_HALF = BADGE_RADIUS + 2; // with the band of paper around it
const BADGE_SPACE = 2 * BADGE_RADIUS + 1;
const EDGE_INSET = 17;
const BADGE_ANGLES = [-45, -135, 45, 135, -90, 90, 0, 180].map(
  (degrees) => (degrees * Math.PI) / 180,
);

/** @typedef {[number, number]} Spot in CSS pixels */
/**
 * @typedef {object} OverlayPicture
 * @property {number} width
 * @property {number} height
 * @property {number} ratio
 * @property {import("./theme.js").MapTheme} theme
 * @property {Spot[]} outline
 * @property {Spot | null} cursor
 * @property {Spot | null} hover
 * @property {{spot: Spot, arrived: number} | null} picked `arrived` 0..1
 * @property {Spot | null} target the point asked about now
 * @property {Spot[]} queries the points asked about next, in order
 */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {OverlayPicture} picture
 */
export function paintOverlay(context, picture) {
  context.setTransform(picture.ratio, 0, 0, picture.ratio, 0, 0);
  context.clearRect(0, 0, picture.width, picture.height);
  context.lineJoin = "round";
  context.lineCap = "round";
  const pen = new OverlayPen(context, picture.theme, picture.ratio);
  if (picture.cursor) pen.crosshair(picture.cursor, picture.width, picture.height);
  if (picture.outline.length > 1) pen.outline(picture.outline);
  if (picture.hover) pen.ring(picture.hover, RING_RADIUS - 2, picture.theme.ink, 1.5);
  paintQueries(pen, picture);
  if (picture.picked) pen.picked(picture.picked);
}

/**
 * @param {OverlayPen} pen
 * @param {OverlayPicture} picture
 */
function paintQueries(pen, picture) {
  const { queries, target, theme } = picture;
  const inView = (/** @type {Spot} */ [x, y]) =>
    x >= 0 && y >= 0 && x <= picture.width && y <= picture.height;
  const seen = queries.filter(inView);
  for (const spot of seen) pen.ring(spot, RING_RADIUS, theme.ink, 2);
  /** @type {Spot[]} */
  const badges = [];
  if (target && inView(target)) pen.target(target);
  else if (target) pen.arrow(edgeSpot(target, picture, badges), target, "", theme.accent);
  // the first query chooses its place first
  queries.forEach((spot, position) => {
    const text = String(position + 1);
    if (inView(spot)) pen.badge(badgeSpot(spot, seen, badges, picture), text, theme.ink);
    else pen.arrow(edgeSpot(spot, picture, badges), spot, text, theme.ink);
  });
}

/** Badges that were drawn: text takes longer than all else that moves with a key.
 * @type {Map<string, HTMLCanvasElement>} */
const stamps = new Map();
const MOST_STAMPS = 64;

/**
 * @param {string} text
 * @param {string} color
 * @param {import("./theme.js").MapTheme} theme
 * @param {number} ratio
 */
function drawBadge(text, color, theme, ratio) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.ceil(2 * BADGE_HALF * ratio);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.beginPath();
  context.arc(BADGE_HALF, BADGE_HALF, BADGE_RADIUS, 0, 2 * Math.PI);
  new OverlayPen(context, theme, ratio).stroke(color, 0.5);
  context.fillStyle = color;
  context.fill();
  context.fillStyle = theme.paper;
  context.font = `700 11px ${theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, BADGE_HALF, BADGE_HALF + 0.5);
  return canvas;
}

class OverlayPen {
  /**
   * @param {CanvasRenderingContext2D} context
   * @param {import("./theme.js").MapTheme} theme
   * @param {number} ratio pixels of the canvas in a pixel of CSS
   */
  constructor(context, theme, ratio) {
    this.context = context;
    this.theme = theme;
    this.ratio = ratio;
  }

  /**
   * Stroke the current path on a band of paper.
   * @param {string} color
   * @param {number} width
   */
  stroke(color, width) {
    this.context.strokeStyle = this.theme.paper;
    this.context.lineWidth = width + 2.5;
    this.context.stroke();
    this.context.strokeStyle = color;
    this.context.lineWidth = width;
    this.context.stroke();
  }

  /**
   * @param {Spot} spot
   * @param {number} radius
   * @param {string} color
   * @param {number} width
   */
  ring([x, y], radius, color, width) {
    this.context.beginPath();
    this.context.arc(x, y, radius, 0, 2 * Math.PI);
    this.stroke(color, width);
  }

  /** @param {Spot} spot */
  target([x, y]) {
    const { context, theme } = this;
    context.beginPath();
    context.arc(x, y, TARGET_RADIUS, 0, 2 * Math.PI);
    for (const [dx, dy] of [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ]) {
      context.moveTo(x + dx * (TARGET_RADIUS - 5), y + dy * (TARGET_RADIUS - 5));
      context.lineTo(x + dx * (TARGET_RADIUS + 6), y + dy * (TARGET_RADIUS + 6));
    }
    this.stroke(theme.accent, 2.5);
  }

  /**
   * A ring closes in on the point that was clicked, and stays, dashed, until the kernel answers.
   * @param {{spot: Spot, arrived: number}} picked
   */
  picked({ spot, arrived }) {
    const { context, theme } = this;
    context.setLineDash([4, 5]);
    this.ring(spot, TARGET_RADIUS + 18 * (1 - arrived), theme.accent, 2.5);
    context.setLineDash([]);
  }

  /**
   * @param {Spot} spot
   * @param {string} text
   * @param {string} color
   */
  badge([x, y], text, color) {
    const { theme, ratio } = this;
    const key = [text, color, theme.paper, theme.font, ratio].join(" ");
    const stamp = stamps.get(key) ?? drawBadge(text, color, theme, ratio);
    if (stamps.size >= MOST_STAMPS) stamps.clear();
    stamps.set(key, stamp);
    // on whole pixels it is as sharp as what is drawn there
    const [left, top] = [x, y].map((at) => Math.round((at - BADGE_HALF) * ratio) / ratio);
    this.context.drawImage(stamp, left, top, stamp.width / ratio, stamp.height / ratio);
  }

  /**
   * A badge at the edge that points to where the mark is.
   * @param {Spot} at
   * @param {Spot} spot
   * @param {string} text "" for the target's own sign
   * @param {string} color
   */
  arrow(at, spot, text, color) {
    const { context } = this;
    const angle = Math.atan2(spot[1] - at[1], spot[0] - at[0]);
    const along = (/** @type {number} */ turn, /** @type {number} */ distance) =>
      /** @type {Spot} */ ([
        at[0] + Math.cos(angle + turn) * distance,
        at[1] + Math.sin(angle + turn) * distance,
      ]);
    context.beginPath();
    context.moveTo(...along(0, BADGE_RADIUS + 6));
    context.lineTo(...along(0.6, BADGE_RADIUS));
    context.lineTo(...along(-0.6, BADGE_RADIUS));
    context.closePath();
    this.stroke(color, 0.5);
    context.fillStyle = color;
    context.fill();
    this.badge(at, text || "◎", color);
  }

  /** @param {Spot[]} outline */
  outline(outline) {
    const { context, theme } = this;
    context.beginPath();
    for (const spot of outline) context.lineTo(...spot);
    context.closePath();
    context.globalAlpha = 0.1;
    context.fillStyle = theme.accent;
    context.fill();
    context.globalAlpha = 1;
    context.setLineDash([5, 5]);
    this.stroke(theme.accent, 1.75);
    context.setLineDash([]);
  }

  /**
   * @param {Spot} spot
   * @param {number} width
   * @param {number} height
   */
  crosshair(spot, width, height) {
    const { context, theme } = this;
    // a thin line is sharp only in the middle of a pixel
    const [x, y] = spot.map((value) => Math.floor(value) + 0.5);
    context.beginPath();
    for (const [fromX, fromY, toX, toY] of [
      [0, y, x - 6, y],
      [x + 6, y, width, y],
      [x, 0, x, y - 6],
      [x, y + 6, x, height],
    ]) {
      context.moveTo(fromX, fromY);
      context.lineTo(toX, toY);
    }
    this.stroke(theme.accent, 1);
  }
}

/**
 * Where a ring's badge covers neither another ring nor another badge, if there is such a place.
 * @param {Spot} spot
 * @param {Spot[]} rings
 * @param {Spot[]} badges those placed so far; the new one is added
 * @param {{width: number, height: number}} plane
 * @returns {Spot}
 */
function badgeSpot([x, y], rings, badges, { width, height }) {
  const reach = RING_RADIUS + 4;
  const candidates = BADGE_ANGLES.map(
    (angle) => /** @type {Spot} */ ([x + Math.cos(angle) * reach, y + Math.sin(angle) * reach]),
  );
  const room = (/** @type {Spot} */ [cx, cy]) => {
    const border = Math.min(cx, cy, width - cx, height - cy) + BADGE_RADIUS;
    const others = [...badges, ...rings.filter((ring) => ring[0] !== x || ring[1] !== y)];
    return Math.min(
      border,
      BADGE_SPACE,
      ...others.map((other) => Math.hypot(other[0] - cx, other[1] - cy)),
    );
  };
  const best = candidates.reduce((kept, next) => (room(next) > room(kept) + 0.5 ? next : kept));
  badges.push(best);
  return best;
}

/**
 * The place at the edge nearest to a mark that is out of view, moved along the edge past other
 * badges.
 * @param {Spot} spot
 * @param {{width: number, height: number}} plane
 * @param {Spot[]} badges those placed so far; the new one is added
 * @returns {Spot}
 */
function edgeSpot([x, y], { width, height }, badges) {
  const clamp = (/** @type {number} */ value, /** @type {number} */ size) =>
    Math.min(Math.max(value, EDGE_INSET), Math.max(size - EDGE_INSET, EDGE_INSET));
  const atSide = x < 0 || x > width;
  /** @type {Spot} */
  const at = [clamp(x, width), clamp(y, height)];
  const axis = atSide ? 1 : 0;
  const step = at[axis] > (atSide ? height : width) / 2 ? -BADGE_SPACE : BADGE_SPACE;
  while (badges.some((other) => Math.hypot(other[0] - at[0], other[1] - at[1]) < BADGE_SPACE - 1))
    at[axis] += step;
  badges.push(at);
  return at;
}
