import assert from "node:assert/strict";
import { test } from "node:test";
import { endsIn, isRunning, withEarlier, withOne, withTail } from "../../assistant/components/merge.js";
import { chance } from "./chance.js";

const EMPTY = { messages: [], earlier: false, status: "loading", stale: true };

const message = (number) => ({ id: `m${number}`, role: "user", status: "done", parts: [] });
const talk = (count) => Array.from({ length: count }, (_, number) => message(number));
const idsOf = ({ messages }) => messages.map((one) => one.id);

/** A page of the server's, as it would come now. */
const page = (messages, from, to) => ({
  messages: structuredClone(messages.slice(from, to)),
  earlier: from > 0,
});

test("pages that overlap or come twice give each message once and in order", () => {
  const below = chance(11);
  for (let round = 0; round < 200; round++) {
    const all = talk(1 + below(60));
    let held = withTail(EMPTY, page(all, Math.max(0, all.length - 10), all.length));
    for (let step = 0; step < 12; step++) {
      const first = all.findIndex((one) => one.id === held.messages[0].id);
      const from = Math.max(0, first - 10 + below(4));
      const earlier = page(all, from, Math.min(all.length, from + 10));
      if (below(2) && from < first) held = withEarlier(held, earlier);
      else held = withTail(held, page(all, Math.max(0, all.length - 10), all.length));
    }
    const ids = idsOf(held);
    assert.deepEqual(ids, idsOf({ messages: all }).slice(-ids.length));
  }
});

test("what was loaded above stays when the end is read again", () => {
  const all = talk(50);
  const held = withEarlier(withTail(EMPTY, page(all, 30, 50)), page(all, 10, 30));
  const again = withTail(held, page([...all, message(50)], 31, 51));
  assert.deepEqual(idsOf(again), idsOf({ messages: [...all, message(50)].slice(10) }));
  assert.ok(again.earlier);
});

test("a message that did not change stays the same object", () => {
  const all = talk(3);
  const held = withTail(EMPTY, page(all, 0, 3));
  all[2].status = "stopped";
  const again = withTail(held, page(all, 0, 3));
  assert.equal(again.messages[0], held.messages[0]);
  assert.equal(again.messages[2].status, "stopped");
});

const ours = (id, role) => ({ id, key: id, role, parts: [], local: true, turn: "t1" });
const OURS = [ours("key", "user"), ours("key:answer", "assistant")];

test("a send of ours stays until the server's page has its turn, and keeps its key then", () => {
  const held = { ...EMPTY, messages: [...talk(2), ...OURS] };
  const before = withTail(held, page(talk(2), 0, 2), 0);
  assert.deepEqual(idsOf(before), ["m0", "m1", "key", "key:answer"]);
  const [question, answer] = [message(2), { ...message(3), role: "assistant" }];
  const answered = [...talk(2), { ...question, turn: "t1" }, { ...answer, turn: "t1" }];
  const after = withTail(before, page(answered, 0, 4), 0);
  assert.deepEqual(idsOf(after), ["m0", "m1", "m2", "m3"]);
  assert.deepEqual(after.messages.slice(2).map((one) => one.key), ["key", "key:answer"]);
});

test("a page tells which turns have ended: those of its answers that are whole", () => {
  const reply = (turn, status) => ({ id: turn, role: "assistant", turn, status });
  const asked = { ...message(1), turn: "t1" };
  const messages = [asked, reply("t1", "running"), reply("t2", "done"), reply("t3", "stopped")];
  assert.deepEqual(endsIn(messages), ["t2", "t3"]);
});

test("a send that is not acknowledged yet is known by its key in the server's page", () => {
  const mine = OURS.map(({ turn, ...one }) => ({ ...one, key: undefined, sent: "key" }));
  const stored = [message(0), { ...message(1), role: "assistant" }];
  const page = { messages: stored.map((one) => ({ ...one, turn: "t1", sent: "key" })), earlier: false };
  const read = withTail({ ...EMPTY, messages: mine }, page, 5);
  assert.deepEqual(idsOf(read), ["m0", "m1"]);
  assert.deepEqual(read.messages.map((one) => one.key), ["key", "key:answer"]);
});

test("an exchange that another branch has taken the place of goes with the next page", () => {
  const mine = OURS.map((one) => ({ ...one, taken: 3 }));
  const page = { messages: [{ ...message(0), turn: "t2" }], earlier: false };
  assert.deepEqual(idsOf(withTail({ ...EMPTY, messages: mine }, page, 2)), ["m0", "key", "key:answer"]);
  assert.deepEqual(idsOf(withTail({ ...EMPTY, messages: mine }, page, 4)), ["m0"]);
});

test("an answer that waits for the user does not run", () => {
  assert.deepEqual(["running", "waiting", "done"].map((status) => isRunning({ status })), [true, false, false]);
});

test("one message that was read again takes its place and its key, and the others stay as they are", () => {
  const held = { ...EMPTY, messages: talk(3).map((one) => ({ ...one, key: `key-${one.id}` })) };
  const { messages } = withOne(held, { ...message(1), status: "stopped" });
  assert.deepEqual(messages.map((one) => one.status), ["done", "stopped", "done"]);
  assert.equal(messages[1].key, "key-m1");
  assert.equal(messages[0], held.messages[0]);
});
