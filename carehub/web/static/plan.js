// Drawing a ward. The number fields below the picture are the drawing: this only moves them, so what is
// saved is what anybody could have typed.
"use strict";

const SQUARE = 20;
const NS = "http://www.w3.org/2000/svg";
const editor = document.getElementById("plan-edit");
const picture = document.getElementById("plan-svg");
const body = document.getElementById("plan-parts");
const said = document.getElementById("plan-said");
const [COLUMNS, ROWS] = [Number(editor.dataset.columns), Number(editor.dataset.rows)];
const undone = []; // earlier states of the fields, the newest last
let chosen = null; // the row that is being moved
let made = 0;

const rows = () => [...body.querySelectorAll("[data-part]")];
const field = (row, name) => row.querySelector(`[data-field="${name}"]`);
const number = (row, name) => Number(field(row, name).value) || 0;
const isGone = (row) => field(row, "gone").checked;

function nameOf(row) {
  const own = field(row, "name").value.trim();
  if (own) return own;
  const picked = field(row, field(row, "kind").value === "room" ? "scope" : "kind");
  return picked.selectedOptions[0].textContent;
}

const box = (row) => ({ x: number(row, "x") - 1, y: number(row, "y") - 1, w: number(row, "w"), h: number(row, "h") });
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);

function tell(row) {
  const { x, y, w, h } = box(row);
  said.textContent = `${nameOf(row)}: ${fill(said.dataset.at, { x: x + 1, y: y + 1 })}, ${fill(said.dataset.size, { w, h })}`;
}

function element(tag, attributes) {
  const one = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  return one;
}

function draw() {
  const shown = rows().filter((row) => !isGone(row));
  const wide = Math.max(12, ...shown.map((row) => box(row).x + box(row).w)) + 2;
  const high = Math.max(6, ...shown.map((row) => box(row).y + box(row).h)) + 2;
  picture.setAttribute("viewBox", `0 0 ${Math.min(COLUMNS, wide) * SQUARE} ${Math.min(ROWS, high) * SQUARE}`);
  const order = ["corridor", "shared", "room", "door"];
  shown.sort((a, b) => order.indexOf(field(a, "kind").value) - order.indexOf(field(b, "kind").value));
  picture.replaceChildren(...shown.map(part));
  document.getElementById("plan-undo").disabled = !undone.length;
  document.getElementById("plan-remove").disabled = !chosen;
}

function part(row) {
  const { x, y, w, h } = box(row);
  const [left, top, width, height] = [x, y, w, h].map((one) => one * SQUARE);
  const group = element("g", { class: `plan-edit__part plan-edit__part--${field(row, "kind").value}`, tabindex: "0", role: "button", "aria-pressed": String(row === chosen) });
  group.setAttribute("aria-label", `${nameOf(row)}: ${fill(said.dataset.at, { x: x + 1, y: y + 1 })}, ${fill(said.dataset.size, { w, h })}`);
  group.dataset.row = rows().indexOf(row);
  group.append(element("rect", { x: left + 1, y: top + 1, width: Math.max(1, width - 2), height: Math.max(1, height - 2), rx: 3 }));
  const words = element("text", { x: left + width / 2, y: top + height / 2 + 4, class: "plan__text plan__label" });
  const most = Math.max(1, Math.floor((width - 8) / 6.4));
  const name = nameOf(row);
  words.textContent = name.length > most ? `${name.slice(0, most - 1)}…` : name;
  group.append(words);
  return group;
}

function remember() {
  undone.push(rows().map((row) => [...row.querySelectorAll("[data-field]")].map((one) => (one.type === "checkbox" ? one.checked : one.value))));
  if (undone.length > 100) undone.shift();
}

function undo() {
  const before = undone.pop();
  if (!before) return;
  rows().slice(before.length).forEach((row) => row.remove());
  rows().forEach((row, place) => [...row.querySelectorAll("[data-field]")].forEach((one, at) => {
    if (one.type === "checkbox") one.checked = before[place][at];
    else one.value = before[place][at];
  }));
  chosen = null;
  draw();
  said.textContent = said.dataset.undone;
}

