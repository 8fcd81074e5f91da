import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { until } from "./page.js";
import { frame, opened, streamServer } from "./stream_server.js";
import { Lifeline } from "../../assistant/components/lifeline.js";

const server = await streamServer();
let line = null;

/** What a line hears that goes on behind the last event; words: "open", "cut" or a status. */
function follow() {
  const heard = { events: [], words: [], last: "" };
  line = new Lifeline("/events", {
    after: () => heard.last,
    event: (event) => {
      heard.events.push(event.data);
      heard.last = event.id;
    },
    open: () => heard.words.push("open"),
    cut: () => heard.words.push("cut"),
    refused: (status) => heard.words.push(status),
  });
  return heard;
}

afterEach(async () => {
  line.close();
  await until(() => server.open.length === 0);
  server.asked.length = 0;
});

test("after a cut it comes back and goes on behind the last event", async () => {
  const heard = follow();
  const first = await opened(server);
  first.write(frame({ id: 1, data: "a" }) + frame({ id: 2, data: "b" }));
  await until(() => heard.events.length === 2);
  first.cut();
  const second = await opened(server, first);
  assert.equal(second.after, "2");
  second.write(frame({ id: 3, data: "c" }));
  await until(() => heard.events.length === 3);
  assert.deepEqual(heard.events, ["a", "b", "c"]);
  assert.deepEqual(heard.words, ["open", "cut", "open"]);
});

test("a server that has no time is asked again", async () => {
  server.refuse = [503, 500, 429];
  const heard = follow();
  await until(() => heard.words.includes("open"));
  assert.deepEqual(heard.words, ["cut", "cut", "cut", "open"]);
});

for (const status of [401, 403, 404]) {
  test(`a refusal with ${status} is final`, async () => {
    server.refuse = [status];
    const heard = follow();
    await until(() => heard.words.length > 0);
    assert.deepEqual(heard.words, [status]);
    assert.equal(server.asked.length, 1);
  });
}

test("to wake it is to connect anew", async () => {
  const heard = follow();
  const first = await opened(server);
  await until(() => heard.words.length === 1);
  line.wake();
  await opened(server, first);
  await until(() => heard.words.length === 3);
  assert.deepEqual(heard.words, ["open", "cut", "open"]);
});

test("who closes it gives the connection back and hears no more", async () => {
  const heard = follow();
  const stream = await opened(server);
  await until(() => heard.words.length === 1);
  line.close();
  stream.write(frame({ id: 1, data: "too late" }));
  await until(() => server.open.length === 0);
  assert.deepEqual([heard.events, heard.words], [[], ["open"]]);
});
