// The map of facilities. Outline, places and words come from this host; text is drawn with the fonts of the reader.
import { Map as MapView, NavigationControl, Popup, setWorkerUrl } from "maplibre-gl";
import { feature, mesh } from "topojson-client";

const holder = document.getElementById("map");
const SHAPES = ["triangle", "square", "dot", "diamond", "ring"];
const SIZE = 14; // of a mark, in pixels of the page
const RATIO = 2; // drawn finer than that, for fine screens
const WORLD = [-168, -56, 180, 78];
const STYLE = { version: 8, sources: {}, layers: [] };

const quiet = window.matchMedia("(prefers-reduced-motion: reduce)");
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function drawn(size, draw) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * RATIO;
  const pen = canvas.getContext("2d");
  pen.scale(RATIO, RATIO);
  draw(pen, size);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function outline(pen, shape, size) {
  const edge = 1.5;
  const far = size - edge;
  const middle = size / 2;
  pen.beginPath();
  if (shape === "triangle") {
    pen.moveTo(middle, edge);
    pen.lineTo(far, far - 1);
    pen.lineTo(edge, far - 1);
  } else if (shape === "square") {
    pen.rect(edge + 1, edge + 1, far - edge - 2, far - edge - 2);
  } else if (shape === "diamond") {
    pen.moveTo(middle, edge - 0.5);
    pen.lineTo(far + 0.5, middle);
    pen.lineTo(middle, far + 0.5);
    pen.lineTo(edge - 0.5, middle);
  } else {
    pen.arc(middle, middle, middle - edge - (shape === "ring" ? 1.5 : 0.5), 0, 2 * Math.PI);
  }
  pen.closePath();
}

// Filled where something is known of the operator, hollow where nothing is.
function marked(shape, isFilled) {
  return drawn(SIZE, (pen, size) => {
    outline(pen, shape, size);
    pen.fillStyle = isFilled ? color(`map-${shape}`) : color("paper");
    pen.fill();
    pen.lineWidth = isFilled ? 1 : 2;
    pen.strokeStyle = isFilled ? color("paper") : color(`map-${shape}`);
    pen.stroke();
  });
}

