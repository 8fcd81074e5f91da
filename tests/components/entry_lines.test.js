import assert from "node:assert/strict";
import { test } from "node:test";
import { readEntries } from "../../assistant/components/entry_lines.js";

const STREAM = [
  "",
  "\uFEFFGrüße, 世界 👋🏽 ",
  '"[two]\\n"',
  '[["k","née"]]',
  ':snapshot 9 {"parts":[]}',
  "behind the one",
  ':snapshot  {"parts":[": x"]}',
  "{once} more",
  "",
  ':end 2 {"status":"done"}',
].join("\n");
const EVENTS = [
  { id: "6", type: "message", data: '"\uFEFFGrüße, 世界 👋🏽 "' },
  { id: "7", type: "message", data: '"[two]\\n"' },
  { id: "8", type: "message", data: '[["k","née"]]' },
  { id: "9", type: "snapshot", data: '{"parts":[]}' },
  { id: "10", type: "message", data: '"behind the one"' },
  { id: "", type: "snapshot", data: '{"parts":[": x"]}' },
  { id: "1", type: "message", data: '"{once} more"' },
  { id: "2", type: "end", data: '{"status":"done"}' },
];
const BYTES = new TextEncoder().encode(`${STREAM}\n`);

/** The events that are read behind the fifth when the bytes come in pieces of this size. */
async function readIn(size, bytes = BYTES) {
  const body = new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
  const told = { events: [], asked: "" };
  globalThis.fetch = async (url) => {
    told.asked = url;
    return new Response(body);
  };
  const onEvent = (event) => told.events.push(event);
  await readEntries("/x", { after: "5", onBytes: () => {}, onEvent });
  return told;
}

test("lines are numbered from where the reader stands, however they come", async () => {
  for (let size = 1; size <= BYTES.length; size++)
    assert.deepEqual((await readIn(size)).events, EVENTS, `by ${size}`);
});

test("a reader says behind which entry it stands, 0 before the first", async () => {
  assert.equal((await readIn(99)).asked, "/x?after=5");
  let asked = "";
  globalThis.fetch = async (url) => {
    asked = url;
    return new Response("");
  };
  await readEntries("/x", { after: "", onBytes: () => {}, onEvent: () => {} });
  assert.equal(asked, "/x?after=0");
});

test("a line that was cut off before its end is not told", async () => {
  for (let end = 1; end < BYTES.length; end++) {
    const { events } = await readIn(7, BYTES.slice(0, end));
    assert.deepEqual(events, EVENTS.slice(0, events.length));
  }
});

test("a refusal is thrown with its status", async () => {
  globalThis.fetch = async () => new Response("", { status: 404 });
  const reading = readEntries("/x", { after: "1", onBytes: () => {}, onEvent: () => {} });
  await assert.rejects(reading, { status: 404 });
});
