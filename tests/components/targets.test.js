import assert from "node:assert/strict";
import { test } from "node:test";
import { doubtOf, kindOf, realDomain, thisOne } from "../../assistant/components/targets.js";

const recipient = (value) => realDomain({ kind: "recipient", value });
const url = (value) => realDomain({ kind: "url", value });

test("an address whose domain is what one reads needs no other", () => {
  for (const value of ["bob@example.com", "Bob@Example.com", "Bob <bob@example.com>"])
    assert.equal(recipient(value), "");
  for (const value of ["https://example.com/a?b#c", "HTTPS://EXAMPLE.com:8443", "http://[::1]/a"])
    assert.equal(url(value), "");
});

test("letters of other scripts show the domain that they stand for", () => {
  assert.equal(recipient("bob@ex\u0430mple.com"), "xn--exmple-4nf.com");
  assert.equal(url("https://m\u00fcnchen.de/a"), "xn--mnchen-3ya.de");
});

test("a false name before an @ shows where the address leads", () => {
  assert.equal(url("https://bank.example@evil.example/"), "evil.example");
  assert.equal(url("https://bank.example:443@evil.example/"), "evil.example");
  assert.equal(url("https://evil.example\\\\@bank.example"), "");
});

test("a number that is an address shows the address", () => {
  assert.equal(url("http://2130706433/"), "127.0.0.1");
});

test("what is no address has no domain", () => {
  assert.equal(url("nonsense"), "");
  assert.equal(recipient("nobody@"), "");
  assert.equal(realDomain({ kind: "note", value: "a@b" }), "");
});

test("a kind and an origin that are not known yet are shown without a word for them", () => {
  assert.equal(kindOf({ kind: "planet" }), "planet");
  assert.equal(thisOne({ kind: "planet" }), "this planet");
  assert.equal(doubtOf({ kind: "planet", origin: "offered" }), "");
});

test("what only others have named is doubtful, and what the assistant has named when it leads out", () => {
  for (const kind of ["recipient", "url", "query"]) assert.ok(doubtOf({ kind, origin: "model" }));
  for (const kind of ["file", "note"]) assert.equal(doubtOf({ kind, origin: "model" }), "");
  for (const kind of ["recipient", "note"]) assert.ok(doubtOf({ kind, origin: "untrusted" }));
});
