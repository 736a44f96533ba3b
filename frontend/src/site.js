// What pages with HTMX load. The policy of the site forbids what is switched off here.
import htmx from "htmx.org";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
// A question that could not be read is answered with 400, and what was wrong stands in the answer.
htmx.config.responseHandling = [
  { code: "[23]..", swap: true },
  { code: "400", swap: true },
  { code: "...", swap: false, error: true },
];
