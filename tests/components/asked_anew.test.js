import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import * as anew from "../../assistant/components/asked_anew.js";

beforeEach(() => {
  anew.drop("m1");
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

test("words that are edited are kept, also while the message is not drawn", () => {
  anew.edit("m1", "hello");
  anew.write("m1", "hello there");
  anew.edit("m1", "hello");
  assert.equal(anew.wishOf("m1").words, "hello there");
  anew.drop("m1");
  assert.deepEqual({ ...anew.wishOf("m1") }, {});
});

test("a refusal keeps the words, says why, and lets the next try go", () => {
  anew.edit("m1", "hello");
  anew.ask("m1", "k1");
  anew.refused("k1", "No.");
  assert.deepEqual(
    [anew.wishOf("m1").words, anew.wishOf("m1").key, anew.wishOf("m1").why],
    ["hello", "", "No."],
  );
  anew.ask("m1", "k2");
  assert.deepEqual([anew.wishOf("m1").key, anew.wishOf("m1").why], ["k2", ""]);
  anew.refused("k1", "Too late.");
  assert.equal(anew.wishOf("m1").why, "");
});

test("a wish that is not answered is late, and the same one may be sent again", () => {
  anew.ask("m1", "k1", "a model");
  mock.timers.tick(10_000);
  assert.equal(anew.wishOf("m1").late, true);
  anew.ask("m1", "k1", anew.wishOf("m1").model);
  assert.deepEqual([anew.wishOf("m1").late, anew.wishOf("m1").model], [false, "a model"]);
});

test("what was taken is known once, is no longer late, and goes by itself", () => {
  anew.ask("m1", "k1");
  assert.deepEqual([anew.taken("k1"), anew.taken("k1"), anew.taken("k2")], [true, false, false]);
  mock.timers.tick(9_999);
  assert.deepEqual([anew.wishOf("m1").taken, anew.wishOf("m1").late], [true, false]);
  mock.timers.tick(1);
  assert.deepEqual({ ...anew.wishOf("m1") }, {});
});

test("where the other branch is here first, nothing is left of the wish once it is known", () => {
  anew.edit("m1", "hello");
  anew.ask("m1", "k1");
  anew.leave("m1");
  assert.equal(anew.wishOf("m1").words, "hello");
  assert.equal(anew.taken("k1"), true);
  assert.deepEqual({ ...anew.wishOf("m1") }, {});
});

test("who leaves while a wish is refused finds the words and the reason again", () => {
  anew.edit("m1", "hello");
  anew.ask("m1", "k1");
  anew.leave("m1");
  anew.refused("k1", "No.");
  assert.deepEqual([anew.wishOf("m1").words, anew.wishOf("m1").why], ["hello", "No."]);
  anew.leave("m1");
  assert.equal(anew.wishOf("m1").words, "hello");
});

test("what the server has not answered is on its way, what is only edited is not", () => {
  const on = () => anew.onTheirWay().map(([message, { key }]) => [message, key]);
  anew.edit("m1", "hello");
  assert.deepEqual(on(), []);
  anew.ask("m1", "k1");
  mock.timers.tick(10_000);
  assert.deepEqual(on(), [["m1", "k1"]]);
  anew.refused("k1", "No.");
  assert.deepEqual(on(), []);
  anew.ask("m1", "k2");
  anew.taken("k2");
  assert.deepEqual(on(), []);
});

test("each change is told, and nothing else", () => {
  let told = 0;
  const leave = anew.subscribe(() => told++);
  anew.edit("m1", "a");
  anew.write("m1", "b");
  anew.refused("nobody's", "No.");
  anew.drop("m1");
  anew.drop("m1");
  leave();
  anew.edit("m1", "c");
  assert.equal(told, 3);
});
