import assert from "node:assert/strict";
import { test } from "node:test";
import { applyTo, ended, weightOf, wordsOf } from "../../assistant/components/parts.js";

function applied(...changes) {
  const parts = [];
  changes.forEach((change) => applyTo(parts, change));
  return parts;
}

const CALL = { id: "c1", name: "add", state: "running" };

test("words after words are one part", () => {
  assert.deepEqual(applied("one ", "two ", [["t", "three"]]), [
    { type: "text", text: "one two three" },
  ]);
});

test("thinking, words and tools stand in the order in which they came", () => {
  const parts = applied([["k", "hm"]], "So: ", [["c", CALL]], "done.");
  assert.deepEqual(parts.map((part) => part.type), ["thinking", "text", "tool", "text"]);
});

test("a call that goes on keeps its place", () => {
  const parts = applied([["c", CALL]], "words", [["c", { ...CALL, state: "done" }]]);
  assert.deepEqual(parts.map((part) => part.state ?? part.text), ["done", "words"]);
});

test("a call whose id was used before is another call, and only the last one changes", () => {
  const states = ["running", "done", "writing", "running", "failed"];
  const parts = applied(...states.map((state) => [["c", { ...CALL, state }]]));
  assert.deepEqual(parts.map((part) => part.state), ["done", "failed"]);
});

test("in an answer that is over no call goes on", () => {
  assert.equal(ended({ ...CALL, result: "" }).state, "failed");
  const done = { ...CALL, state: "done" };
  assert.equal(ended(done), done);
});

test("a call that waits goes on waiting while its answer does, and only then", () => {
  const waiting = { ...CALL, state: "waiting" };
  assert.equal(ended(waiting, true), waiting);
  assert.equal(ended(waiting).state, "failed");
  const parts = applied([["c", CALL]], [["c", waiting]]);
  assert.deepEqual(parts.map((part) => part.state), ["waiting"]);
});

test("a change of a kind that is not known yet leaves the rest", () => {
  assert.deepEqual(applied([["new", 1], ["t", "words"]]), [{ type: "text", text: "words" }]);
});

test("parts that did not change stay the same objects, and those that did become others", () => {
  const parts = applied([["k", "hm"]], "one");
  const [thinking, words] = parts;
  applyTo(parts, " two");
  assert.equal(parts[0], thinking);
  assert.notEqual(parts[1], words);
});

test("the weight grows with every change", () => {
  const parts = [];
  let before = 0;
  for (const change of [[["k", "hm"]], "a", [["c", CALL]], "b", [["by", { model: "x" }]]]) {
    applyTo(parts, change);
    assert.ok(weightOf(parts) > before);
    before = weightOf(parts);
  }
});

test("copied words go on after another model and begin anew after a tool", () => {
  const parts = applied("One ", [["by", { model: "x" }]], "sentence.", [["c", CALL]], "Another.");
  assert.equal(wordsOf(parts), "One sentence.\n\nAnother.");
});
