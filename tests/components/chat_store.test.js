import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { serveFrom, until } from "./page.js";
import * as store from "../../assistant/components/chat_store.js";
import { draftOf, forgetUnsent, keepDraft, keepUnsent, unsent } from "../../assistant/components/drafts.js";

const pages = {};
const asked = [];
const streams = {};
const http = createServer(({ url }, response) => {
  asked.push(url);
  const id = url.match(/conversations\/([^/]+)/)?.[1];
  if (id && pages[id] === "away") return response.writeHead(503).end();
  if (id) return response.end(JSON.stringify(pages[id] ?? { messages: [], earlier: false }));
  streams[url.match(/turns\/([^/]+)/)?.[1]] = response;
  return response.writeHead(200).write("\n");
});
await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
serveFrom(`http://127.0.0.1:${http.address().port}`);
after(() => {
  http.closeAllConnections();
  setTimeout(() => process.exit(), 100); // streams that are cut would come back for ever
});

const readings = (id) => asked.filter((url) => url.includes(`/${id}/`)).length;
const told = (id, role, turn, sent) => ({ id, role, turn, sent, status: "running", parts: [] });

test("a new chat that is not acknowledged keeps no turn of another conversation away", async () => {
  store.open("c1");
  await until(() => store.conversation("c1").status === "ready");
  const before = readings("c1");
  store.send("", "a new chat", "key-1");
  store.attach("c1", "t1");
  await until(() => readings("c1") > before);
  store.refuse("key-1");
});

test("what was read ahead is read no second time when it is opened", async () => {
  store.readAhead("c2");
  store.open("c2");
  await until(() => store.conversation("c2").status === "ready");
  assert.equal(readings("c2"), 1);
});

test("what was read ahead and opened later is followed", async () => {
  pages.c2b = { messages: [told("m0", "assistant", "t0")], earlier: false };
  store.readAhead("c2b");
  await until(() => store.conversation("c2b").status === "ready");
  store.open("c2b");
  await until(() => asked.some((url) => url.startsWith("/api/turns/t0/events")));
});

test("a send that is on its way keeps its own conversation as it is", () => {
  const before = readings("c1");
  store.send("c1", "more", "key-2");
  store.attach("c1", "t2");
  store.refuse("key-2");
  assert.equal(readings("c1"), before);
});

test("a new chat that was read before it was acknowledged shows each message once", async () => {
  const messages = [told("m1", "user", "t3", "key-3"), told("m2", "assistant", "t3", "key-3")];
  pages.c3 = { messages, earlier: false };
  store.send("", "hello", "key-3");
  store.open("c3");
  await until(() => store.conversation("c3").status === "ready");
  store.acknowledge("key-3", "c3", "t3");
  assert.deepEqual(store.conversation("c3").messages.map(({ id }) => id), ["m1", "m2"]);
});

test("two sends that are acknowledged in one drawing are both taken", () => {
  store.send("c4", "one", "key-4");
  store.send("c5", "two", "key-5");
  for (const [key, id, turn] of [["key-4", "c4", "t4"], ["key-5", "c5", "t5"]])
    store.acknowledge(key, id, turn);
  assert.deepEqual([store.isSending("c4"), store.isSending("c5")], [false, false]);
  assert.deepEqual([store.runningTurn("c4"), store.runningTurn("c5")], ["t4", "t5"]);
});

const reply = (number, status) => ({ ...told(`r${number}`, "assistant", `u${number}`), status });

test("a page that was read before an answer's end does not let it run again", async () => {
  const before = { messages: [reply(7, "running")], earlier: false };
  pages.c7 = before;
  store.open("c7");
  await until(() => streams.u7);
  let tell;
  const late = store.refresh("c7", new Promise((resolve) => (tell = resolve)));
  streams.u7.write(':end 1 {"status":"done","message":"r7"}\n');
  await until(() => store.runningTurn("c7") === "");
  pages.c7 = { messages: [reply(7, "done")], earlier: false };
  tell(before);
  await late;
  assert.deepEqual(store.conversation("c7").messages.map(({ status }) => status), ["done"]);
});

test("a message near the end that has changed is read with the newest page", async () => {
  pages.c8 = { messages: [reply(0, "done"), reply(1, "waiting")], earlier: false };
  store.open("c8");
  await until(() => store.conversation("c8").status === "ready");
  pages.c8 = { messages: [reply(0, "done"), reply(1, "done")], earlier: false };
  store.hearMessage({ conversation: "c8", message: "r1" });
  await until(() => store.conversation("c8").messages[1].status === "done");
  assert.equal(store.runningTurn("c8"), "");
});

