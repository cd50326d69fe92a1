import { expect, test } from "vitest";
import { isStats, label, shown, statsPage } from "../src/stats-page";

test("numbers are shown as what they are", () => {
  expect(shown("cost_usd", 0.0123)).toBe("$0.0123");
  expect(shown("cost_usd", 12.5)).toBe("$12.50");
  expect(shown("cache_read_share", 0.834)).toBe("83.4 %");
  expect(shown("requests", 12345)).toBe("12,345");
  expect(shown("last", null)).toBe("none");
  expect(label("cache_read_tokens")).toBe("Cache read tokens");
  expect(label("cost_usd")).toBe("Cost");
});

test("lists of objects are tables with a column for every name", () => {
  const page = statsPage({ by_model: [{ model: "a", cost_usd: 1 }, { model: "b", requests: 2 }], days: [] }, "n");
  expect(page).toContain('<th scope="col">Model</th><th scope="col">Cost</th><th scope="col">Requests</th>');
  expect(page).toContain('<td>b</td><td></td><td class="number">2</td>');
  expect(page).toContain("None yet.");
});

test("text from the server cannot become markup, and no script may run", () => {
  const page = statsPage({ name: '<img src=x onerror="1">', "<b>": [{ "<i>": "&" }] }, "abc");
  expect(page).not.toMatch(/<img|<b>|<i>/);
  expect(page).toContain("default-src 'none'; style-src 'nonce-abc'");
});

test("only an object is statistics", () => {
  expect([isStats({}), isStats(null), isStats([]), isStats("x")]).toEqual([true, false, false, false]);
});
