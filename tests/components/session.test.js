import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ALICE, storage, until } from "./page.js";
import { streamServer } from "./stream_server.js";
import { fetchSigned, signInAddress, standing } from "../../assistant/components/session.js";

const server = await streamServer();
const status = async (url = "/x") => (await fetchSigned(url, { method: "POST" })).status;

/** The clock's next millisecond: what comes now is later than what came before. */
const nextTick = () => new Promise((resolve) => setTimeout(resolve, 2));

/** What was begun before has been answered: this request comes after it, over the same lines. */
const settled = async () => {
  for (let round = 0; round < 3; round++) await (await fetch("/x", { method: "POST" })).text();
};

beforeEach(async () => {
  Object.assign(server, { renewal: 200, renewals: 0, refuse: [], refusal: {}, told: {} });
  server.asked.length = 0;
  globalThis.localStorage = storage();
  await nextTick();
});

test("a good session is asked once and renews nothing", async () => {
  assert.equal(await status(), 204);
  assert.deepEqual([server.asked.length, server.renewals], [1, 0]);
});

test("an expired one is renewed, and the request repeated", async () => {
  server.refuse = [401];
  assert.equal(await status(), 204);
  assert.deepEqual([server.asked.length, server.renewals], [2, 1]);
});

test("who is refused after that, too, is refused", async () => {
  server.refuse = [401, 401];
  assert.equal(await status(), 401);
  assert.deepEqual([server.asked.length, server.renewals], [2, 1]);
});

test("a session that is over is not asked for twice", async () => {
  Object.assign(server, { renewal: 401, refuse: [401] });
  assert.equal(await status(), 401);
  assert.deepEqual([server.asked.length, server.renewals], [1, 1]);
});

test("who may stay on the page is told apart by why the session is over", async () => {
  for (const [told, refusals, expected] of [
    [{}, 1, "out"],
    [{ ran_out: "yes" }, 1, "out of time"],
  ]) {
    Object.assign(server, { renewal: 401, told, refuse: Array(refusals).fill(401) });
    assert.equal(await standing(), expected);
  }
});

test("who signs in again is in, and before the code half", async () => {
  server.refuse = [403];
  Object.assign(server, { refusal: { where: "/verify?again=1" } });
  assert.equal(await standing(), "half");
  Object.assign(server, { refusal: {}, refuse: [403] });
  assert.equal(await standing(), "elsewhere");
  assert.equal(await standing(), "in");
});

test("a server that cannot say who is there says neither in nor out", async () => {
  for (const status of [429, 500, 503]) {
    server.refuse = [status];
    await assert.rejects(standing(), { status });
    assert.equal(localStorage.getItem("assistant:renewed"), null);
  }
});

test("ten requests at once renew it once", async () => {
  server.refuse = Array(10).fill(401);
  const all = await Promise.all(Array.from({ length: 10 }, () => status()));
  assert.deepEqual(all, Array(10).fill(204));
  assert.equal(server.renewals, 1);
});

test("what another tab has renewed meanwhile is not renewed again", async () => {
  server.refuse = [401];
  const asking = status();
  localStorage.setItem("assistant:renewed", String(Date.now() + 5));
  assert.equal(await asking, 204);
  assert.equal(server.renewals, 0);
});

test("a clock that was set back leaves no renewal that is still to come", async (context) => {
  server.refuse = [401];
  assert.equal(await status(), 204);
  const ahead = Date.now();
  context.mock.timers.enable({ apis: ["Date"], now: ahead - 86_400_000 });
  server.refuse = [401];
  assert.equal(await status(), 204);
  assert.equal(server.renewals, 2);
});

test("other refusals renew nothing", async () => {
  for (const refused of [403, 404, 429, 503]) {
    server.refuse = [refused];
    assert.equal(await status(), refused);
  }
  assert.equal(server.renewals, 0);
});

test("a page that came with old tokens renews them before they expire", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval", "Date"], now: Date.now() });
  for (const [left, renewals] of [[60, 1], [500, 0], [undefined, 0]]) {
    server.renewals = 0;
    globalThis.localStorage = storage();
    document.cookie = left === undefined ? ALICE : `${ALICE}; left=${left}`;
    await import(`../../assistant/components/session.js?left=${left}`);
    await settled();
    assert.equal(server.renewals, renewals);
  }
  document.cookie = ALICE;
});

test("without storage it goes on, too", async () => {
  globalThis.localStorage = storage(0);
  server.refuse = [401];
  assert.equal(await status(), 204);
});

test("the way to the sign-in page leads back to this one", () => {
  globalThis.location = { pathname: "/chat/1", search: "?x=1&y=2" };
  assert.equal(signInAddress(), "/sign-in?next=%2Fchat%2F1%3Fx%3D1%26y%3D2");
});

test("while the server cannot renew nobody is signed out, and it is asked again by itself", async () => {
  Object.assign(server, { renewal: 502, refuse: [401] });
  await assert.rejects(status(), { status: 502 });
  server.renewal = 200;
  await until(() => server.renewals === 2);
});
