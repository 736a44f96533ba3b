// On a phone a standard begins folded, so that its principles are seen before its criteria. Without scripts all is open.
const narrow = window.matchMedia("(max-width: 639.98px)");

if (narrow.matches) {
  for (const part of document.querySelectorAll("details.principle")) {
    // What a link leads to stays in sight.
    if (!part.querySelector(":target")) part.open = false;
  }
}

window.addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details.principle")) part.open = true;
});