const within = (value, least, most) => Math.min(most, Math.max(least, value));

function place(row, x, y) {
  const { w, h } = box(row);
  field(row, "x").value = within(x, 0, COLUMNS - w) + 1;
  field(row, "y").value = within(y, 0, ROWS - h) + 1;
}

function size(row, w, h) {
  const { x, y } = box(row);
  field(row, "w").value = within(w, 1, COLUMNS - x);
  field(row, "h").value = within(h, 1, ROWS - y);
}

function focus(row) {
  picture.querySelector(`[data-row="${rows().indexOf(row)}"]`)?.focus();
}

function remove(row) {
  remember();
  field(row, "gone").checked = true;
  said.textContent = `${nameOf(row)}: ${said.dataset.removed}`;
  chosen = null;
  draw();
  picture.querySelector("[data-row]")?.focus();
}

function add() {
  remember();
  const row = document.getElementById("plan-row").content.firstElementChild.cloneNode(true);
  const low = Math.max(0, ...rows().filter((one) => !isGone(one)).map((one) => box(one).y + box(one).h));
  body.append(row);
  made += 1;
  for (const one of row.querySelectorAll("[id]")) one.id = one.id.replace("new", `new${made}`);
  field(row, "kind").value = "shared";
  field(row, "gone").value = rows().length - 1;
  field(row, "w").value = 4;
  field(row, "h").value = 2;
  place(row, 0, Math.min(low, ROWS - 2));
  chosen = row;
  draw();
  tell(row);
  field(row, "name").focus();
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

picture.addEventListener("keydown", (event) => {
  const group = event.target.closest("[data-row]");
  if (!group) return;
  const row = rows()[Number(group.dataset.row)];
  const arrow = ARROWS[event.key];
  if (arrow) {
    event.preventDefault();
    remember();
    const { x, y, w, h } = box(row);
    if (event.shiftKey) size(row, w + arrow[0], h + arrow[1]);
    else place(row, x + arrow[0], y + arrow[1]);
    chosen = row;
    draw();
    focus(row);
    tell(row);
  } else if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    remove(row);
  } else if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    chosen = row;
    draw();
    field(row, "name").focus();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.target.matches("input, select")) return;
  event.preventDefault();
  undo();
});

// --- by hand: a finger or a mouse -------------------------------------------------------------

let drag = null;

function squares(event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
  return { x: point.x / SQUARE, y: point.y / SQUARE };
}

picture.addEventListener("pointerdown", (event) => {
  const group = event.target.closest("[data-row]");
  if (!group) return;
  const row = rows()[Number(group.dataset.row)];
  const [at, from] = [squares(event), box(row)];
  drag = { row, dx: at.x - from.x, dy: at.y - from.y, moved: false };
  picture.setPointerCapture(event.pointerId);
  event.preventDefault();
});

picture.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const at = squares(event);
  const [x, y] = [Math.round(at.x - drag.dx), Math.round(at.y - drag.dy)];
  const here = box(drag.row);
  if (x === here.x && y === here.y) return;
  if (!drag.moved) remember();
  drag.moved = true;
  place(drag.row, x, y);
  draw();
});

for (const name of ["pointerup", "pointercancel"]) {
  picture.addEventListener(name, () => {
    if (!drag) return;
    chosen = drag.row;
    draw();
    focus(drag.row);
    tell(drag.row);
    drag = null;
  });
}

document.getElementById("plan-undo").addEventListener("click", undo);
document.getElementById("plan-add").addEventListener("click", add);
document.getElementById("plan-remove").addEventListener("click", () => chosen && remove(chosen));
document.getElementById("plan-add-row").hidden = true;
body.addEventListener("input", draw);
editor.hidden = false;
draw();
