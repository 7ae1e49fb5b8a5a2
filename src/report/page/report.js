// The report's own script: which part is shown, the search, the diagrams, and colours of SQL. Without it all parts are there, one
// below the other. What it makes of names it makes as text, never as markup.
"use strict";

const byId = (/** @type {string} */ id) => document.getElementById(id);
const all = (/** @type {string} */ selector, /** @type {ParentNode} */ within = document) => [
  ...within.querySelectorAll(selector),
];

// Which part is shown.

function show() {
  const wanted = byId(location.hash.slice(1));
  const part = wanted?.closest(".part") ?? document.querySelector(".part");
  if (!part) return;
  for (const other of all(".part.shown")) other.classList.toggle("shown", other === part);
  part.classList.add("shown");
  const id = part.classList.contains("page") ? "tables" : part.id;
  for (const link of all("nav a")) {
    if (link.getAttribute("href") === `#${id}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (wanted instanceof HTMLDetailsElement) wanted.open = true;
  if (part.id === "diagram" || part.id === "pending") showPicture(wanted);
  for (const sql of all("pre.sql", part)) colourSoon(sql);
  if (location.hash === "") return;
  if (wanted === part) scrollTo(0, 0);
  else wanted?.scrollIntoView({ block: "start" });
  const heading = /** @type {HTMLElement | null} */ (part.querySelector("h2"));
  heading?.focus({ preventScroll: true });
}

// The diagrams.

/** Shows the picture that was asked for, or the first one of each part. */
function showPicture(/** @type {Element | null} */ wanted) {
  for (const part of all(".part.shown")) {
    const frames = /** @type {HTMLElement[]} */ (all(":scope > .frame", part));
    const chosen =
      frames.find((frame) => frame === wanted) ??
      frames.find((frame) => frame.classList.contains("shown")) ??
      frames[0];
    for (const frame of frames) frame.classList.toggle("shown", frame === chosen);
    const choice = /** @type {HTMLSelectElement | null} */ (part.querySelector(".choice select"));
    if (choice && chosen) choice.value = chosen.id;
    if (chosen && !chosen.dataset.zoom) zoom(chosen, "fit");
  }
}

/** @returns {[width: number, height: number]} */
function sizeOf(/** @type {SVGSVGElement} */ svg) {
  return [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height];
}

/** Text is no smaller than this part of its size, however large a diagram is. */
const SMALLEST = 0.5;

/** `how`: in, out, fit, full; or a factor, about a point of the frame. */
function zoom(
  /** @type {HTMLElement} */ frame,
  /** @type {string | number} */ how,
  x = frame.clientWidth / 2,
  y = frame.clientHeight / 2,
) {
  const svg = frame.querySelector("svg");
  if (!svg || frame.clientWidth === 0) return;
  const [width, height] = sizeOf(svg);
  const before = Number(frame.dataset.zoom || 1);
  const room = innerHeight * 0.76;
  const fit = Math.max(SMALLEST, Math.min(1, (frame.clientWidth - 2) / width, room / height));
  const factors = { in: before * 1.25, out: before / 1.25, fit, full: 1 };
  const wanted =
    typeof how === "number" ? before * how : (factors[/** @type {keyof typeof factors} */ (how)] ?? 1);
  const now = Math.min(4, Math.max(0.08, wanted));
  const left = (frame.scrollLeft + x) / before;
  const top = (frame.scrollTop + y) / before;
  svg.setAttribute("width", String(Math.round(width * now)));
  svg.setAttribute("height", String(Math.round(height * now)));
  frame.dataset.zoom = String(now);
  frame.scrollTo(how === "fit" ? 0 : left * now - x, how === "fit" ? 0 : top * now - y);
}

/** Marks a box with what leads there and where it leads, and says so; null: none. */
function choose(/** @type {SVGElement | null} */ box, /** @type {SVGSVGElement} */ svg) {
  const isNew = box !== null && box.getAttribute("aria-pressed") !== "true";
  for (const other of all(".near, .box[aria-pressed=true]", svg)) {
    other.classList.remove("near");
    if (other.classList.contains("box")) other.setAttribute("aria-pressed", "false");
  }
  svg.classList.toggle("choosing", isNew);
  const told = svg.closest(".part")?.querySelector(".chosen");
  told?.replaceChildren();
  if (!isNew || !box) return;
  const number = box.dataset.box ?? "";
  const near = new Set([number]);
  const lines = [];
  for (const edge of /** @type {SVGElement[]} */ (all(".edge", svg))) {
    const ends = (edge.dataset.ends ?? "").split(" ");
    if (!ends.includes(number)) continue;
    edge.classList.add("near");
    for (const end of ends) near.add(end);
    lines.push(edge.querySelector("title")?.textContent ?? "");
  }
  for (const other of /** @type {SVGElement[]} */ (all(".box", svg))) {
    if (near.has(other.dataset.box ?? "")) other.classList.add("near");
  }
  box.setAttribute("aria-pressed", "true");
  const link = document.createElement("a");
  link.href = `#${box.dataset.to}`;
  link.textContent = box.querySelector("title")?.textContent?.replace(/ \([^(]*\)$/, "") || "Open";
  const rest =
    lines.length === 0
      ? ": no relations"
      : `: ${lines.length} ${lines.length === 1 ? "relation" : "relations"}`;
  told?.append(...(box.dataset.to ? ["Open ", link] : [link.textContent ?? ""]), rest);
}

for (const frame of /** @type {HTMLElement[]} */ (all(".part > .frame"))) {
  const svg = frame.querySelector("svg");
  if (!svg) continue;
  /** @type {{ x: number, y: number, left: number, top: number } | null} */
  let pull = null;
  let moved = false;
  for (const box of all(".box", svg)) {
    box.setAttribute("tabindex", "0");
    box.setAttribute("role", "button");
    box.setAttribute("aria-pressed", "false");
  }
  const boxAt = (/** @type {Event} */ event) =>
    /** @type {SVGElement | null} */ (event.target instanceof Element ? event.target.closest(".box") : null);
  frame.addEventListener("pointerdown", (event) => {
    // A finger scrolls by itself.
    if (event.pointerType === "touch" || event.button !== 0) return;
    pull = { x: event.clientX, y: event.clientY, left: frame.scrollLeft, top: frame.scrollTop };
    moved = false;
  });
  frame.addEventListener("pointermove", (event) => {
    if (pull === null) return;
    const [x, y] = [event.clientX - pull.x, event.clientY - pull.y];
    if (!moved && Math.abs(x) + Math.abs(y) < 5) return;
    if (!moved) frame.setPointerCapture(event.pointerId);
    moved = true;
    frame.classList.add("pulled");
    frame.scrollTo(pull.left - x, pull.top - y);
  });
  const release = () => {
    pull = null;
    frame.classList.remove("pulled");
  };
  frame.addEventListener("pointerup", release);
  frame.addEventListener("pointercancel", release);
  frame.addEventListener("click", (event) => {
    if (moved) moved = false;
    else choose(boxAt(event), svg);
  });
  frame.addEventListener("dblclick", (event) => {
    const to = boxAt(event)?.dataset.to;
    if (to) location.hash = to;
  });
  frame.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const around = frame.getBoundingClientRect();
      zoom(frame, Math.exp(-event.deltaY / 300), event.clientX - around.left, event.clientY - around.top);
    },
    { passive: false },
  );
  frame.addEventListener("keydown", (event) => {
    const box = boxAt(event);
    if (event.key === "+" || event.key === "=") zoom(frame, "in");
    else if (event.key === "-") zoom(frame, "out");
    else if (event.key === "0") zoom(frame, "fit");
    else if (event.key === "Escape") choose(null, svg);
    else if (box && event.key === " ") choose(box, svg);
    else if (box && event.key === "Enter") {
      // Once to see its neighbours, twice to go there.
      if (box.getAttribute("aria-pressed") === "true" && box.dataset.to) location.hash = box.dataset.to;
      else choose(box, svg);
    } else return;
    event.preventDefault();
  });
}

for (const button of /** @type {HTMLElement[]} */ (all("[data-zoom]"))) {
  if (!(button instanceof HTMLButtonElement)) continue;
  button.addEventListener("click", () => {
    const frame = /** @type {HTMLElement | null | undefined} */ (
      button.closest(".part")?.querySelector(".frame.shown")
    );
    if (frame) zoom(frame, button.dataset.zoom ?? "fit");
  });
}
byId("group")?.addEventListener("change", (event) => {
  location.hash = /** @type {HTMLSelectElement} */ (event.target).value;
});

// The search.

/** @typedef {{ name: string, what: string, lower: string, id: string }} Found */
/** @type {Found[] | null} */
let names = null;

/** Everything with a name, by what it stands in. Made when it is first asked for. */
function allNames() {
  /** @type {Found[]} */
  const found = [];
  const add = (
    /** @type {Element | null} */ element,
    /** @type {string} */ what,
    /** @type {string} */ id,
  ) => {
    const name = element?.textContent ?? "";
    if (name !== "") found.push({ name, what, lower: name.toLowerCase(), id });
  };
  for (const page of all(".page")) {
    const heading = page.querySelector("h2");
    const name = heading?.firstChild?.textContent?.trim() ?? "";
    found.push({
      name,
      what: heading?.querySelector(".kind")?.textContent ?? "",
      lower: name.toLowerCase(),
      id: page.id,
    });
    for (const cell of all(".columns tbody th", page)) add(cell, `column of ${name}`, page.id);
    for (const named of all(".named b, summary b", page)) add(named, `of ${name}`, page.id);
  }
  for (const one of all(".migration")) add(one.querySelector("b"), "migration", one.id);
  for (const one of all(".program summary"))
    add(one.querySelector("b"), one.querySelector(".kind")?.textContent ?? "", "programs");
  return found;
}

const MOST_FOUND = 50;

/** Names that are it, begin with it, have it; shorter ones first. */
function find(/** @type {string} */ text) {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  names ??= allNames();
  const rank = (/** @type {Found} */ { lower, what }) =>
    (lower === wanted ? 0 : lower.startsWith(wanted) ? 2 : 4) + (/ of |^of /.test(what) ? 1 : 0);
  return names
    .filter(({ lower }) => lower.includes(wanted))
    .sort((a, b) => rank(a) - rank(b) || a.name.length - b.name.length)
    .slice(0, MOST_FOUND);
}

const search = /** @type {HTMLInputElement} */ (byId("search"));
const list = /** @type {HTMLElement} */ (byId("found"));
/** @type {Found[]} */
let found = [];
let at = -1;

function renderFound() {
  const isOpen = search.value.trim() !== "" && document.activeElement === search;
  list.hidden = !isOpen || found.length === 0;
  search.setAttribute("aria-expanded", String(!list.hidden));
  const items = found.map(({ name, what }, index) => {
    const item = document.createElement("li");
    item.id = `found-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(index === at));
    const kind = document.createElement("span");
    kind.textContent = ` ${what}`;
    item.append(name, kind);
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      goTo(index);
    });
    return item;
  });
  list.replaceChildren(...items);
  if (at === -1) search.removeAttribute("aria-activedescendant");
  else search.setAttribute("aria-activedescendant", `found-${at}`);
  items[at]?.scrollIntoView({ block: "nearest" });
  const told = byId("told");
  if (told) told.textContent = isOpen ? (found.length === 0 ? "Nothing found" : `${found.length} found`) : "";
}

function goTo(/** @type {number} */ index) {
  const target = found[index];
  if (!target) return;
  search.value = "";
  search.blur();
  found = [];
  renderFound();
  if (location.hash === `#${target.id}`) show();
  else location.hash = target.id;
}

search.addEventListener("input", () => {
  found = find(search.value);
  at = found.length > 0 ? 0 : -1;
  renderFound();
});
search.addEventListener("focus", renderFound);
search.addEventListener("blur", renderFound);
search.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" && found.length > 0) at = (at + 1) % found.length;
  else if (event.key === "ArrowUp" && found.length > 0) at = (at - 1 + found.length) % found.length;
  else if (event.key === "Enter") return goTo(at);
  else if (event.key === "Escape") {
    search.value = "";
    found = [];
  } else return;
  event.preventDefault();
  renderFound();
});
document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  search.focus();
});

