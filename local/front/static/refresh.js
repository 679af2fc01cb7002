"use strict";
// Parts marked data-refresh="<milliseconds>" are replaced by their newest version; one request
// serves all parts of a page, and none is made while nobody looks.
const parts = [...document.querySelectorAll("[data-refresh]")].map((part) => part.id);
const pause = Math.min(...[...document.querySelectorAll("[data-refresh]")]
  .map((part) => Number(part.dataset.refresh)));

async function refresh() {
  if (!document.hidden) await replaceParts();
  setTimeout(refresh, pause);
}

async function replaceParts() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of parts) {
        const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
        if (old && fresh && old.innerHTML !== fresh.innerHTML && !isInUse(old)) {
          old.innerHTML = fresh.innerHTML;
        }
      }
    }
  } catch { /* The stack is being restarted: the next round will tell. */ }
}

function isInUse(part) {
  return part.contains(document.activeElement) || part.querySelector("input:checked") !== null;
}

if (parts.length) {
  setTimeout(refresh, pause);
  document.addEventListener("changed", replaceParts);
}
