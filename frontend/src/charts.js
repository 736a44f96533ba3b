// A chart the server drew can be explored: its values one by one, by pointer or by keys. What draws then is fetched only
// when somebody asks for it, so that a page with charts is as small as one without.

for (const figure of document.querySelectorAll("figure[data-chart]")) {
  const drawn = figure.querySelector("svg.chart");
  const data = document.getElementById(`${figure.dataset.chart}-data`);
  if (!drawn || !data) continue;

  const button = document.createElement("button");
  button.type = "button";
  button.className = "explore";
  button.textContent = figure.dataset.explore;
  button.setAttribute("aria-pressed", "false");
  figure.querySelector(".files").prepend(button, " · ");

  let shown = null;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      if (shown) {
        shown.leave();
        shown = null;
      } else {
        const { explore } = await import("./charts/explore.js");
        shown = explore(drawn, JSON.parse(data.textContent));
      }
    } finally {
      button.disabled = false;
      button.setAttribute("aria-pressed", String(Boolean(shown)));
    }
  });
}
