"use strict";
// "Try it": builds the request from a form, sends it through the front door, shows the answer.
const token = document.getElementById("token");
const says = document.getElementById("session-says");
token.value = sessionStorage.getItem("token") || "";
token.addEventListener("input", () => sessionStorage.setItem("token", token.value.trim()));

document.getElementById("session").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { email, password } = document.getElementById("account").selectedOptions[0].dataset;
  says.textContent = "…";
  try {
    const answer = await fetch("/api/auth/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ email, password }),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.detail || answer.status);
    token.value = body.accessToken;
    sessionStorage.setItem("token", token.value);
    says.textContent = `Logged in as ${email}`;
  } catch (error) {
    says.textContent = `Login failed: ${error.message}`;
  }
});

const hex = (buffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, "0")).join("");
const utf8 = (text) => new TextEncoder().encode(text);

async function sign(headers, path, body) {
  const { keyId, key } = (await (await fetch("/demo.json")).json()).signing;
  const timestamp = Math.floor(Date.now() / 1000);
  headers["Idempotency-Key"] ||= `${path.split("/")[2]}-${timestamp}`;
  const digest = hex(await crypto.subtle.digest("SHA-256", utf8(body)));
  const canonical = `v1|POST|${path}|${timestamp}|${headers["Idempotency-Key"]}|${digest}`;
  const secret = await crypto.subtle.importKey(
    "raw", utf8(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  headers["X-Portal-Timestamp"] = String(timestamp);
  headers["X-Portal-Key-Id"] = keyId;
  headers["X-Portal-Signature"] = `v1=${hex(await crypto.subtle.sign("HMAC", secret, utf8(canonical)))}`;
}

async function buildRequest(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  const headers = {};
  for (const input of form.querySelectorAll("input[data-place]")) {
    const value = input.value.trim();
    if (input.dataset.place === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(value));
    else if (value && input.dataset.place === "query") query.append(input.name, value);
    else if (value) headers[input.name] = value;
  }
  const area = form.querySelector("textarea");
  const body = area ? area.value : "";
  if (body) headers["Content-Type"] = area.dataset.type;
  if (form.dataset.access === "bearer" && token.value) headers.Authorization = `Bearer ${token.value.trim()}`;
  if (form.dataset.access === "signed") await sign(headers, path, body);
  const url = `/api${path}${query.size ? `?${query}` : ""}`;
  return [url, { method: form.dataset.method, headers, body: body || undefined }];
}

function show(result, answer, text, milliseconds) {
  const line = document.createElement("p");
  line.className = `status s${String(answer.status)[0]}`;
  line.textContent = `${answer.status} ${answer.statusText} · ${Math.round(milliseconds)} ms`;
  const headers = document.createElement("pre");
  headers.textContent = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  const body = document.createElement("pre");
  try { body.textContent = JSON.stringify(JSON.parse(text), null, 2); } catch { body.textContent = text; }
  result.replaceChildren(line, body, headers);
}

for (const form of document.querySelectorAll(".try form")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const result = form.querySelector(".result");
    result.hidden = false;
    result.textContent = "…";
    const start = performance.now();
    try {
      const answer = await fetch(...await buildRequest(form));
      show(result, answer, await answer.text(), performance.now() - start);
    } catch (error) {
      result.textContent = `Not sent: ${error.message}`;
    }
  });
}

