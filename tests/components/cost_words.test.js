import assert from "node:assert/strict";
import { test } from "node:test";
import { costOf, detailsOf, headOf, sumOf } from "../../assistant/components/cost_words.js";

const request = {
  vendor: "Anthropic",
  model: "Claude Sonnet 5.5",
  read: 1200,
  cache_read: 0,
  cache_write: 0,
  written: 340,
  thinking: 0,
  searches: 0,
  estimated: false,
  ended: "",
  usd: "0.00580000",
};

test("small prices keep the digits that tell them apart", () => {
  assert.equal(costOf("0"), "$0");
  assert.equal(costOf("0E-8"), "$0");
  assert.equal(costOf("0.00000012"), "less than $0.0001");
  assert.equal(costOf("0.00580000"), "$0.0058");
  assert.equal(costOf("0.99994"), "$0.9999");
  assert.equal(costOf("12.3456"), "$12.35");
  assert.equal(costOf("-0.002"), "−$0.0020");
});

test("the sum says how many requests it is for, and whether it is known", () => {
  assert.equal(sumOf({ usd: "0.0058", requests: [request] }), "$0.0058 for one request");
  const both = [request, { ...request, estimated: true }];
  assert.equal(sumOf({ usd: "0.0116", requests: both }), "About $0.0116 for 2 requests");
  const corrected = [...both, { ...request, correction: true, usd: "-0.002" }];
  assert.equal(sumOf({ usd: "0.0096", requests: corrected }), "About $0.0096 for 2 requests");
  assert.match(sumOf({ usd: "0", requests: [] }), /^No request/);
});

test("a request is called by model, vendor, and what is unusual about it", () => {
  assert.equal(headOf(request), "Claude Sonnet 5.5 · Anthropic");
  assert.equal(
    headOf({ ...request, ended: "failed" }),
    "Claude Sonnet 5.5 · Anthropic · broke off",
  );
  assert.equal(headOf({ ...request, vendor: "", model: "Demo model" }), "Demo model");
});

test("what is read and written always stands there, the rest where there is any", () => {
  assert.deepEqual(detailsOf({ ...request, written: 0 }), [
    ["Read", "1,200 tokens"],
    ["Written", "0 tokens"],
  ]);
  const full = { ...request, cache_read: 900, cache_write: 80, thinking: 40, searches: 2 };
  assert.deepEqual(detailsOf(full).slice(1), [
    ["Read from the cache", "900 tokens"],
    ["Read into the cache", "80 tokens"],
    ["Written", "340 tokens"],
    ["of that thought", "40 tokens"],
    ["Searches", "2"],
  ]);
});
