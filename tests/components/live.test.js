import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { look, until } from "./page.js";
import { opened, streamServer, words } from "./stream_server.js";
import { follow, freeze, shownOf, thaw, watchTurn } from "../../assistant/components/live.js";
import { wordsOf } from "../../assistant/components/parts.js";

const server = await streamServer();
const END = { status: "done", message: "m1" };
let turns = 0;

const end = (id, status = "done") =>
  `:end ${id} ${JSON.stringify({ ...END, status })}\n`;

/** Follows a turn of its own. ended: what onEnd told; gone: whether it is streamed no more. */
function followed(parts = []) {
  const turn = { id: `t${++turns}`, ended: null, gone: false };
  follow(turn.id, { parts, onEnd: (end) => (turn.ended = end), onGone: () => (turn.gone = true) });
  return turn;
}

const textOf = ({ id }) => wordsOf(shownOf(id).parts);
const over = (turn) => until(() => turn.ended && server.open.length === 0);

test("words are shown as they come, and the end tells all of them", async () => {
  const turn = followed();
  const drawn = [];
  const unwatch = watchTurn(turn.id, () => shownOf(turn.id) && drawn.push(textOf(turn)));
  const stream = await opened(server);
  stream.write(words(["One "]));
  await until(() => drawn.includes("One "));
  stream.write(words(["two ", "three."]) + end(4));
  await over(turn);
  unwatch();
  assert.equal(wordsOf(turn.ended.parts), "One two three.");
  assert.deepEqual([turn.ended.status, turn.ended.frozen], ["done", false]);
  assert.equal(shownOf(turn.id), undefined);
});

test("a stream that is cut anywhere gives every word once", async () => {
  const texts = Array.from({ length: 12 }, (_, at) => `w${at} `);
  const turn = followed();
  let before = null;
  for (let at = 0; at < texts.length; at += 4) {
    const stream = await opened(server, before);
    const from = Number(stream.after);
    stream.write(words(texts.slice(from, at + 4)));
    await until(() => textOf(turn) === texts.slice(0, at + 4).join(""));
    stream.cut();
    before = stream;
  }
  (await opened(server, before)).write(end(13));
  await over(turn);
  assert.equal(wordsOf(turn.ended.parts), texts.join(""));
});

test("a replay does not take back what is shown while it catches up", async () => {
  const turn = followed([{ type: "text", text: "One two three " }]);
  const shown = new Set();
  const unwatch = watchTurn(turn.id, () => shownOf(turn.id) && shown.add(textOf(turn)));
  const stream = await opened(server);
  for (const at of [0, 1, 2, 3]) {
    stream.write(words([["One ", "two ", "three ", "four."][at]]));
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  await until(() => textOf(turn) === "One two three four.");
  unwatch();
  assert.ok([...shown].every((text) => text.startsWith("One two three ")), [...shown].join("|"));
  stream.write(end(5));
  await over(turn);
});

test("what is frozen stays as it was shown, to its end", async () => {
  const turn = followed();
  const stream = await opened(server);
  stream.write(words(["One ", "two "]));
  await until(() => textOf(turn) === "One two ");
  assert.equal(freeze(turn.id), 2);
  assert.ok(shownOf(turn.id).frozen);
  stream.write(words(["three "]) + end(4, "stopped"));
  await over(turn);
  assert.deepEqual([wordsOf(turn.ended.parts), turn.ended.frozen], ["One two ", true]);
});

test("what thaws shows all that came meanwhile", async () => {
  const turn = followed();
  const stream = await opened(server);
  stream.write(words(["One "]));
  await until(() => textOf(turn) === "One ");
  freeze(turn.id);
  stream.write(words(["two "]));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(textOf(turn), "One ");
  thaw(turn.id);
  await until(() => textOf(turn) === "One two ");
  stream.write(end(3));
  await over(turn);
  assert.equal(turn.ended.frozen, false);
});

test("freezing tells whether what is shown came by the stream", async () => {
  const nothing = followed();
  await opened(server);
  assert.equal(freeze(nothing.id), 0);
  server.open[0].write(end(1));
  await over(nothing);
  const stored = followed([{ type: "text", text: "from the database" }]);
  await opened(server);
  assert.equal(freeze(stored.id), -1);
  server.open[0].write(end(1));
  await over(stored);
  assert.equal(freeze("a turn that nobody follows"), -1);
});

test("a hidden tab gives its stream back, and goes on where it was when it is seen", async () => {
  const turn = followed();
  const first = await opened(server);
  first.write(words(["One "]));
  await until(() => textOf(turn) === "One ");
  mock.timers.enable({ apis: ["setTimeout"] });
  look(true);
  mock.timers.tick(5_000);
  mock.timers.reset();
  await until(() => server.open.length === 0);
  look(false);
  const second = await opened(server);
  assert.equal(second.after, "1");
  second.write(words(["two."]) + end(3));
  await over(turn);
  assert.equal(wordsOf(turn.ended.parts), "One two.");
});

test("a tab that was opened out of sight streams nothing until it is seen", async () => {
  document.hidden = true;
  const before = server.asked.length;
  const turn = followed();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(server.asked.length, before);
  look(false);
  (await opened(server)).write(end(1));
  await over(turn);
});

test("a turn that the server streams no more is let go", async () => {
  server.refuse = [404];
  const turn = followed();
  await until(() => turn.gone);
  assert.equal(shownOf(turn.id), undefined);
});

test("an end that cannot be read ends the following, and nothing is asked for again", async (t) => {
  t.mock.method(console, "error", () => {});
  const turn = followed();
  const stream = await opened(server);
  stream.write(words(["One "]) + ':end 2 {"status":NaN}\n');
  await until(() => turn.gone && server.open.length === 0);
  assert.deepEqual([turn.ended, shownOf(turn.id)], [null, undefined]);
});

test("an entry that cannot be read does not cut the line", async (t) => {
  t.mock.method(console, "error", () => {});
  const turn = followed();
  const stream = await opened(server);
  stream.write(words(["One ", "[NaN]", "three."]) + end(4));
  await over(turn);
  assert.equal(wordsOf(turn.ended.parts), "One three.");
});
