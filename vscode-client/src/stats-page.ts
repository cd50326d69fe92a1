// The page of "Show What Rewrites Cost": what `bigo stats --format json` says, as HTML without a script.

/** The server's summary of its ledger. Money in US dollars, times in seconds as 50th, 95th and 99th percentile. */
export interface Stats {
  readonly days: number;
  readonly requests: number;
  readonly answered_locally: number;
  readonly cost_usd: number;
  readonly cache_saved_usd: number;
  readonly cached_share: number;
  readonly estimate_error: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly cost_per_day: Readonly<Record<string, number>>;
  readonly other_models: Readonly<Record<string, number>>;
  readonly tokens: Readonly<Record<string, number>>;
  readonly queue: readonly number[];
  readonly first_token: readonly number[];
  readonly total: readonly number[];
}

const NUMBERS = ["days", "requests", "answered_locally", "cost_usd", "cache_saved_usd", "cached_share", "estimate_error"] as const;
const TABLES = ["outcomes", "cost_per_day", "other_models", "tokens"] as const;
const TIMES = ["queue", "first_token", "total"] as const;

/** Whether an answer is a summary of the form above: another server's may not be. */
export function isStats(value: unknown): value is Stats {
  if (typeof value !== "object" || value === null) return false;
  const given = value as Record<string, unknown>;
  const numbers = (one: unknown): boolean => typeof one === "object" && one !== null && Object.values(one).every((item) => typeof item === "number");
  return (
    NUMBERS.every((name) => typeof given[name] === "number") &&
    TABLES.every((name) => numbers(given[name])) &&
    TIMES.every((name) => Array.isArray(given[name]) && numbers(given[name]))
  );
}

/** The page. `nonce` is a fresh random string; only the style sheet that carries it is used. */
export function statsPage(stats: Stats, nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'">
<title>What rewrites cost</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
<h1>What rewrites cost</h1>
<p>The last ${stats.days} days, from the ledger on this machine. <a href="command:bigo.client.showStats">Refresh</a></p>
${figures(stats)}
${details(stats)}
</main>
</body>
</html>`;
}

const STYLE = `
body { font: var(--vscode-font-size) var(--vscode-font-family); color: var(--vscode-foreground); background: var(--vscode-editor-background); }
main { max-width: 60em; margin: 0 auto; padding: 1em; }
h1 { font-size: 1.6em; font-weight: 600; }
h2 { font-size: 1.1em; font-weight: 600; margin: 1.6em 0 .4em; }
dl { display: flex; flex-wrap: wrap; gap: .8em; margin: 0; }
dl div { min-width: 9em; padding: .7em 1em; border: 1px solid var(--vscode-widget-border, var(--vscode-panel-border)); border-radius: 4px; }
dt { color: var(--vscode-descriptionForeground); }
dd { margin: .2em 0 0; font-size: 1.4em; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; }
th, td { padding: .3em 1.6em .3em 0; border-bottom: 1px solid var(--vscode-widget-border, var(--vscode-panel-border)); }
th { text-align: left; font-weight: normal; }
td { text-align: right; font-variant-numeric: tabular-nums; }
a { color: var(--vscode-textLink-foreground); }
`;

function figures(stats: Stats): string {
  const all: [string, string][] = [
    ["Spent", dollars(stats.cost_usd)],
    ["Requests", count(stats.requests)],
    ["Answered without a request", count(stats.answered_locally)],
    ["Input read from the cache", share(stats.cached_share)],
    ["Saved by the cache", dollars(stats.cache_saved_usd)],
    ["Mean error of the estimate", share(stats.estimate_error)],
  ];
  return `<dl>${all.map(([name, value]) => `<div><dt>${escape(name)}</dt><dd>${escape(value)}</dd></div>`).join("")}</dl>`;
}

function details(stats: Stats): string {
  if (stats.requests === 0) return "<p>No rewrite was asked for yet.</p>";
  const days = Object.entries(stats.cost_per_day).sort(([a], [b]) => b.localeCompare(a));
  const models = Object.entries(stats.other_models).sort(([, a], [, b]) => a - b);
  return [
    table("Per day", days.map(([day, usd]) => [day, dollars(usd)])),
    table("How requests ended", Object.entries(stats.outcomes).map(([outcome, n]) => [outcome, count(n)])),
    table("Tokens", Object.entries(stats.tokens).map(([kind, n]) => [KINDS[kind] ?? kind, count(n)])),
    table("Times", TIMES.map((name) => [WAITS[name], ...stats[name].map(seconds)]), ["", "half", "95 %", "99 %"]),
    table("The same tokens with another model", models.map(([model, usd]) => [model, dollars(usd)])),
  ].join("\n");
}

const KINDS: Readonly<Record<string, string>> = {
  plain: "Input, not cached",
  written_5m: "Input, written to the cache for 5 minutes",
  written_1h: "Input, written to the cache for an hour",
  read: "Input, read from the cache",
  output: "Output",
};

const WAITS = { queue: "Waiting for its turn", first_token: "Until the first token", total: "Until the end" } as const;

/** A table; the first cell of a row names it. */
function table(title: string, rows: readonly (readonly string[])[], head: readonly string[] = []): string {
  if (rows.length === 0) return "";
  const top = head.length > 0 ? `<tr>${head.map((cell) => `<td>${escape(cell)}</td>`).join("")}</tr>` : "";
  const body = rows.map(([name, ...cells]) => `<tr><th scope="row">${escape(name ?? "")}</th>${cells.map((cell) => `<td>${escape(cell)}</td>`).join("")}</tr>`);
  return `<h2>${escape(title)}</h2><table>${top}${body.join("")}</table>`;
}

/** Small sums keep the digits that make them different from nothing. */
export function dollars(usd: number): string {
  return `$${usd.toFixed(usd !== 0 && Math.abs(usd) < 0.1 ? 4 : 2)}`;
}

const count = (n: number): string => n.toLocaleString("en-US");
const share = (part: number): string => `${(part * 100).toFixed(1)} %`;
const seconds = (s: number): string => `${s.toFixed(1)} s`;

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
