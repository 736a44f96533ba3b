// What pages with HTMX load. The policy of the site forbids what is switched off here.
import htmx from "htmx.org";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
// A question that could not be read is answered with 400, and what somebody else changed with 409: what was wrong stands in
// the answer.
htmx.config.responseHandling = [
  { code: "[23]..", swap: true },
  { code: "400", swap: true },
  { code: "409", swap: true },
  { code: "...", swap: false, error: true },
];

// Every link of a page keeps its days, so another day is a page of its own and not a part of this one.
function asksAnotherDay(form) {
  return ["on", "as_of"].some((name) => {
    const field = form.elements[name];
    return field && field.value.trim() !== field.defaultValue.trim();
  });
}

for (const what of ["change", "submit"]) {
  document.addEventListener(
    what,
    (event) => {
      const form = event.target.form ?? event.target;
      if (!form.dataset?.hxGet || !asksAnotherDay(form)) return;
      event.stopPropagation(); // before HTMX hears of it
      // Words, and days beside a form, wait until they are sent.
      if (what === "change" && form.contains(event.target) && event.target.name !== "q") form.requestSubmit();
    },
    true,
  );
}
