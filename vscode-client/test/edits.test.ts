import { expect, test } from "vitest";
import { confirmed, replaced, toConfirm } from "../src/edits";

const change = (uri: string, ...edits: string[]) => ({ textDocument: { uri, version: 1 }, edits });
const asks = { a: { label: "Rewrite f", needsConfirmation: true, description: "why" } };

test("an edit that asks: each document once, with all of its edits", () => {
  const documentChanges = [change("file:///a.py", "1"), change("file:///b.py", "2"), change("file:///a.py", "3")];
  const asked = toConfirm({ documentChanges, changeAnnotations: asks });
  expect(asked?.annotation).toEqual(asks.a);
  expect(asked?.changes.map(({ textDocument, edits }) => [textDocument.uri, edits])).toEqual([
    ["file:///a.py", ["1", "3"]],
    ["file:///b.py", ["2"]],
  ]);
});

test("an edit that makes a file, one that does not ask, one without annotations", () => {
  expect(toConfirm({ documentChanges: [change("file:///a.py"), { kind: "create", uri: "file:///b.py" }], changeAnnotations: asks })).toBeUndefined();
  expect(toConfirm({ documentChanges: [change("file:///a.py")], changeAnnotations: { a: { label: "x" } } })).toBeUndefined();
  expect(toConfirm({ documentChanges: [change("file:///a.py")] })).toBeUndefined();
  expect(toConfirm({ documentChanges: [], changeAnnotations: asks })).toBeUndefined();
  expect(toConfirm({})).toBeUndefined();
});

test("a confirmed edit asks no more and is otherwise the same", () => {
  const edit = { documentChanges: [change("file:///a.py")], changeAnnotations: asks };
  expect(confirmed(edit)).toEqual({ ...edit, changeAnnotations: { a: { ...asks.a, needsConfirmation: false } } });
  expect(edit.changeAnnotations.a.needsConfirmation).toBe(true);
});

test("replacements refer to the text as it was, in any order", () => {
  const text = "one \u{1F4E6} two three";
  expect(replaced(text, [{ start: 11, end: 16, text: "3" }, { start: 0, end: 3, text: "1" }])).toBe("1 \u{1F4E6} two 3");
});

test("insertions at one offset keep their order, and come before a replacement there", () => {
  expect(replaced("x", [{ start: 0, end: 0, text: "a" }, { start: 0, end: 1, text: "c" }, { start: 0, end: 0, text: "b" }])).toBe("abc");
});

test("edits that overlap are refused", () => {
  expect(() => replaced("abcdef", [{ start: 0, end: 3, text: "" }, { start: 2, end: 4, text: "" }])).toThrow("overlap");
});
