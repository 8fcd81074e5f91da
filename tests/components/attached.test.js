import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, beforeEach, test } from "node:test";
import { ALICE, serveFrom, until } from "./page.js";
import { announcement } from "../../assistant/components/announcements.js";
import * as attached from "../../assistant/components/attached.js";
import { filesOf } from "../../assistant/components/drafts.js";

const LIMITS = { bytes: 100, tooLarge: "This file is too large." };
const asked = [];
let most = 0;
let open = 0;
let gate = null; // what an upload waits for
let refusals = [];
const http = createServer(async (request, response) => {
  const name = decodeURIComponent(request.headers["file-name"] ?? "");
  asked.push(`${request.method} ${decodeURIComponent(request.url)} ${name}`.trim());
  if (request.method !== "POST") return response.writeHead(204).end();
  most = Math.max(most, ++open);
  const size = (await request.toArray()).join("").length;
  await gate;
  open--;
  const [status, error, headers] = refusals.shift() ?? [201];
  const kept = { id: `id of ${name}`, name, media: "text/plain", size, at: "2026-01-01" };
  return response.writeHead(status, headers).end(JSON.stringify(error ? { error } : kept));
});
await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
serveFrom(`http://127.0.0.1:${http.address().port}`);
after(() => http.close().closeAllConnections());

let count = 0;
let here = "";
beforeEach(() => {
  here = `c${++count}`;
  asked.length = most = 0;
  gate = null;
  refusals = [];
});

const file = (name, words = "words") => new File([words], name);
const give = (...files) => attached.attach(here, files, LIMITS);
const states = () => attached.attachedTo(here).map(({ name, state }) => `${name} ${state}`);
const settled = () =>
  until(() => attached.attachedTo(here).every(({ state }) => state === "done" || state === "failed"));
const keyOf = (name) => attached.attachedTo(here).find((one) => one.name === name).key;

test("files are sent one after another, and are there with what the server says of them", async () => {
  give(file("a b&c.txt"), file("b.txt"), file("c.txt"));
  assert.deepEqual(states(), ["a b&c.txt sending", "b.txt waiting", "c.txt waiting"]);
  await settled();
  assert.equal(most, 1);
  assert.deepEqual(asked, [
    "POST /api/files a b&c.txt",
    "POST /api/files b.txt",
    "POST /api/files c.txt",
  ]);
  const [{ key, ...first }] = attached.attachedTo(here);
  const facts = { id: "id of a b&c.txt", name: "a b&c.txt", media: "text/plain", size: 5 };
  assert.deepEqual(first, { ...facts, state: "done", share: 1, fresh: true });
  assert.equal(announcement.get(), "c.txt uploaded");
});

test("what is too large, and a folder, is not sent at all and says so", async () => {
  give(file("large.txt", "x".repeat(101)), { name: "folder", size: 0, isFolder: true });
  assert.deepEqual(states(), ["large.txt failed", "folder failed"]);
  const [large, folder] = attached.attachedTo(here);
  assert.equal(large.why, LIMITS.tooLarge);
  assert.match(folder.why, /^This is a folder/);
  assert.deepEqual([large.again, folder.again, asked.length], [undefined, undefined, 0]);
});

test("a refusal is said in the server's words, the others go on, and it can be tried again", async () => {
  refusals = [[422, "This kind of file is not taken."]];
  give(file("a.exe"), file("b.txt"));
  await settled();
  assert.deepEqual(states(), ["a.exe failed", "b.txt done"]);
  const [{ why, again, key }] = attached.attachedTo(here);
  assert.deepEqual([why, again], ["This kind of file is not taken.", true]);
  attached.tryAgain(key);
  await settled();
  assert.deepEqual(states(), ["a.exe done", "b.txt done"]);
});

test("while another file of the user is on its way, this one waits and asks again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  refusals = [[429, "Another file of yours is on its way."], [429, "Another file of yours."]];
  give(file("a.txt"));
  for (const tries of [1, 2]) {
    await until(() => asked.length === tries && open === 0);
    await until(() => (t.mock.timers.tick(1_500), asked.length > tries));
  }
  await settled();
  assert.deepEqual(states(), ["a.txt done"]);
});

test("who has sent too many too fast is told so at once", async () => {
  refusals = [[429, "60 uploads in a minute are the most.", { "retry-after": "60" }]];
  give(file("a.txt"));
  await settled();
  const [{ why, again }] = attached.attachedTo(here);
  assert.deepEqual([why, again, asked.length], ["60 uploads in a minute are the most.", true, 1]);
});

