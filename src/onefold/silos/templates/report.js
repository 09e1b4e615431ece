"use strict";
(() => {
  const all = () => [...document.querySelectorAll("details")];
  const tools = document.querySelector(".tools");
  const toggle = document.createElement("button");
  toggle.type = "button";
  toggle.textContent = tools.dataset.open;
  toggle.addEventListener("click", () => {
    const opening = toggle.textContent === tools.dataset.open;
    all().forEach((entry) => { entry.open = opening; });
    toggle.textContent = opening ? tools.dataset.close : tools.dataset.open;
  });
  tools.append(toggle);
  tools.hidden = false;
  const keyOf = (row, place) => {
    const cell = row.cells[place];
    const key = cell.dataset.key ?? cell.textContent.trim();
    return cell.dataset.key === undefined ? key : Number(key);
  };
  document.querySelectorAll("table.sortable").forEach((table) => {
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      if (!head.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") !== "descending";
        [...table.tHead.rows[0].cells].forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...table.tBodies[0].rows].sort((one, two) => {
          const a = keyOf(one, place), b = keyOf(two, place);
          const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
          return down ? -order : order;
        });
        table.tBodies[0].append(...rows);
      });
    });
  });
})();
