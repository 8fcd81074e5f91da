import assert from "node:assert/strict";
import { test } from "node:test";
import { readEvents } from "../../assistant/components/sse.js";
import { chance } from "./chance.js";

const STREAM = [
  ": beat\n\n",
  'id: 1\ndata: "Grüße, 世界 👋🏽"\n\n',
  'id: 2\ndata: [["k","née"]]\n\n: beat\n\n',
  'event: snapshot\ndata: {"parts":[]}\n\n',
  'id: 3\nevent: end\ndata: {"status":"done"}\n\n',
].join("");
const EVENTS = [
  { id: "1", type: "message", data: '"Grüße, 世界 👋🏽"' },
  { id: "2", type: "message", data: '[["k","née"]]' },
  { id: "", type: "snapshot", data: '{"parts":[]}' },
  { id: "3", type: "end", data: '{"status":"done"}' },
];
const BYTES = new TextEncoder().encode(STREAM);

/** The events that are read when the bytes come in pieces that end at these places. */
async function readIn(ends, bytes = BYTES) {
  const pieces = [...ends, bytes.length].map((end, at) => bytes.slice(at && ends[at - 1], end));
  const body = new ReadableStream({
    start(controller) {
      pieces.filter((piece) => piece.length).forEach((piece) => controller.enqueue(piece));
      controller.close();
    },
  });
  globalThis.fetch = async () => new Response(body);
  const events = [];
  const onEvent = (event) => events.push(event);
  await readEvents("/x", { after: "", onBytes: () => {}, onEvent });
  return events;
}

test("a stream that comes in one piece gives its events", async () => {
  assert.deepEqual(await readIn([]), EVENTS);
});

test("a stream that is split at any one byte gives the same events", async () => {
  for (let at = 1; at < BYTES.length; at++)
    assert.deepEqual(await readIn([at]), EVENTS, `at ${at}`);
});

test("a stream that comes byte by byte gives the same events", async () => {
  assert.deepEqual(await readIn([...BYTES.keys()].slice(1)), EVENTS);
});

test("a stream that is split at any places gives the same events", async () => {
  const below = chance(7);
  for (let round = 0; round < 300; round++) {
    const ends = Array.from({ length: 1 + below(12) }, () => below(BYTES.length));
    ends.sort((one, other) => one - other);
    assert.deepEqual(await readIn(ends), EVENTS, `at ${ends}`);
  }
});

test("an event that was cut off before its end is not told", async () => {
  for (let end = 1; end < BYTES.length; end++) {
    const told = await readIn([], BYTES.slice(0, end));
    assert.deepEqual(told, EVENTS.slice(0, told.length));
  }
});

test("a stream is asked for behind the last event that was seen", async () => {
  let asked;
  globalThis.fetch = async (_, options) => {
    asked = options.headers;
    return new Response(new Blob([]).stream());
  };
  await readEvents("/x", { after: "12", onBytes: () => {}, onEvent: () => {} });
  assert.equal(asked["Last-Event-ID"], "12");
  await readEvents("/x", { after: "", onBytes: () => {}, onEvent: () => {} });
  assert.ok(!("Last-Event-ID" in asked));
});

test("a refusal is thrown with its status", async () => {
  globalThis.fetch = async () => new Response("", { status: 404 });
  const reading = readEvents("/x", { after: "", onBytes: () => {}, onEvent: () => {} });
  await assert.rejects(reading, { status: 404 });
});