// Colours of SQL.

const TOKEN =
  /(--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)|('(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*")|(`(?:[^`]|``)*`)|\b(\d+(?:\.\d+)?)\b|\b(ADD|AFTER|ALTER|AND|AS|ASC|AUTO_INCREMENT|BEFORE|BEGIN|BETWEEN|BY|CALL|CASCADE|CASE|CHANGE|CHARACTER|CHARSET|CHECK|COLLATE|COLUMN|COMMENT|COMMIT|CONSTRAINT|CONVERT|CREATE|DATABASE|DECLARE|DEFAULT|DEFINER|DELETE|DELIMITER|DESC|DETERMINISTIC|DISTINCT|DO|DROP|EACH|ELSE|END|ENGINE|EVENT|EXISTS|FIRST|FOR|FOREIGN|FROM|FUNCTION|GENERATED|GROUP|HAVING|IF|IN|INDEX|INNER|INSERT|INTO|IS|JOIN|KEY|LEFT|LIKE|LIMIT|MODIFY|NOT|NULL|ON|OR|ORDER|PARTITION|PRIMARY|PROCEDURE|REFERENCES|RENAME|REPLACE|RESTRICT|RETURN|RETURNS|ROW|SELECT|SEQUENCE|SET|STORED|TABLE|THEN|TO|TRIGGER|TRUNCATE|UNION|UNIQUE|UPDATE|USING|VALUES|VIEW|VIRTUAL|WHEN|WHERE|WHILE|WITH)\b/gi;
const KINDS = ["c", "s", "i", "n", "k"];
const MOST_COLOURED = 200_000;

function colour(/** @type {Element} */ sql) {
  const code = sql.firstElementChild;
  const text = code?.textContent ?? "";
  if (!code || sql.classList.contains("coloured") || text.length > MOST_COLOURED) return;
  sql.classList.add("coloured");
  /** @type {(string | Element)[]} */
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const kind = KINDS[match.slice(1).findIndex((group) => group !== undefined)] ?? "i";
    parts.push(text.slice(end, match.index));
    const span = document.createElement("span");
    span.className = kind;
    span.textContent = match[0];
    parts.push(kind === "i" ? match[0] : span);
    end = match.index + match[0].length;
  }
  code.replaceChildren(...parts, text.slice(end));
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    colour(target);
  }
});

/** Once it is in sight, since a report may have thousands. */
function colourSoon(/** @type {Element} */ sql) {
  if (!sql.classList.contains("coloured")) seen.observe(sql);
}

// What scrolls can be scrolled by keyboard.
for (const one of all(".wide, pre.sql")) one.setAttribute("tabindex", "0");
document.body.classList.add("js");
addEventListener("hashchange", show);
show();
