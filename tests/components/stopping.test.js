import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { until } from "./page.js";
import { streamServer } from "./stream_server.js";
import { stopTurn } from "../../assistant/components/stopping.js";

const server = await streamServer();
const runs = () => false;
let waits = [];

/** Stops a turn; waits are noted and not waited for. */
const stop = (seen, isOver = runs) => stopTurn("t1", seen, isOver, async (ms) => waits.push(ms));

beforeEach(() => {
  waits = [];
  server.asked.length = 0;
  server.headers = {};
});

test("a stop says what was seen", async () => {
  assert.equal(await stop(12), true);
  const [{ method, path }] = server.asked;
  assert.deepEqual([method, path], ["POST", "/api/turns/t1/stop?seen=12"]);
});

test("while the database is away it is said again and again, more and more slowly", async () => {
  server.refuse = [503, 503, 503, 503, 503, 503, 503];
  assert.equal(await stop(-1), true);
  assert.equal(server.asked.length, 8);
  assert.deepEqual(waits, [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
});

test("it waits as long as the server asks, within reason", async () => {
  server.refuse = [503, 503];
  server.headers = { "retry-after": "2" };
  await stop(1);
  assert.deepEqual(waits, [2_000, 2_000]);
  server.refuse = [503];
  server.headers = { "retry-after": "86400" };
  await stop(1);
  assert.equal(waits.at(-1), 5_000);
});

test("a network that is gone is tried again", async () => {
  const { fetch } = globalThis;
  let fails = 3;
  globalThis.fetch = (...asked) =>
    fails-- > 0 ? Promise.reject(new TypeError()) : fetch(...asked);
  assert.equal(await stop(1), true);
  globalThis.fetch = fetch;
  assert.equal(server.asked.length, 1);
});

test("a turn that has ended meanwhile needs no stop", async () => {
  server.refuse = Array(20).fill(503);
  const isOver = () => server.asked.length === 3;
  assert.equal(await stop(1, isOver), true);
  assert.equal(server.asked.length, 3);
  server.refuse = [];
});

test("a server that refuses for good is not asked again", async () => {
  server.refuse = [404];
  assert.equal(await stop(1), false);
  assert.equal(server.asked.length, 1);
});

test("a lost session is told to the page", async () => {
  let told = 0;
  addEventListener("assistant:signed-out", () => told++);
  server.refuse = [401];
  assert.equal(await stop(1), false);
  await until(() => told === 1);
});

test("it gives up when no turn could still run", async () => {
  server.refuse = Array(200).fill(503);
  assert.equal(await stop(1), false);
  assert.equal(server.asked.length, 70);
  assert.ok(waits.reduce((sum, wait) => sum + wait) > 300_000);
  server.refuse = [];
});
