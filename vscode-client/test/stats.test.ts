import { expect, test, vi } from "vitest";
import { isStats } from "../src/stats";

vi.mock("vscode", () => ({}));

test("an answer with a page is shown, an older server's is not", () => {
  expect(isStats({ requests: 1, page: "<!doctype html>" })).toBe(true);
  for (const other of [null, undefined, [], "x", {}, { requests: 1 }, { page: 1 }]) expect(isStats(other)).toBe(false);
});
