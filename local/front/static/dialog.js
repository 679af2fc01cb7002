"use strict";
// A button with data-dialog opens the page that it names in a frame above this one, as Lightning
// Experience opens the screen of a quick action. The rest of the page is inert until it is closed.
let frame = null;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dialog]");
  if (button && !frame) open(button);
});

window.addEventListener("message", (event) => {
  if (!frame || event.source !== frame.contentWindow || event.origin !== location.origin) return;
  if (event.data.kind === "close") close();
  if (event.data.kind === "changed") document.dispatchEvent(new Event("changed"));
});

function open(button) {
  frame = document.createElement("iframe");
  frame.className = "dialog";
  frame.title = button.textContent;
  frame.src = button.dataset.dialog;
  frame.addEventListener("load", () => frame?.contentWindow.focus());
  for (const part of document.body.children) part.inert = true;
  document.body.append(frame);
}

function close() {
  frame.remove();
  frame = null;
  for (const part of document.body.children) part.inert = false;
  document.querySelector("[data-dialog]")?.focus();
}