test("a message far back that has changed is read alone, in its place", async () => {
  const all = Array.from({ length: 40 }, (_, number) => reply(number, "waiting"));
  pages.c9 = { messages: all, earlier: false };
  store.open("c9");
  await until(() => store.conversation("c9").status === "ready");
  const before = store.conversation("c9").messages;
  pages.c9 = { messages: [reply(3, "done")], earlier: true };
  store.hearMessage({ conversation: "c9", message: "r3" });
  await until(() => store.conversation("c9").messages[3].status === "done");
  assert.ok(asked.at(-1).endsWith("limit=1&before=r4"));
  assert.deepEqual(store.conversation("c9").messages.toSpliced(3, 1), before.toSpliced(3, 1));
});

test("a message of a conversation that is not shown is read when that is opened", async () => {
  const before = readings("c8");
  store.hearMessage({ conversation: "c8", message: "r0" });
  assert.equal(readings("c8"), before);
  store.open("c8");
  await until(() => readings("c8") > before);
});

test("a send shows its files at once, and a refusal gives them back", () => {
  const file = { id: "f1", name: "a.txt", media: "text/plain", size: 1, fresh: true };
  store.send("c10", " ", "key-10", [file]);
  const [said] = store.conversation("c10").messages;
  const { fresh, ...shown } = file;
  assert.deepEqual(said.parts, [{ type: "file", ...shown }]);
  assert.deepEqual(store.lastSaid("c10"), { text: "", files: [{ type: "file", ...shown }] });
  assert.deepEqual(store.sentAs("key-10").files, [file]);
  const { conversation, text, files } = store.refuse("key-10");
  assert.deepEqual([conversation, text, files], ["c10", " ", [file]]);
  assert.deepEqual([store.conversation("c10").messages, store.lastSaid("c10")], [[], null]);
});

test("what is said in a conversation that could not be read is shown with what it holds", async () => {
  pages.c11 = "away";
  store.open("c11");
  await until(() => store.conversation("c11").status === "failed");
  pages.c11 = { messages: [reply(11, "done")], earlier: false };
  store.send("c11", "hello", "key-11");
  await until(() => store.conversation("c11").status === "ready");
  const ids = store.conversation("c11").messages.map(({ id }) => id);
  assert.deepEqual(ids, ["r11", "key-11", "key-11:answer"]);
  store.refuse("key-11");
});

test("a send that was refused while the page was loaded anew keeps its words, not its key", () => {
  keepUnsent({ key: "key-12", conversation: "c12", text: "hello", files: [] });
  assert.equal(store.refuse("another"), null);
  assert.equal(unsent().key, "key-12");
  assert.equal(store.refuse("key-12"), null);
  assert.deepEqual(unsent(), { key: "", conversation: "c12", text: "hello", files: [] });
  forgetUnsent("");
});

test("a send that was taken when the page was loaded anew is not there to be sent again", async () => {
  const taken = [];
  window.addEventListener("assistant:taken", ({ detail }) => taken.push(detail.text));
  keepUnsent({ key: "key-13", conversation: "c13", text: "hello", files: [] });
  keepDraft("c13", "hello");
  pages.c13 = { messages: [told("m13", "user", "t13", "another")], earlier: false };
  await store.refresh("c13");
  assert.deepEqual([taken, unsent().key, draftOf("c13")], [[], "key-13", "hello"]);
  pages.c13 = { messages: [told("m13", "user", "t13", "key-13")], earlier: false };
  await store.refresh("c13");
  assert.deepEqual([taken, unsent(), draftOf("c13")], [["hello"], null, ""]);
});

test("a send of which the message is here already is shown once", async () => {
  pages.c14 = { messages: [told("m14", "user", "t14", "key-14")], earlier: false };
  await store.refresh("c14");
  store.send("c14", "hello", "key-14");
  store.acknowledge("key-14", "c14", "t14");
  assert.deepEqual(store.conversation("c14").messages.map(({ id }) => id), ["m14"]);
  assert.equal(store.isSending("c14"), false);
});

test("a send that stands in what is read is on its way no more, though nobody said so", async () => {
  store.send("c15", "hello", "key-15");
  const answer = { ...told("r15", "assistant", "t15", "key-15"), status: "done" };
  pages.c15 = { messages: [told("m15", "user", "t15", "key-15"), answer], earlier: false };
  await store.refresh("c15");
  assert.equal(store.isSending("c15"), false);
  assert.deepEqual(store.conversation("c15").messages.map(({ id }) => id), ["m15", "r15"]);
  assert.equal(store.acknowledge("key-15", "c15", "t15"), null);
});
