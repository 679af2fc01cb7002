"use strict";
// Starts Swagger UI, signs it in as a demo customer, and signs the provisioning call.
const PROVISION = /^\/orders\/([^/]+)\/provision$/;
const hex = (buffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, "0")).join("");
const utf8 = (text) => new TextEncoder().encode(text);

async function sign(request, path, orderId) {
  const { keyId, key: secretKey } = (await (await fetch("/demo.json")).json()).signing;
  const timestamp = Math.floor(Date.now() / 1000);
  const headers = request.headers;
  const given = Object.keys(headers).find((name) => name.toLowerCase() === "idempotency-key");
  const idempotencyKey = given ? headers[given] : `${orderId}-${timestamp}`;
  const digest = hex(await crypto.subtle.digest("SHA-256", utf8(request.body || "")));
  const canonical = `v1|POST|${path}|${timestamp}|${idempotencyKey}|${digest}`;
  const secret = await crypto.subtle.importKey(
    "raw", utf8(secretKey), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  if (!given) headers["Idempotency-Key"] = idempotencyKey;
  headers["X-Portal-Timestamp"] = String(timestamp);
  headers["X-Portal-Key-Id"] = keyId;
  headers["X-Portal-Signature"] = `v1=${hex(await crypto.subtle.sign("HMAC", secret, utf8(canonical)))}`;
}

async function intercept(request) {
  const path = new URL(request.url, location.href).pathname.replace(/^\/api/, "");
  const order = request.method === "POST" && PROVISION.exec(path);
  if (order) await sign(request, path, decodeURIComponent(order[1]));
  return request;
}

const viewer = SwaggerUIBundle({
  url: "/openapi.json",
  domNode: document.getElementById("viewer"),
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  filter: true,
  requestInterceptor: intercept,
  // The default sends the document's address to a validator on the Internet.
  validatorUrl: null,
});

async function signIn({ email, password }) {
  const answer = await fetch("/api/auth/login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail || `The API answered ${answer.status}.`);
  viewer.preauthorizeApiKey("bearer", body.accessToken);
  return `Signed in as ${email}. The token is valid for ${Math.round(body.expiresIn / 60)} minutes.`;
}

const told = document.getElementById("signed-in");
for (const button of document.querySelectorAll(".sign-in button")) {
  button.addEventListener("click", async () => {
    told.textContent = "Signing in…";
    try {
      told.textContent = await signIn(button.dataset);
    } catch (error) {
      told.textContent = `Signing in failed. ${error.message}`;
    }
  });
}
