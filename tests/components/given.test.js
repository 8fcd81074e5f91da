import assert from "node:assert/strict";
import { test } from "node:test";
import { droppedIn, holdsFiles, pastedIn } from "../../assistant/components/given.js";

const file = { name: "a.txt", size: 1 };
const entry = (isDirectory, given) => ({
  kind: "file",
  webkitGetAsEntry: () => ({ isDirectory }),
  getAsFile: () => given,
});

test("only what holds files is taken when it is dragged", () => {
  assert.equal(holdsFiles({ types: ["text/html", "Files"] }), true);
  assert.equal(holdsFiles({ types: ["text/plain"] }), false);
  assert.equal(holdsFiles(null), false);
});

test("a folder that is dropped is told from a file", () => {
  const folder = { name: "folder", size: 4096 };
  const items = [entry(false, file), entry(true, folder), { kind: "string" }];
  assert.deepEqual(droppedIn({ items, files: [file, folder] }), [
    file,
    { name: "folder", size: 0, isFolder: true },
  ]);
});

test("a browser that knows no folders gives files", () => {
  assert.deepEqual(droppedIn({ items: [{ kind: "file" }], files: [file] }), [file]);
});

test("a picture of words that were copied is not pasted in their place", () => {
  assert.deepEqual(pastedIn({ types: ["text/plain", "text/html", "Files"], files: [file] }), []);
  assert.deepEqual(pastedIn({ types: ["text/html", "Files"], files: [file] }), [file]);
  assert.deepEqual(pastedIn({ types: ["text/plain", "Files"], files: [file] }), [file]);
  assert.deepEqual(pastedIn({ types: ["text/plain"], files: [] }), []);
});
