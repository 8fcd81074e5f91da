import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, beforeEach, test } from "node:test";
import { serveFrom } from "./page.js";
import { postForm, postValue } from "../../assistant/components/api.js";

const sent = [];
let answer = [200, "{}"];
const server = createServer(async (request, response) => {
  const body = (await request.toArray()).join("");
  if (request.url !== "/auth/refresh") sent.push([request.method, request.url, body]);
  const [status, text] = request.url === "/auth/refresh" ? [401, "{}"] : answer;
  response.writeHead(status).end(text);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
serveFrom(`http://127.0.0.1:${server.address().port}`);
after(() => server.close().closeAllConnections());

const went = [];
beforeEach(() => {
  sent.length = went.length = 0;
  globalThis.location = { pathname: "/settings", assign: (address) => went.push(address) };
});

test("a form is sent and its answer read", async () => {
  answer = [200, '{"codes":["a"]}'];
  assert.deepEqual(await postForm("/x", { code: "12 34&5" }), { codes: ["a"] });
  assert.deepEqual(sent, [["POST", "/x", "code=12+34%265"]]);
  assert.deepEqual(went, []);
});

test("a value is sent as JSON, and where no answer comes its own sentence is said", async () => {
  answer = [200, '{"verdict":"deny"}'];
  assert.deepEqual(await postValue("/x", { reason: "é" }, "Nobody knows."), { verdict: "deny" });
  assert.deepEqual(sent, [["POST", "/x", '{"reason":"é"}']]);
  answer = [502, "<html>"];
  await assert.rejects(postValue("/x", {}, "Nobody knows."), { message: "Nobody knows." });
});

test("a refusal is said in the server's words", async () => {
  answer = [422, '{"error":"This code is not right."}'];
  await assert.rejects(postForm("/x"), { message: "This code is not right.", status: 422 });
});

test("who must prove again who they are is led there, and back from there", async () => {
  answer = [403, '{"error":"First sign in again.","where":"/sign-in?again=1"}'];
  await assert.rejects(postForm("/x"), { message: "First sign in again." });
  assert.deepEqual(went, ["/sign-in?again=1&next=%2Fsettings"]);
});

test("an answer that is none has a sentence, too", async () => {
  for (const [status, text] of [[502, "<html>"], [500, "{}"], [413, ""]]) {
    answer = [status, text];
    await assert.rejects(postForm("/x"), { message: /gave no answer that can be used/ });
  }
});

test("without a network the sentence is the same", async () => {
  const closed = createServer();
  await new Promise((resolve) => closed.listen(0, "127.0.0.1", resolve));
  serveFrom(`http://127.0.0.1:${closed.address().port}`);
  await new Promise((resolve) => closed.close(resolve));
  await assert.rejects(postForm("/x"), { message: /gave no answer that can be used/ });
  serveFrom(`http://127.0.0.1:${server.address().port}`);
});

test("a lost session is told to the page", async () => {
  answer = [401, '{"error":"Please sign in."}'];
  let lost = 0;
  globalThis.addEventListener("assistant:signed-out", () => lost++);
  await assert.rejects(postForm("/x"), { message: "Please sign in." });
  assert.equal(lost, 1);
});
