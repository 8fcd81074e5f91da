import assert from "node:assert/strict";
import { test } from "node:test";
import { wordsOf } from "../../assistant/components/parts.js";
import { soFar, takeInto, unread } from "../../assistant/components/reading.js";
import { chance } from "./chance.js";

const ENTRIES = [
  [["k", "Let me "]],
  [["k", "see."]],
  "One ",
  "two ",
  [["c", { id: "c1", name: "add", state: "running" }]],
  [["c", { id: "c1", name: "add", state: "done" }]],
  "three ",
  [["by", { model: "other" }]],
  "four.",
].map((data, at) => ({ id: String(at + 1), type: "message", data: JSON.stringify(data) }));
const END = { id: String(ENTRIES.length + 1), type: "end", data: '{"status":"done"}' };

function read(events, reading = unread()) {
  const taken = events.map((event) => takeInto(reading, event));
  return { ...reading, taken };
}

const WHOLE = read(ENTRIES).parts;

test("entries in order give the whole", () => {
  const { parts, number, taken } = read([...ENTRIES, END]);
  assert.equal(wordsOf(parts), "One two \n\nthree four.");
  assert.equal(number, ENTRIES.length + 1);
  assert.ok(taken.every(Boolean));
});

test("replays and overlaps give the text once and in order", () => {
  const below = chance(3);
  for (let round = 0; round < 500; round++) {
    const reading = unread();
    while (reading.number < ENTRIES.length) {
      const from = below(reading.number + 1);
      read(ENTRIES.slice(from, from + 1 + below(4)), reading);
    }
    assert.deepEqual(reading.parts, WHOLE);
  }
});

test("an entry behind a gap is refused and changes nothing", () => {
  for (const event of [...ENTRIES.slice(4), END]) {
    const { parts, number, taken } = read([...ENTRIES.slice(0, 3), event]);
    assert.deepEqual([parts, number, taken.at(-1)], [read(ENTRIES.slice(0, 3)).parts, 3, false]);
  }
});

test("an entry that cannot be read is passed over, once", (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  const broken = { id: "4", type: "message", data: '[["c",{"id":"c1","arguments":{"a":NaN}}]]' };
  const { parts, number, taken } = read([...ENTRIES.slice(0, 3), broken, ...ENTRIES.slice(4)]);
  assert.deepEqual([number, taken.every(Boolean)], [ENTRIES.length, true]);
  assert.ok(wordsOf(parts).startsWith("One "));
  assert.ok(wordsOf(parts).endsWith("four."));
  assert.equal(mock.callCount(), 1);
});

test("what another tab has read, and then the tail, equals the whole", () => {
  for (let known = 0; known <= ENTRIES.length; known++) {
    for (let told = Math.max(1, known); told <= ENTRIES.length; told++) {
      const joined = soFar(read(ENTRIES.slice(0, told)));
      const events = [...ENTRIES.slice(0, known), joined, ...ENTRIES.slice(told)];
      const { parts, number, taken } = read(events);
      assert.deepEqual([parts, number], [WHOLE, ENTRIES.length], `${known}, then ${told}`);
      assert.ok(taken.every(Boolean));
    }
  }
});

test("what another tab has read does not take back what this one knows better", () => {
  const behind = soFar(read(ENTRIES.slice(0, 2)));
  assert.deepEqual(read([...ENTRIES, behind]).parts, WHOLE);
});

test("what is given to another tab stays as it was while the reading goes on", () => {
  const reading = unread();
  read(ENTRIES.slice(0, 3), reading);
  const told = soFar(reading);
  const joined = unread();
  takeInto(joined, told);
  read(ENTRIES.slice(3), reading);
  assert.deepEqual(joined.parts, read(ENTRIES.slice(0, 3)).parts);
});

test("a numbered snapshot replaces all, wherever the reader was", () => {
  const cut = { id: "9", type: "snapshot", data: '{"parts":[{"type":"text","text":"One"}]}' };
  for (const known of [0, 3, 8]) {
    const { parts, whole } = read([...ENTRIES.slice(0, known), cut, { ...END, id: "10" }]);
    assert.deepEqual([wordsOf(parts), whole], ["One", true]);
  }
});

test("after a snapshot of the database the log is read anew from its first entry", () => {
  const stored = { id: "", type: "snapshot", data: JSON.stringify({ parts: WHOLE.slice(0, 2) }) };
  const reading = unread();
  read([...ENTRIES.slice(0, 5), stored], reading);
  assert.equal(reading.number, 0);
  assert.deepEqual(reading.parts, WHOLE.slice(0, 2));
  read(ENTRIES, reading);
  assert.deepEqual(reading.parts, WHOLE);
});

test("a replay from the start is not whole until somebody has compared it", () => {
  const stored = { id: "", type: "snapshot", data: JSON.stringify({ parts: WHOLE }) };
  assert.equal(read([stored]).whole, true);
  assert.equal(read([stored, ENTRIES[0]]).whole, false);
});

test("a tab that has read nothing has nothing to tell", () => {
  assert.equal(soFar(unread()), null);
});
