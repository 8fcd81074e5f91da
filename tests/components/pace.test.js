import assert from "node:assert/strict";
import { test } from "node:test";
import { paced } from "../../assistant/components/pace.js";
import { until } from "./page.js";

const moment = () => new Promise((resolve) => queueMicrotask(resolve));

test("the first time it works at once, and for a burst only once", async () => {
  let done = 0;
  const ask = paced(() => done++);
  for (let call = 0; call < 100; call++) ask();
  assert.equal(done, 0);
  await moment();
  assert.equal(done, 1);
});

test("what is asked for during the pause is done once, after it", async () => {
  let done = 0;
  const ask = paced(() => done++);
  ask();
  await moment();
  await moment();
  for (let call = 0; call < 100; call++) ask();
  await moment();
  assert.equal(done, 1);
  await until(() => done === 2);
});

test("work that is slow leaves at least as much time to others", async () => {
  const spans = [];
  const ask = paced(() => {
    const start = performance.now();
    while (performance.now() < start + 60);
    spans.push([start, performance.now()]);
  });
  ask();
  await until(() => spans.length === 1);
  ask();
  await until(() => spans.length === 2);
  const [[, end], [next]] = spans;
  assert.ok(next - end >= 58, `${next - end} ms`); // timers may be early by a rounded millisecond
});
