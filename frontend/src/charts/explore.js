// A chart over time whose values answer to the pointer and to the arrow keys, in the place of the one the server drew.
import { CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GridComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";

use([AriaComponent, CustomChart, GridComponent, LabelLayout, LineChart, ScatterChart, SVGRenderer]);

const DAY = 24 * 60 * 60 * 1000;
const SYMBOLS = ["circle", "triangle", "rect"];
const SIZE = 10;

export function explore(drawn, data) {
  const place = document.createElement("div");
  place.className = "explored";
  // What takes the keys stands around what ECharts draws and describes.
  const canvas = document.createElement("div");
  canvas.className = "explored-chart";
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", `${data.title}. ${data.words.how}`);
  const paper = document.createElement("div");
  canvas.append(paper);
  const told = document.createElement("p");
  told.className = "told";
  told.setAttribute("role", "status");
  told.textContent = data.words.how;
  place.append(canvas, told);
  drawn.after(place);
  drawn.classList.add("print-only");

  const chart = init(paper, null, { renderer: "svg" });
  const values = data.series.map((series) => [...series.points].sort((one, two) => middle(one) - middle(two)));
  let at = null;

  const draw = () => chart.setOption(option(data, values, at, colours()), { notMerge: true });
  const tell = (group, index) => {
    at = { group, index };
    told.textContent = sentence(data, group, values[group][index]);
    draw();
  };

  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const across = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step && !across && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    if (!at) return tell(0, 0);
    if (across) {
      const group = (at.group + across + values.length) % values.length;
      return tell(group, nearest(values[group], middle(values[at.group][at.index])));
    }
    const last = values[at.group].length - 1;
    const wanted = { Home: 0, End: last }[event.key] ?? at.index + step;
    return tell(at.group, Math.min(last, Math.max(0, wanted)));
  });
  chart.on("mouseover", ({ data: item }) => item?.at && tell(...item.at));
  chart.on("click", ({ data: item }) => item?.at && tell(...item.at));

  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", draw);
  const watch = new ResizeObserver(() => chart.resize());
  watch.observe(canvas);
  draw();
  canvas.focus({ preventScroll: true });

  return {
    leave() {
      watch.disconnect();
      dark.removeEventListener("change", draw);
      chart.dispose();
      place.remove();
      drawn.classList.remove("print-only");
    },
  };
}

function option(data, values, at, colour) {
  const days = data.series.flatMap((series) => series.points.flatMap((point) => [point.first, point.last])).sort();
  const years = [days[0].slice(0, 4), days.at(-1).slice(0, 4)];
  const axis = { axisLine: { lineStyle: { color: colour.zero } }, axisLabel: { color: colour.text, fontSize: 12 } };
  return {
    animation: false,
    aria: { enabled: true, label: { description: data.title } },
    textStyle: { fontFamily: colour.font },
    grid: { left: 8, right: 16, top: 24, bottom: 8, containLabel: true },
    xAxis: { type: "time", min: `${years[0]}-01-01`, max: `${years[1]}-12-31`, ...axis, splitLine: { show: false }, axisTick: { show: false } },
    yAxis: { type: "value", ...axis, splitLine: { lineStyle: { color: colour.grid } } },
    series: data.series.flatMap((series, group) => drawnAs(series.name, values[group], group, at, colour)),
  };
}

function drawnAs(name, points, group, at, colour) {
  const hue = colour.series[group];
  const chosen = (index) => at && at.group === group && at.index === index;
  const firm = points.findLastIndex((point) => point.kind === "firm");
  const named = firm < 0 ? points.length - 1 : firm;
  const text = (index) => (index === named ? `${name}: ${points[index].said}` : points[index].said);
  const item = (point, index) => ({
    value: [middle(point), point.value],
    at: [group, index],
    symbolSize: chosen(index) ? SIZE * 1.7 : SIZE,
    label: {
      show: true,
      position: "top",
      align: index === named ? "right" : "center",
      color: hue,
      formatter: text(index),
      fontSize: 12,
      fontWeight: chosen(index) || index === named ? 600 : 400,
    },
    itemStyle: { color: point.kind === "rival" ? colour.paper : hue, borderColor: hue, borderWidth: 1.5 },
  });
  const line = [];
  points.forEach((point, index) => {
    if (point.kind !== "firm") return;
    if (!point.joined && line.length) line.push({ value: [middle(point), null] });
    line.push(item(point, index));
  });
  return [
    {
      type: "line",
      data: line,
      symbol: SYMBOLS[group],
      lineStyle: { color: hue, width: 2 },
      itemStyle: { color: hue },
      labelLayout: { hideOverlap: true },
    },
    {
      type: "scatter",
      data: points.map(item).filter((_, index) => points[index].kind === "rival"),
      symbol: SYMBOLS[group],
      labelLayout: { hideOverlap: true },
    },
    {
      type: "custom",
      data: points
        .map((point, index) => ({ value: [Date.parse(point.first), point.value, Date.parse(point.last)], at: [group, index], said: point.said, open: point.open }))
        .filter((_, index) => points[index].kind === "span"),
      renderItem: (parameters, api) => span(api, hue, points, chosen, text),
    },
  ];
}

// A value without a day: a bar with ends across its possible time, with an arrow where it is only a bound.
function span(api, hue, points, chosen, text) {
  const [x1, y] = api.coord([api.value(0), api.value(1)]);
  const [x2] = api.coord([api.value(2), api.value(1)]);
  const index = points.findIndex((point) => point.kind === "span" && Date.parse(point.first) === api.value(0) && point.value === api.value(1));
  const isChosen = chosen(index);
  const style = { stroke: hue, fill: null, lineWidth: isChosen ? 3 : 1.5 };
  const middle = (x1 + x2) / 2;
  const half = text(index).length * 3.4;
  const children = [
    { type: "path", shape: { pathData: `M${x1} ${y}H${x2}M${x1} ${y - 4}v8M${x2} ${y - 4}v8` }, style },
    { type: "text", style: { text: text(index), x: Math.min(middle, api.getWidth() - half), y: y + 6, fill: hue, fontSize: 12, fontWeight: isChosen ? 600 : 400, align: "center" } },
    // Wider than the line, for a finger.
    { type: "rect", shape: { x: x1, y: y - 12, width: x2 - x1, height: 24 }, style: { fill: "transparent" } },
  ];
  if (points[index].open) {
    const way = points[index].open === "up" ? -1 : 1;
    children.push({ type: "path", shape: { pathData: `M${middle} ${y}v${15 * way}m-4 ${-4 * way}l4 ${4 * way}l4 ${-4 * way}` }, style });
  }
  return { type: "group", children };
}

function sentence(data, group, point) {
  const open = { span: data.words.span, rival: data.words.rival }[point.kind];
  const parts = [`${data.series[group].name}: ${point.said}, ${point.when}`, open, point.source, point.note];
  return `${parts.filter(Boolean).join("; ")}.`;
}

function middle(point) {
  return (Date.parse(point.first) + Date.parse(point.last) + DAY) / 2;
}

function nearest(points, day) {
  const far = points.map((point) => Math.abs(middle(point) - day));
  return far.indexOf(Math.min(...far));
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  return {
    series: [of("--vein"), of("--series-1"), of("--series-2")],
    grid: of("--stone-3"),
    zero: of("--stone-5"),
    text: of("--stone-7"),
    paper: of("--paper"),
    font: of("--sans"),
  };
}
