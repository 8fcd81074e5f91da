import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { serveFrom, until } from "./page.js";
import * as store from "../../assistant/components/chat_store.js";
import { idOf, showVersion, turningIn } from "../../assistant/components/versions.js";

const said = (id, more = {}) => ({ id, role: "user", status: "done", parts: [], ...more });
const pages = { c1: { messages: [said("m1")], earlier: false } };
const asked = [];
let answer = { status: 200, body: pages.c1 };
const http = createServer(async (request, response) => {
  const id = request.url.match(/conversations\/([^/]+)/)?.[1];
  if (request.method === "GET") return response.end(JSON.stringify(pages[id]));
  let body = "";
  for await (const piece of request) body += piece;
  asked.push([request.url, JSON.parse(body)]);
  return response.writeHead(answer.status).end(JSON.stringify(answer.body));
});
await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
serveFrom(`http://127.0.0.1:${http.address().port}`);
after(() => {
  http.closeAllConnections();
  setTimeout(() => process.exit(), 100);
});
store.open("c1");
await until(() => store.conversation("c1").status === "ready");
const ids = () => store.conversation("c1").messages.map((one) => one.id);

test("the branch that comes with the answer is shown, without another question", async () => {
  answer = { status: 200, body: { messages: [said("m2"), said("m3")], earlier: true } };
  const turning = showVersion("c1", "m2", { side: "after", top: 7 });
  assert.deepEqual(turningIn("c1"), { id: "c1", message: "m2", side: "after", top: 7 });
  assert.equal(turningIn("c2"), null);
  assert.equal(await turning, "");
  assert.deepEqual([ids(), turningIn("c1")], [["m2", "m3"], null]);
  assert.deepEqual(asked, [["/api/conversations/c1/shown", { message: "m2" }]]);
});

test("while one change goes on another press does nothing", async () => {
  const before = asked.length;
  const [first, second] = [showVersion("c1", "m2"), showVersion("c1", "m3")];
  assert.deepEqual([await first, await second, asked.length], ["", "", before + 1]);
});

test("a refusal is told and changes nothing", async () => {
  answer = { status: 422, body: { error: "An answer is being written here." } };
  const before = ids();
  assert.equal(await showVersion("c1", "m1"), "An answer is being written here.");
  assert.deepEqual([ids(), store.conversation("c1").status], [before, "ready"]);
});

test("where the server is away the page says so in the words of whoever asked", async () => {
  answer = { status: 502, body: {} };
  const words = await showVersion("c1", "m1", { away: "The message is away." });
  assert.equal(words, "The message is away.");
  assert.match(await showVersion("c1", "m1"), /^The other version could not be loaded/);
});

test("a message that was said here just now gets its id from the server", async () => {
  store.open("c1");
  store.send("c1", "hello", "key-1");
  const local = store.conversation("c1").messages.find((one) => one.local && one.role === "user");
  pages.c1 = { messages: [said("m9", { sent: "key-1", turn: "t9" })], earlier: false };
  store.acknowledge("key-1", "c1", "t9");
  assert.equal(await idOf("c1", local), "m9");
  assert.equal(await idOf("c1", said("m5")), "m5");
});