test("one that is removed on its way is stopped, and the next is sent", async () => {
  let go;
  gate = new Promise((resolve) => (go = resolve));
  give(file("slow.txt"), file("next.txt"));
  await until(() => open === 1);
  attached.remove(keyOf("slow.txt"));
  await until(() => states()[0] === "next.txt sending");
  go();
  await settled();
  assert.deepEqual(states(), ["next.txt done"]);
});

test("what was sent here and is removed is deleted, and what may be in a message is not", async () => {
  give(file("mine.txt"));
  await settled();
  attached.putBack(here, [{ id: "old", name: "old.txt", media: "text/plain", size: 1 }]);
  assert.deepEqual(states(), ["old.txt done", "mine.txt done"]);
  attached.remove(keyOf("old.txt"));
  attached.remove(keyOf("mine.txt"));
  attached.remove("no such key");
  await until(() => asked.length === 2);
  assert.deepEqual(asked.slice(1), ["DELETE /api/files/id of mine.txt"]);
  assert.equal(announcement.get(), "mine.txt removed");
});

test("what is there is kept with the draft until it is taken, and what is not there is not", async () => {
  refusals = [[201], [422, "No."]];
  give(file("a.txt"), file("b.txt"));
  await settled();
  const kept = [{ id: "id of a.txt", name: "a.txt", media: "text/plain", size: 5, fresh: true }];
  assert.deepEqual(filesOf(here), kept);
  const taken = attached.take(here);
  assert.deepEqual(taken.map(({ id, fresh }) => [id, fresh]), [["id of a.txt", true]]);
  assert.deepEqual([filesOf(here), states()], [[], ["b.txt failed"]]);
  attached.putBack(here, [...taken, ...taken.slice(1)]);
  attached.putBack(here, taken);
  assert.deepEqual(states(), ["a.txt done", "b.txt failed"]);
});

test("a page that opens a conversation shows what was kept, else what was lost on its way", () => {
  const [one, other] = ["one", "other"].map((id) => ({ id, name: id, media: "", size: 1 }));
  localStorage.setItem(`assistant:draft:alice:${here}:files`, `1 ${JSON.stringify([one])}`);
  attached.openFiles(here, [other]);
  attached.openFiles(here, [other]);
  assert.deepEqual(states(), ["one done"]);
  attached.openFiles("lost", [other]);
  assert.deepEqual(attached.attachedTo("lost").map(({ name }) => name), ["other"]);
});

test("when a new conversation gets its id, its files go with it, also one on its way", async () => {
  let go;
  gate = new Promise((resolve) => (go = resolve));
  attached.attach("", [file("a.txt")], LIMITS);
  await until(() => open === 1);
  attached.moveFiles("", here);
  assert.deepEqual([attached.attachedTo(""), states()], [[], ["a.txt sending"]]);
  go();
  await settled();
  assert.deepEqual([filesOf("").length, filesOf(here).length], [0, 1]);
});

test("once another user has signed in beside this page, nothing is sent in their name", async () => {
  document.cookie = "user=bob";
  give(file("a.txt"));
  await settled();
  assert.match(attached.attachedTo(here)[0].why, /^Somebody else has signed in here since/);
  assert.deepEqual(asked, []);
  document.cookie = ALICE;
});

test("a page that is left while a file is on its way asks first, and only then", async () => {
  let go;
  gate = new Promise((resolve) => (go = resolve));
  const leaves = () => dispatchEvent(new Event("beforeunload", { cancelable: true }));
  give(file("a.txt"));
  await until(() => open === 1);
  assert.equal(leaves(), false);
  go();
  await settled();
  await until(leaves);
});

test("without a network it says so, and keeps the file to be tried again", async () => {
  const closed = createServer();
  await new Promise((resolve) => closed.listen(0, "127.0.0.1", resolve));
  serveFrom(`http://127.0.0.1:${closed.address().port}`);
  await new Promise((resolve) => closed.close(resolve));
  give(file("a.txt"));
  await settled();
  assert.match(attached.attachedTo(here)[0].why, /^The server does not answer/);
  serveFrom(`http://127.0.0.1:${http.address().port}`);
  attached.tryAgain(keyOf("a.txt"));
  await settled();
  assert.deepEqual(states(), ["a.txt done"]);
});

test("files of a send that was taken after all leave the list, others stay", () => {
  const facts = (id) => ({ id, name: `${id}.txt`, media: "text/plain", size: 1 });
  attached.putBack("c-taken", [facts("sent"), facts("other")]);
  const detail = { conversation: "c-taken", text: "hello", files: [facts("sent")] };
  window.dispatchEvent(new CustomEvent("assistant:taken", { detail }));
  assert.deepEqual(attached.attachedTo("c-taken").map(({ id }) => id), ["other"]);
});
