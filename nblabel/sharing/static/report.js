// The map of a report: points on a canvas, a legend that hides and shows, a card for one item.
(() => {
  /** @param {string} id @returns {any} */
  const byId = (id) => document.getElementById(id);
  const block = byId("data");
  if (!block) return;
  /** @type {Record<string, any>} */
  const data = JSON.parse(block.textContent);
  const { n, texts, sheet } = data;
  /** @type {HTMLCanvasElement} */
  const canvas = byId("points");
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const [card, legend, modes] = [byId("card"), byId("legend"), byId("modes")];

  /** @param {string} text @param {any} Type */
  const numbers = (text, Type) =>
    new Type(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  const places = numbers(data.points, Uint16Array);
  /** What each item is, by mode: codes with names and colours. */
  /** @type {Record<string, {codes: any, legend: {name: string, color: string}[]}>} */
  const colored = {};
  for (const [name, mode] of Object.entries(data.modes))
    colored[name] = { ...mode, codes: numbers(mode.codes, mode.wide ? Uint16Array : Uint8Array) };
  /** Of the predicted class, in percent, where that is known. */
  const confidence = data.confidence ? numbers(data.confidence, Uint8Array) : null;
  /** Where an item is among those that are shown as they are, by its position. */
  const shown = new Map(
    data.shown.map((/** @type {number} */ item, /** @type {number} */ at) => [item, at]),
  );
  /** @type {HTMLImageElement | null} */
  const picture = byId("sheet");

  let mode = "class";
  /** @type {Set<number>} */
  let hidden = new Set();
  /** @type {number | null} */
  let chosen = null;
  // what the canvas shows: its middle, from 0 to 1, and how many times larger than the whole
  let view = { x: 0.5, y: 0.5, scale: 1 };

  const side = () => Math.min(canvas.width, canvas.height) * 0.94 * view.scale;
  /** @param {number} item */
  const at = (item) => [
    (places[2 * item] / 65535 - view.x) * side() + canvas.width / 2,
    (view.y - places[2 * item + 1] / 65535) * side() + canvas.height / 2,
  ];

  function draw() {
    const { codes, legend: entries } = colored[mode];
    const style = getComputedStyle(canvas);
    context.clearRect(0, 0, canvas.width, canvas.height);
    const dot = devicePixelRatio * Math.max(1.5, Math.min(6, 160 / Math.sqrt(n) + view.scale / 4));
    /** @type {number[][]} */
    const groups = entries.map(() => []);
    for (let item = 0; item < n; item++)
      if (!hidden.has(codes[item])) groups[codes[item]].push(item);
    const order = entries.map((_, code) => code);
    if (mode !== "confidence")
      order.sort((a, b) => Number(!data.last.includes(a)) - Number(!data.last.includes(b)));
    for (const code of order) {
      context.fillStyle = entries[code].color;
      for (const item of groups[code]) {
        const [x, y] = at(item);
        context.fillRect(x - dot / 2, y - dot / 2, dot, dot);
      }
    }
    if (chosen === null) return;
    const [x, y] = at(chosen);
    context.strokeStyle = style.color;
    context.lineWidth = 2 * devicePixelRatio;
    context.beginPath();
    context.arc(x, y, 7 * devicePixelRatio, 0, 2 * Math.PI);
    context.stroke();
  }

  let isDue = false;
  function redraw() {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      draw();
    });
  }

  /** The item at a place of the canvas; those whose picture is here go first, as they show more. */
  /** @param {number} x @param {number} y @param {number} reach @returns {number | null} */
  function itemAt(x, y, reach) {
    const { codes } = colored[mode];
    let best = null;
    let least = Infinity;
    for (let item = 0; item < n; item++) {
      if (hidden.has(codes[item])) continue;
      const [left, top] = at(item);
      const far = Math.hypot(left - x, top - y) * (shown.has(item) ? 0.4 : 1);
      if (far < least) [best, least] = [item, far];
    }
    return least <= reach * devicePixelRatio ? best : null;
  }

  /** @param {number | null} item */
  function choose(item) {
    if (item === chosen) return;
    chosen = item;
    redraw();
    if (item !== null) fillCard(item);
  }

  /** @param {string} words @param {string} [style] */
  function line(words, style = "") {
    const node = document.createElement("p");
    node.textContent = words;
    node.className = style;
    return node;
  }

  /** @param {number} item */
  function fillCard(item) {
    /** @type {HTMLElement[]} */
    const lines = [];
    const place = shown.get(item);
    if (place !== undefined && picture) {
      const small = document.createElement("canvas");
      small.width = small.height = sheet.side;
      const [column, row] = [place % sheet.columns, Math.floor(place / sheet.columns)];
      small
        .getContext("2d")
        ?.drawImage(
          picture,
          ...[column * sheet.side, row * sheet.side, sheet.side, sheet.side],
          ...[0, 0, sheet.side, sheet.side],
        );
      lines.push(small);
    }
    const { codes, legend: entries } = colored.class;
    const { codes: statuses, legend: named } = colored.status;
    const { name } = entries[codes[item]];
    const isPredicted = data.open.includes(statuses[item]) && !data.last.includes(codes[item]);
    const sure = confidence ? `, ${confidence[item]} %` : "";
    lines.push(line(isPredicted ? `${data.predicted} ${name}${sure}` : name));
    lines.push(line(named[statuses[item]].name, "soft"));
    if (place !== undefined && texts) lines.push(line(texts[place]));
    lines.push(
      line(data.ids ? data.ids[item] : (data.names[item] ?? `${data.noun} ${item}`), "soft"),
    );
    card.replaceChildren(...lines);
  }

  function fillLegend() {
    const { codes, legend: entries } = colored[mode];
    const counts = new Uint32Array(entries.length);
    for (const code of codes) counts[code] += 1;
    const rows = entries.flatMap(({ name, color }, code) => {
      if (!counts[code] && mode !== "class") return [];
      const row = document.createElement("li");
      const button = document.createElement("button");
      const [mark, label, count] = ["swatch", "", "soft"].map((style) => {
        const part = document.createElement("span");
        part.className = style;
        return part;
      });
      mark.style.background = color;
      label.textContent = name;
      count.textContent = counts[code].toLocaleString("en");
      button.type = "button";
      button.append(mark, label, count);
      button.setAttribute("aria-pressed", String(!hidden.has(code)));
      button.addEventListener("click", () => {
        if (!hidden.delete(code)) hidden.add(code);
        button.setAttribute("aria-pressed", String(!hidden.has(code)));
        redraw();
      });
      row.append(button);
      return [row];
    });
    legend.replaceChildren(...rows);
  }

  /** Look closer or from farther away; what is at (x, y) of the canvas stays there. */
  /** @param {number} factor @param {number} [x] @param {number} [y] */
  function zoom(factor, x = canvas.width / 2, y = canvas.height / 2) {
    const scale = Math.min(60, Math.max(1, view.scale * factor));
    const moved = (1 / side()) * (1 - view.scale / scale);
    move((x - canvas.width / 2) * moved, (canvas.height / 2 - y) * moved, scale);
  }

  /** @param {number} dx @param {number} dy @param {number} [scale] */
  function move(dx, dy, scale = view.scale) {
    /** @param {number} value */
    const inside = (value) => Math.min(1, Math.max(0, value));
    view = { x: inside(view.x + dx), y: inside(view.y + dy), scale };
    if (scale === 1) view = { x: 0.5, y: 0.5, scale };
    redraw();
  }

  /** @param {MouseEvent} event */
  function spot(event) {
    const box = canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * canvas.width,
      ((event.clientY - box.top) / box.height) * canvas.height,
    ];
  }

  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = spot(event);
    if (event.buttons & 1 && event.pointerType !== "touch") {
      const ratio = canvas.width / canvas.clientWidth;
      move((-event.movementX * ratio) / side(), (event.movementY * ratio) / side());
    } else choose(itemAt(x, y, 10));
  });
  canvas.addEventListener("click", (event) => {
    const [x, y] = spot(event);
    choose(itemAt(x, y, 24));
  });
  canvas.addEventListener(
    "wheel",
    (event) => {
      // without the focus the wheel moves the page
      if (document.activeElement !== canvas && !event.ctrlKey) return;
      event.preventDefault();
      const [x, y] = spot(event);
      zoom(event.deltaY < 0 ? 1.25 : 0.8, x, y);
    },
    { passive: false },
  );
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowLeft: () => move(-0.1 / view.scale, 0),
    ArrowRight: () => move(0.1 / view.scale, 0),
    ArrowUp: () => move(0, 0.1 / view.scale),
    ArrowDown: () => move(0, -0.1 / view.scale),
    "+": () => zoom(1.5),
    "=": () => zoom(1.5),
    "-": () => zoom(1 / 1.5),
    0: () => move(0, 0, 1),
    Enter: () => choose(itemAt(canvas.width / 2, canvas.height / 2, Infinity)),
  };
  canvas.addEventListener("keydown", (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  byId("closer").addEventListener("click", keys["+"]);
  byId("farther").addEventListener("click", keys["-"]);
  byId("whole").addEventListener("click", keys[0]);
  modes.addEventListener("change", () => {
    mode = modes.value;
    hidden = new Set();
    fillLegend();
    redraw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  new ResizeObserver(() => {
    canvas.width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
    canvas.height = Math.max(1, Math.round(canvas.clientHeight * devicePixelRatio));
    redraw();
  }).observe(canvas);
  byId("map").hidden = false;
  fillLegend();
})();
