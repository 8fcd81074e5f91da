import assert from "node:assert/strict";
import { test } from "node:test";
import { countOf, groupsOf, moved, nearDayOf, recentOf } from "../../assistant/components/findings.js";

const hit = (more) => ({ conversation: "c1", title: "Birds", pieces: ["a ", "heron"], at: "2024-03-02T10:00:00Z", archived: false, message: null, role: "", ...more });

test("a title leads to its conversation, a message to its own place in it", () => {
  const answer = { titles: [hit()], messages: [hit({ message: "m7", role: "assistant" })] };
  const [conversations, messages] = groupsOf(answer);
  assert.deepEqual([conversations.label, messages.label], ["Conversations", "Messages"]);
  assert.equal(conversations.rows[0].to, "/chat/c1");
  assert.deepEqual(conversations.rows[0].title, ["a ", "heron"]);
  const [row] = messages.rows;
  assert.deepEqual([row.to, row.who, row.title], ["/chat/c1?m=m7", "Assistant", ["Birds"]]);
  assert.deepEqual(row.words, ["a ", "heron"]);
});

test("a group with nothing in it is not shown, and what has no title still has a name", () => {
  assert.deepEqual(groupsOf({ titles: [], messages: [] }), []);
  const [group] = groupsOf({ titles: [], messages: [hit({ message: "m1", title: "" })] });
  assert.equal(group.label, "Messages");
  assert.deepEqual(group.rows[0].title, ["New conversation"]);
});

test("the recent ones are the first of all ages together", () => {
  const rows = (...ids) => ids.map((id) => ({ id, title: `T${id}`, running: false }));
  const groups = [{ label: "Today", rows: rows(1, 2) }, { label: "Older", rows: rows(3, 4) }];
  const [recent] = recentOf(groups, 3);
  assert.deepEqual(recent.rows.map((row) => row.to), ["/chat/1", "/chat/2", "/chat/3"]);
  assert.deepEqual(recentOf([], 3), []);
});

test("what there is is said in words", () => {
  const many = (count) => Array(count).fill({});
  const said = (titles, messages) => countOf({ titles: many(titles), messages: many(messages) });
  assert.equal(said(0, 0), "Nothing found.");
  assert.equal(said(1, 0), "Found 1 conversation, the newest first.");
  assert.equal(said(2, 30), "Found 2 conversations and 30 messages, the newest first.");
});

test("the arrow keys walk around, and no other key does", () => {
  assert.equal(moved("ArrowDown", 0, 3), 1);
  assert.equal(moved("ArrowDown", 2, 3), 0);
  assert.equal(moved("ArrowUp", 0, 3), 2);
  assert.equal(moved("ArrowDown", 0, 0), undefined);
  assert.equal(moved("Home", 1, 3), undefined);
});

test("a day is told as shortly as it can be", () => {
  const now = new Date(2026, 10, 25, 20, 0);
  const told = (...date) => nearDayOf(new Date(...date).toISOString(), now);
  assert.equal(told(2026, 10, 25, 9, 5), "09:05");
  assert.equal(told(2026, 10, 24, 9, 5), "24 Nov");
  assert.equal(told(2025, 10, 25, 9, 5), "25 Nov 2025");
});
