import { expect, test } from "vitest";
import { dollars, isStats, statsPage, type Stats } from "../src/stats-page";

const STATS: Stats = {
  days: 30,
  requests: 3,
  answered_locally: 1,
  cost_usd: 0.0453,
  cache_saved_usd: 1.5,
  cached_share: 0.8342,
  estimate_error: 0.02,
  outcomes: { ok: 2, cancelled: 1 },
  cost_per_day: { "2026-11-20": 0.02, "2026-11-21": 0.0253 },
  other_models: { "claude-opus-5-5": 0.09, "claude-haiku-5-5": 0.004 },
  tokens: { plain: 1200, read: 34000, output: 900 },
  queue: [0, 0, 0],
  first_token: [1.25, 2, 3],
  total: [8, 9, 10],
};

test("the figures, as what they are", () => {
  const page = statsPage(STATS, "n");
  for (const text of ["<dd>$0.0453</dd>", "<dd>$1.50</dd>", "<dd>83.4 %</dd>", "<td>34,000</td>", "<td>1.3 s</td>"]) expect(page).toContain(text);
});

test("newest day first, cheapest model first", () => {
  const page = statsPage(STATS, "n");
  expect(page.indexOf("2026-11-21")).toBeLessThan(page.indexOf("2026-11-20"));
  expect(page.indexOf("claude-haiku-5-5")).toBeLessThan(page.indexOf("claude-opus-5-5"));
});

test("before the first rewrite it says so and shows no tables", () => {
  const page = statsPage({ ...STATS, requests: 0 }, "n");
  expect(page).toContain("No rewrite was asked for yet.");
  expect(page).not.toContain("<table>");
});

test("text from the server cannot become markup, and no script may run", () => {
  const page = statsPage({ ...STATS, outcomes: { "<img src=x onerror='1'>": 1 }, other_models: { "<b>": 1 } }, "abc");
  expect(page).not.toMatch(/<img|<b>|<script/);
  expect(page).toContain("default-src 'none'; style-src 'nonce-abc'");
});

test("what is not such a summary is not shown", () => {
  expect(isStats(STATS)).toBe(true);
  for (const other of [null, [], "x", {}, { ...STATS, cost_usd: "1" }, { ...STATS, outcomes: { ok: "2" } }, { ...STATS, total: 3 }]) expect(isStats(other)).toBe(false);
});

test("small sums keep their digits", () => expect([dollars(0), dollars(0.0123), dollars(12.5)]).toEqual(["$0.00", "$0.0123", "$12.50"]));
