import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ALICE, storage } from "./page.js";
import {
  draftOf,
  filesOf,
  forgetUnsent,
  keepDraft,
  keepFiles,
  keepUnsent,
  moveDraft,
  unsent,
} from "../../assistant/components/drafts.js";

const SEND = { key: "k1", conversation: "", text: "words" };
const everything = () => JSON.stringify(Object.entries(localStorage));

beforeEach(() => {
  globalThis.localStorage = storage();
  document.cookie = ALICE;
});

test("each conversation has its draft, and the one not yet begun has one too", () => {
  keepDraft("", "in the new one");
  keepDraft("c1", "in the\nfirst");
  const found = ["", "c1", "c2"].map(draftOf);
  assert.deepEqual(found, ["in the new one", "in the\nfirst", ""]);
  keepDraft("c1", "");
  assert.equal(draftOf("c1"), "");
});

test("the files beside a draft are kept beside it, and go with it at the end", () => {
  const files = [{ id: "f1", name: "a plan.txt", media: "text/plain", size: 6, fresh: true }];
  keepFiles("c1", files);
  assert.deepEqual([filesOf("c1"), filesOf("c2"), filesOf("")], [files, [], []]);
  assert.equal(draftOf("c1"), "");
  keepDraft("c1", "words");
  keepFiles("c1", []);
  assert.deepEqual([filesOf("c1"), draftOf("c1")], [[], "words"]);
});

test("garbage in storage is no file", () => {
  for (const garbage of ["", "{", "1 {", "1 null", '1 {"id":"a"}', '1 [null,1,{"id":5}]', "[]"]) {
    localStorage.setItem("assistant:draft:alice:c1:files", garbage);
    assert.deepEqual(filesOf("c1"), []);
  }
});

test("a draft moves with its conversation", () => {
  keepDraft("", "words");
  moveDraft("", "c1");
  assert.deepEqual([draftOf(""), draftOf("c1")], ["", "words"]);
});

test("the drafts of another user are neither seen nor touched", () => {
  localStorage.setItem("assistant:draft:bob:new", "1 his");
  localStorage.setItem("assistant:unsent:bob", JSON.stringify(SEND));
  assert.deepEqual([draftOf(""), unsent()], ["", null]);
  keepDraft("", "");
  forgetUnsent("k1");
  assert.equal(Object.keys(localStorage).length, 2);
});

test("once another user has signed in beside this page, nothing more is kept here", () => {
  for (const cookie of ["user=bob", "", "other=alice"]) {
    document.cookie = cookie;
    keepDraft("", "typed too late");
    keepUnsent(SEND);
    assert.equal(everything(), "[]");
  }
});

test("of many drafts the newest stay", () => {
  for (let at = 0; at < 40; at++) {
    localStorage.setItem("assistant:draft:bob:old", `${at} his`);
    keepDraft(`c${at}`, `text ${at}`);
  }
  const drafts = Object.keys(localStorage);
  assert.equal(drafts.length, 30);
  assert.ok(!drafts.includes("assistant:draft:bob:old"));
  assert.equal(draftOf("c39"), "text 39");
});

test("where storage is full the oldest drafts make room", () => {
  globalThis.localStorage = storage(1_000);
  localStorage.setItem("another program's", "x".repeat(300));
  localStorage.setItem("assistant:draft:alice:older", `1 ${"a".repeat(250)}`);
  localStorage.setItem("assistant:draft:alice:newer", `2 ${"b".repeat(200)}`);
  keepDraft("c1", "c".repeat(250));
  const lengths = ["older", "newer", "c1"].map((id) => draftOf(id).length);
  assert.deepEqual(lengths, [0, 200, 250]);
  assert.ok(localStorage.getItem("another program's"));
});

test("a draft that finds no room at all is not kept, and nothing fails", () => {
  globalThis.localStorage = storage(500);
  keepDraft("c1", "x".repeat(600));
  assert.equal(draftOf("c1"), "");
});

test("a draft that is too long is kept in its beginning", () => {
  keepDraft("c1", "x".repeat(300_000));
  assert.equal(draftOf("c1").length, 200_000);
});

test("a browser that forbids storage still chats", () => {
  Object.defineProperty(globalThis, "localStorage", {
    configurable: true,
    get() {
      throw new DOMException("", "SecurityError");
    },
  });
  keepDraft("", "words");
  keepUnsent(SEND);
  moveDraft("", "c1");
  forgetUnsent("k1");
  assert.deepEqual([draftOf(""), unsent()], ["", null]);
  Object.defineProperty(globalThis, "localStorage", { writable: true, value: storage() });
});

test("garbage in storage is no draft and no send", () => {
  for (const garbage of ["", "{", "null", "[]", "1", '"x"', '{"text":5}', "no time in it"]) {
    localStorage.setItem("assistant:draft:alice:new", garbage);
    localStorage.setItem("assistant:unsent:alice", garbage);
    assert.deepEqual([draftOf(""), unsent()], ["", null]);
  }
});

test("the last send is known until the server has answered it", () => {
  keepUnsent(SEND);
  forgetUnsent("the key of another tab");
  assert.deepEqual(unsent(), SEND);
  forgetUnsent("k1");
  assert.equal(unsent(), null);
});

// The last test of the file: after it this page keeps nothing any more.
test("who signs out leaves nothing, and the page writes nothing anew", () => {
  localStorage.setItem("assistant:draft:bob:new", "1 his");
  keepDraft("", "words");
  keepDraft("c1", "words");
  keepFiles("c1", [{ id: "f1" }]);
  keepUnsent(SEND);
  globalThis.sessionStorage = storage();
  sessionStorage.setItem("assistant:invitation", "their token");
  sessionStorage.setItem("assistant:payment-due", "Their plan is not paid.");
  sessionStorage.setItem("token", "Reflex's own");
  const elsewhere = new Event("submit");
  Object.defineProperty(elsewhere, "target", { value: { matches: () => false } });
  dispatchEvent(elsewhere);
  assert.equal(draftOf("c1"), "words");
  assert.equal(sessionStorage.getItem("assistant:invitation"), "their token");
  const leaving = new Event("submit");
  const form = { matches: (selector) => selector === '[action="/auth/logout"]' };
  Object.defineProperty(leaving, "target", { value: form });
  dispatchEvent(leaving);
  keepDraft("c1", "words");
  keepFiles("c1", [{ id: "f1" }]);
  assert.deepEqual(Object.keys(localStorage), ["assistant:draft:bob:new"]);
  assert.deepEqual(Object.keys(sessionStorage), ["token"]);
});
