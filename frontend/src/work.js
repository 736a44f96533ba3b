// What pages of the workspace load: single keys. Each key has a button or a link that says it (data-key), and presses that.
import "./site.js";

const OFF = "alunite.keys.off";
const dialog = document.getElementById("keys");
const isOn = document.getElementById("keys-on");

function areOff() {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false; // a browser that keeps nothing: keys work, and can be turned off for the page
  }
}

let off = areOff();
isOn.checked = !off;
isOn.addEventListener("change", () => {
  off = !isOn.checked;
  try {
    if (off) localStorage.setItem(OFF, "1");
    else localStorage.removeItem(OFF);
  } catch {
    // it holds for this page
  }
});

function isTyping(element) {
  const kind = element.tagName === "INPUT" ? element.type : "";
  const types = kind !== "" && !["checkbox", "radio", "button", "submit"].includes(kind);
  return types || ["TEXTAREA", "SELECT"].includes(element.tagName) || element.isContentEditable;
}

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
const rowOf = (element) => element?.closest?.("[data-row]") ?? null;
const handleOf = (row) => row.querySelector("[data-open]") ?? row.querySelector("a, button, input, textarea");

// Where the reader is: in the row that has the focus, else in the one that is open.
const current = () => rowOf(document.activeElement) ?? document.querySelector("[data-row][data-is-open]");

function step(by) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.indexOf(current());
  const next = at === -1 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  handleOf(all[next])?.focus();
  all[next].scrollIntoView({ block: "nearest" });
}

function press(key) {
  const wanted = `[data-key="${CSS.escape(key)}"]`;
  const found = current()?.querySelector(wanted) ?? document.querySelector(wanted);
  if (!found || found.offsetParent === null) return false;
  if (found.matches("input:not([type=radio], [type=checkbox]), textarea, select")) found.focus();
  else found.click();
  // What was unfolded is typed into next: keys that follow are words, not commands.
  if (found.matches("summary")) found.parentElement.querySelector("textarea, input:not([type=hidden])")?.focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || dialog.open) return;
  if (event.key === "Escape" && isTyping(event.target)) {
    // Out of the field, which saves it; the row keeps the focus.
    const row = rowOf(event.target);
    event.target.blur();
    if (row) handleOf(row)?.focus();
    return;
  }
  if (off || isTyping(event.target)) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
  else if (key === "?") dialog.showModal();
  else if (key === "Enter" || !press(key)) return;
  event.preventDefault();
});

// A page opened at a row begins there, for keys and for whoever has it read aloud: after the browser has gone to the
// row the address names, which takes the focus away.
addEventListener("load", () =>
  requestAnimationFrame(() => {
    const opened = document.querySelector("[data-row][data-is-open]");
    if (opened && document.activeElement === document.body) handleOf(opened)?.focus({ preventScroll: true });
  }),
);

for (const button of document.querySelectorAll("[data-shows-keys]")) {
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
}
