"use strict";
// Pages work without this. It adds: what a mark of a chart says, "choose all", keys, the banner, and
// tables that fit a phone.

const hint = document.createElement("div");
hint.id = "hint";
hint.hidden = true;
document.body.append(hint);

function says(mark) {
  const text = mark.getAttribute("aria-label");
  return text && text !== "undefined" ? text : "";
}

document.addEventListener("pointermove", (event) => {
  const mark = event.target.closest?.(".chart svg [aria-label][aria-roledescription]");
  const text = mark && mark.tagName !== "svg" ? says(mark) : "";
  hint.hidden = !text;
  if (!text) return;
  hint.textContent = text;
  const box = hint.getBoundingClientRect();
  hint.style.left = Math.min(event.clientX + 14, innerWidth - box.width - 8) + "px";
  hint.style.top = Math.max(event.clientY - box.height - 10, 8) + "px";
});

document.querySelector("[data-all]")?.addEventListener("change", (event) => {
  for (const box of document.querySelectorAll("input[name=id]")) box.checked = event.target.checked;
});

document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!wanted) return;
  event.preventDefault();
  wanted.focus();
});

for (const select of document.querySelectorAll(".filters select")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// A slider writes into the field beside it, and asks once it is let go.
for (const slider of document.querySelectorAll("input[type=range][data-for]")) {
  const field = slider.form.elements[slider.dataset.for];
  slider.addEventListener("input", () => { field.value = slider.value; });
  slider.addEventListener("change", () => slider.form.requestSubmit());
}

// On a phone the rows of a table stand below each other, each cell after its column's name.
for (const table of document.querySelectorAll(".scroll table:not(.wide)")) {
  const names = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
  for (const row of table.querySelectorAll("tbody tr")) {
    [...row.cells].forEach((cell, place) => {
      const titles = place === 0 && cell.classList.contains("text");
      if (!titles) cell.dataset.head = names[place] || "";
    });
  }
  table.classList.add("wide");
}

// On a phone the menu is wider than the window.
document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// What is newest stands on the right of a chart that does not fit.
for (const chart of document.querySelectorAll(".chart")) chart.scrollLeft = chart.scrollWidth;

const banner = document.getElementById("banner");
async function look() {
  let away = true;
  try {
    const answer = await fetch("/ready", { cache: "no-store" });
    away = !answer.ok && (await answer.text()).startsWith("Kafka");
  } catch { /* the console itself is away */ }
  banner.classList.toggle("hidden", !away);
}
if (banner && document.querySelector(".top nav")) setInterval(look, 1000);

// Today renews itself while nobody scrolls in it, or goes through it by keyboard: that would begin
// again at the top.
if (location.pathname === "/") {
  setInterval(() => {
    const used = document.hidden || scrollY >= 200 || document.querySelector(":focus-visible");
    if (!used) location.reload();
  }, 10000);
}
