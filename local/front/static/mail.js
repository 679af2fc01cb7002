"use strict";
// The frame is as high as the mail in it, so that nothing is hidden below an inner scroll bar.
const frame = document.querySelector("iframe.mail");
function fit() {
  const page = frame.contentDocument.documentElement;
  frame.style.height = "0";
  frame.style.height = `${page.scrollHeight + 4}px`;
}
if (frame) {
  frame.addEventListener("load", fit);
  if (frame.contentDocument?.readyState === "complete") fit();
  let width = 0;
  new ResizeObserver(() => {
    if (frame.clientWidth !== width) { width = frame.clientWidth; fit(); }
  }).observe(frame);
}
