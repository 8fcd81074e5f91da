import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { serveFrom, until } from "./page.js";

const asked = [];
const http = createServer(({ url }, response) => {
  asked.push(url);
  response.end(JSON.stringify({ messages: [], earlier: false }));
});
await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
serveFrom(`http://127.0.0.1:${http.address().port}`);
after(() => {
  http.closeAllConnections();
  http.close();
});

test("a page that is loaded for a conversation reads it before it is drawn, and once", async () => {
  globalThis.location = { pathname: "/chat/c1" };
  const store = await import("../../assistant/components/chat_store.js");
  await until(() => asked.length === 1);
  store.open("c1");
  await until(() => store.conversation("c1").status === "ready");
  store.open("c2");
  await until(() => store.conversation("c2").status === "ready");
  store.open("c1");
  await until(() => asked.length === 3);
  assert.deepEqual(
    asked.map((url) => url.split("/")[3]),
    ["c1", "c2", "c1"],
  );
});