function counted(text) {
  return drawn(24 + 4 * text.length, (pen, size) => {
    pen.beginPath();
    pen.arc(size / 2, size / 2, size / 2 - 1.5, 0, 2 * Math.PI);
    pen.fillStyle = color("paper");
    pen.fill();
    pen.lineWidth = 1.5;
    pen.strokeStyle = color("ink");
    pen.stroke();
    pen.fillStyle = color("ink");
    pen.font = `600 13px ${color("sans")}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(text, size / 2, size / 2 + 0.5);
  });
}

function images(map) {
  for (const shape of SHAPES) {
    for (const kind of ["full", "hollow"]) {
      const name = `${shape}-${kind}`;
      if (map.hasImage(name)) map.removeImage(name);
      map.addImage(name, marked(shape, kind === "full"), { pixelRatio: RATIO });
    }
  }
}

function paint(map) {
  map.setPaintProperty("sea", "background-color", color("paper"));
  map.setPaintProperty("land", "fill-color", color("stone-2"));
  map.setPaintProperty("borders", "line-color", color("paper"));
}

// A line that crosses the day line goes on beyond it, where the map takes it up at its other edge.
function unbroken(line) {
  let turn = 0;
  return line.map(([east, north], place) => {
    const step = place ? east - line[place - 1][0] : 0;
    if (Math.abs(step) > 180) turn -= Math.sign(step) * 360;
    return [east + turn, north];
  });
}

function countries(world) {
  const found = feature(world, world.objects.countries);
  // Nothing is made at the pole, and its outline has an edge that no map of this kind can draw.
  found.features = found.features.filter((one) => one.id !== "010");
  for (const { geometry } of found.features) {
    const many = geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates];
    const rings = many.map((polygon) => polygon.map(unbroken));
    geometry.coordinates = geometry.type === "MultiPolygon" ? rings : rings[0];
  }
  return found;
}

async function outlines(map) {
  const world = await fetched(holder.dataset.world);
  map.addLayer({ id: "sea", type: "background" });
  map.addSource("land", { type: "geojson", data: countries(world) });
  const borders = mesh(world, world.objects.countries, (one, other) => one !== other);
  borders.coordinates = borders.coordinates.map(unbroken);
  map.addSource("borders", { type: "geojson", data: borders });
  map.addLayer({ id: "land", type: "fill", source: "land" });
  map.addLayer({ id: "borders", type: "line", source: "borders", paint: { "line-width": 0.8 } });
  paint(map);
}

function places(map) {
  map.addSource("places", {
    type: "geojson",
    data: { type: "FeatureCollection", features: [] },
    cluster: true,
    clusterRadius: 18,
    clusterMaxZoom: 7,
  });
  map.addLayer({
    id: "clusters",
    type: "symbol",
    source: "places",
    filter: ["has", "point_count"],
    layout: { "icon-image": ["concat", "count-", ["get", "point_count_abbreviated"]], "icon-allow-overlap": true },
  });
  map.addLayer({
    id: "places",
    type: "symbol",
    source: "places",
    filter: ["!", ["has", "point_count"]],
    layout: {
      "icon-image": [
        "concat",
        ["get", "shape"],
        ["case", ["==", ["get", "certificate_of_operator"], "none"], "-hollow", "-full"],
      ],
      "icon-allow-overlap": true,
    },
  });
}

// --- what a place says ---

const said = JSON.parse(document.getElementById("map-words")?.textContent ?? "{}");

function said_of(told) {
  const box = document.createElement("div");
  const link = document.createElement("a");
  link.href = `${holder.dataset.records}${told.id}-${told.slug}/${holder.dataset.clocks}`;
  link.textContent = told.name;
  const list = document.createElement("dl");
  const rows = [
    [said.operator, told.operator === "unknown" ? said.unknown : told.operator],
    [said.certificate, said.states[told.certificate_of_operator]],
    ["", told.activities.map((name) => said.activities[name] ?? said.unknown).join(", ")],
  ];
  for (const [head, text] of rows) {
    const name = document.createElement("dt");
    const value = document.createElement("dd");
    name.textContent = head;
    value.textContent = text;
    list.append(name, value);
  }
  box.append(link, list);
  return box;
}

let popup = null;

function show(map, found) {
  popup?.remove();
  popup = new Popup({ maxWidth: "300px", focusAfterOpen: true })
    .setLngLat(found.geometry.coordinates)
    .setDOMContent(said_of(found.properties))
    .addTo(map);
}

function move(map, to) {
  if (quiet.matches) map.jumpTo(to);
  else map.easeTo({ ...to, duration: 150 });
}

const NOTHING = { type: "FeatureCollection", features: [] };

let known = [];
let wanted = null; // where the places on their way are from
let shownFrom = ""; // where those on the map are from; empty for none
let asking = null;

function draw(map, address, collection) {
  popup?.remove();
  shownFrom = address;
  known = collection.features;
  map.getSource("places").setData(collection);
}

// The list says where its places are: one address is asked once, and an answer that is too late is not waited for.
async function fill(map) {
  const address = document.getElementById("results")?.dataset.places ?? "";
  if (address !== wanted) {
    wanted = address;
    asking?.abort();
    asking = new AbortController();
    try {
      const collection = address ? await fetched(address, asking.signal) : NOTHING;
      if (address !== wanted) return;
      draw(map, address, collection);
      appear();
    } catch (error) {
      if (address !== wanted) return;
      // Marks of another question would be wrong; the same one may be asked again.
      wanted = null;
      draw(map, "", NOTHING);
      throw error;
    }
  }
  for (const button of document.querySelectorAll(".show-place")) button.hidden = !shownFrom || shownFrom !== address;
}

async function fetched(address, signal) {
  const answer = await fetch(address, { signal });
  if (!answer.ok) throw new Error(`${address} answered with ${answer.status}`);
  return answer.json();
}

function listen(map) {
  map.on("click", "places", (event) => {
    const [clicked] = event.features;
    const found = known.find((one) => one.properties.id === clicked.properties.id);
    if (found) show(map, found);
  });
  map.on("click", "clusters", async (event) => {
    const [cluster] = event.features;
    const zoom = await map.getSource("places").getClusterExpansionZoom(cluster.properties.cluster_id);
    move(map, { center: cluster.geometry.coordinates, zoom });
  });
  for (const layer of ["places", "clusters"]) {
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
  map.setMissingStyleImageResolver((id) => {
    if (id.startsWith("count-")) map.addImage(id, counted(id.slice(6)), { pixelRatio: RATIO });
  });
  dark.addEventListener("change", () => {
    images(map);
    for (const id of map.listImages()) if (id.startsWith("count-")) map.updateImage(id, counted(id.slice(6)));
    paint(map);
  });
  document.addEventListener("htmx:afterSettle", () => fill(map).catch(fail));
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".show-place");
    const found = button && known.find((one) => one.properties.id === button.dataset.id);
    if (!found) return;
    holder.scrollIntoView({ block: "center" });
    move(map, { center: found.geometry.coordinates, zoom: Math.max(map.getZoom(), 5) });
    show(map, found);
  });
}

function begin() {
  setWorkerUrl(holder.dataset.worker);
  holder.hidden = false;
  const map = new MapView({
    container: holder,
    style: STYLE,
    bounds: WORLD,
    renderWorldCopies: false,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    maxZoom: 12,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.on("load", async () => {
    try {
      await outlines(map);
      images(map);
      places(map);
      listen(map);
      await fill(map);
    } catch (error) {
      fail(error);
    }
  });
  appear();
}

function appear() {
  holder.hidden = false;
  for (const id of ["no-map", "map-failed"]) document.getElementById(id).hidden = true;
}

// The list is there without a map, and a sentence says why there is none.
function fail(error) {
  const isOld = !document.createElement("canvas").getContext("webgl2");
  holder.hidden = true;
  document.getElementById("no-map").hidden = !isOld;
  document.getElementById("map-failed").hidden = isOld;
  if (!isOld) console.error(error);
}

if (holder) {
  try {
    begin();
  } catch (error) {
    fail(error);
  }
}
