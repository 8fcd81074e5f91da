import assert from "node:assert/strict";
import { test } from "node:test";
import { placesOf } from "../../assistant/components/sources.js";

const hostsOf = (...urls) => placesOf(urls.map((url) => ({ title: "Lunch", url }))).map(({ host }) => host);

test("a source names the host that the network asks for", () => {
  assert.deepEqual(hostsOf("https://Example.com/a", "https://m\u00fcnchen.example:8443/", "https://bank.example@evil.example"), [
    "example.com",
    "xn--mnchen-3ya.example:8443",
    "evil.example",
  ]);
});

test("what is no page is no source", () => {
  assert.deepEqual(hostsOf("javascript:alert(1)", "data:text/html,x", "file:///etc", "/a", ""), []);
});

test("an address of Google's that leads on names the host that it leads to, and says so", () => {
  const url = "https://vertexaisearch.cloud.google.com/grounding-api-redirect/abc";
  const hostFor = (title, at = url) => placesOf([{ title, url: at }])[0].host;
  assert.equal(hostFor("Tea.example"), "tea.example via Google");
  assert.equal(hostFor("Your bank"), "vertexaisearch.cloud.google.com");
  assert.equal(hostFor("bank.example", "https://evil.example/"), "evil.example");
  assert.equal(hostFor("bank.example", "https://vertexaisearch.cloud.google.com.evil.example/"), "vertexaisearch.cloud.google.com.evil.example");
});
