/** The gallery: a card for every operation, rendered when it comes into view. */
import { classColour, cssColour } from "../colours.js";
import { byId, element } from "../dom.js";
import { showProblem, showUncaught, toProblem } from "../problem.js";
import { groups } from "./groups.js";
import { OperationCard } from "./operation-card.js";
import { leavePresetSheets } from "./preset-sheets.js";
import { Queue } from "./queue.js";
import { Studio } from "./studio.js";
import { openVolume } from "./volume.js";

/** Cards this near to the window are rendered ahead. */
const ahead = "300px";

function showGallery(studio: Studio): void {
  const queue = new Queue<OperationCard>();
  const cards = new Map<Element, OperationCard>();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const card = cards.get(target)!;
        if (!isIntersecting) queue.remove(card);
        else if (card.isStale) queue.add(card, () => card.render());
      }
    },
    { rootMargin: ahead },
  );
  // Whoever moves a slider looks at that card.
  const changed = (card: OperationCard): void => queue.add(card, () => card.render(), "first");
  const main = byId("operations", HTMLElement);
  for (const { name, title, operations } of groups) {
    const made = Object.entries(operations).map(
      ([key, operation]) => new OperationCard(`${name}.${key}`, operation, studio, changed),
    );
    for (const card of made) cards.set(card.element, card);
    const grid = element("div", { className: "grid" }, ...made.map((card) => card.element));
    main.append(element("section", { id: name }, element("h2", {}, title), grid));
  }
  for (const target of cards.keys()) observer.observe(target);

  const labels = byId("labels", HTMLInputElement);
  labels.addEventListener("change", () => {
    for (const card of cards.values()) card.showLabels(labels.checked);
  });
  showLegend(studio.volume.scene.classes);
}

function showLegend(classes: readonly string[]): void {
  const keys = classes.map((name, i) => {
    const swatch = element("span", { className: "swatch" });
    swatch.style.background = cssColour(classColour(i));
    return element("span", { className: "key" }, swatch, name);
  });
  const unknown = element("span", { className: "swatch hatched" });
  byId("legend", HTMLDivElement).replaceChildren(
    ...keys,
    element("span", { className: "key" }, unknown, "unknown"),
  );
}

async function start(query: URLSearchParams): Promise<void> {
  const status = byId("status", HTMLParagraphElement);
  try {
    const studio = new Studio(await openVolume(query.get("source") ?? "/data/datasplit.csv"));
    if (query.has("pictures")) await leavePresetSheets(studio);
    else showGallery(studio);
    status.hidden = true;
  } catch (error) {
    const problem = toProblem(error);
    status.textContent = "It failed.";
    showProblem(problem);
    window.__voxelfeedGallery = { error: `${problem.code}: ${problem.message}` };
  }
}

showUncaught();
void start(new URLSearchParams(location.search));
