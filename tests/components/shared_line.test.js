import assert from "node:assert/strict";
import { after, afterEach, mock, test } from "node:test";
import { until } from "./page.js";
import { frame, opened, streamServer } from "./stream_server.js";
import { Lifeline } from "../../assistant/components/lifeline.js";
import { SharedLine, lineTo } from "../../assistant/components/shared_line.js";

// Each line here stands for a tab: locks and channels are the same among them as among tabs.
const skip = navigator.locks ? false : "this Node has no locks";
const server = skip ? null : await streamServer();
const lines = [];

/** A tab that hears the stream of news: events and words as they came. */
function tab(extra = {}) {
  const heard = { events: [], words: [] };
  const line = new SharedLine("/news", {
    event: (event) => heard.events.push(event.data),
    open: () => heard.words.push("open"),
    cut: () => heard.words.push("cut"),
    refused: (status) => heard.words.push(status),
    ...extra,
  });
  lines.push(line);
  return { ...heard, line };
}

const isOpen = ({ words }) => words.includes("open");
const news = (data) => frame({ id: 1, data });

afterEach(async () => {
  lines.splice(0).forEach((line) => line.close());
  if (!skip) await until(() => server.open.length === 0);
  if (server) server.asked.length = 0;
});

test("eight tabs hear one stream, each event once", { skip }, async () => {
  const tabs = Array.from({ length: 8 }, () => tab());
  const stream = await opened(server);
  await until(() => tabs.every(isOpen));
  stream.write(news("a") + news("b"));
  await until(() => tabs.every((one) => one.events.length === 2));
  for (const one of tabs) assert.deepEqual(one.events, ["a", "b"]);
  assert.equal(server.asked.length, 1);
});

test("only a tab that joins is told that the line is open", { skip }, async () => {
  const first = tab();
  const second = tab();
  await until(() => isOpen(first) && isOpen(second));
  const third = tab();
  await until(() => isOpen(third));
  assert.deepEqual([first.words, second.words], [["open"], ["open"]]);
});

test("a tab that joins is brought up to date by the one that reads", { skip }, async () => {
  const first = tab({ soFar: () => ({ id: "7", type: "sofar", data: "all so far" }) });
  await until(() => isOpen(first));
  const second = tab();
  await until(() => second.events.length === 1);
  assert.deepEqual(second.events, ["all so far"]);
  second.line.ask();
  await until(() => second.events.length === 2);
  assert.deepEqual([second.words, first.events], [["open"], []]);
});

test("when the reading tab closes another goes on behind its last event", { skip }, async () => {
  const first = tab();
  await until(() => isOpen(first));
  const second = tab({ after: () => "41" });
  await until(() => isOpen(second));
  const third = tab();
  await until(() => isOpen(third));
  const stream = await opened(server);
  first.line.close();
  const next = await opened(server, stream);
  assert.equal(next.after, "41");
  await until(() => second.words.length === 2 && third.words.length === 2);
  next.write(news("after it"));
  await until(() => third.events.length === 1 && second.events.length === 1);
  assert.deepEqual(first.events, []);
});

test("all tabs know of a cut, and that it is mended", { skip }, async () => {
  const tabs = [tab(), tab()];
  await until(() => tabs.every(isOpen));
  (await opened(server)).cut();
  await until(() => tabs.every(({ words }) => words.length === 3));
  for (const { words } of tabs) assert.deepEqual(words, ["open", "cut", "open"]);
});

test("each tab learns of a refusal from the server itself", { skip }, async () => {
  server.refuse = [401, 401];
  const tabs = [tab(), tab()];
  await until(() => tabs.every(({ words }) => words.length === 1));
  for (const { words } of tabs) assert.deepEqual(words, [401]);
});

test("a tab that does not answer while it holds the stream is relieved", { skip }, async () => {
  let letGo;
  const hold = () => new Promise((resolve) => (letGo = resolve));
  const held = navigator.locks.request("assistant:alice:/news", hold).catch(() => {});
  await until(() => letGo);
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const one = tab();
    mock.timers.tick(10_000);
    mock.timers.reset();
    await until(() => isOpen(one));
  } finally {
    mock.timers.reset();
    letGo();
    await held;
  }
});

test("a tab that hangs while it reads is relieved, and falls in again", { skip }, async () => {
  const first = tab();
  await until(() => isOpen(first));
  const before = await opened(server);
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const second = tab();
    await new Promise((resolve) => setImmediate(resolve));
    mock.timers.tick(40_000);
    mock.timers.reset();
    const stream = await opened(server, before);
    await until(() => isOpen(second));
    stream.write(news("a"));
    await until(() => first.events.length + second.events.length === 2);
    assert.deepEqual([first.events, second.events], [["a"], ["a"]]);
  } finally {
    mock.timers.reset();
  }
});

test("other users of the browser, and other streams, share nothing", { skip }, async () => {
  const one = tab();
  const other = new SharedLine("/other", { event() {}, open() {}, cut() {}, refused() {} });
  lines.push(other);
  await until(() => server.open.length === 2 && isOpen(one));
  server.open.find(({ path }) => path === "/other").write(news("x"));
  server.open.find(({ path }) => path === "/news").write(news("y"));
  await until(() => one.events.length === 1);
  assert.deepEqual(one.events, ["y"]);
});

test("of many streams only four are open at once, and the next one follows", { skip }, async () => {
  const opened = [];
  const open = (at) => {
    const on = { event() {}, open: () => opened.push(at), cut() {}, refused() {} };
    lines.push(new SharedLine(`/turns/${at}`, on, true));
  };
  for (let at = 0; at < 6; at++) open(at);
  const free = tab();
  await until(() => opened.length === 4 && isOpen(free));
  const [first] = opened;
  assert.equal(server.open.length, 5);
  lines[first].close();
  await until(() => opened.length === 5);
  await until(() => server.open.length === 5);
});

test("a browser without locks has a line of its own", () => {
  const { navigator } = globalThis;
  const become = (value) =>
    Object.defineProperty(globalThis, "navigator", { configurable: true, value });
  become({});
  after(() => become(navigator));
  const line = lineTo("/news", { event() {}, open() {}, cut() {}, refused() {} });
  lines.push(line);
  assert.ok(line instanceof Lifeline);
});
