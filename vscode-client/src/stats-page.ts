// The page of "Show What Rewrites Cost": the server's numbers as HTML, without a script. What the numbers are called is
// the server's choice; here they are only laid out: plain values first, then a table per list and a section per object.

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type Stats = { readonly [name: string]: Json };

export function isStats(value: unknown): value is Stats {
  return typeof value === "object" && value !== null && !Array.isArray(value);
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
${section(stats, 2)}
<p><a href="command:bigo.client.showStats">Refresh</a></p>
</main>
</body>
</html>`;
}

const STYLE = `
body { font: var(--vscode-font-size) var(--vscode-font-family); color: var(--vscode-foreground); background: var(--vscode-editor-background); }
main { max-width: 60em; margin: 0 auto; padding: 1em; }
h1 { font-size: 1.6em; font-weight: 600; }
h2, h3, h4 { font-size: 1.1em; font-weight: 600; margin: 1.6em 0 .4em; }
dl { display: flex; flex-wrap: wrap; gap: .8em; margin: 0; }
dl div { min-width: 9em; padding: .7em 1em; border: 1px solid var(--vscode-widget-border, var(--vscode-panel-border)); border-radius: 4px; }
dt { color: var(--vscode-descriptionForeground); }
dd { margin: .2em 0 0; font-size: 1.4em; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; }
th, td { padding: .3em 1em .3em 0; text-align: left; border-bottom: 1px solid var(--vscode-widget-border, var(--vscode-panel-border)); }
.number { text-align: right; font-variant-numeric: tabular-nums; }
a { color: var(--vscode-textLink-foreground); }
`;

function section(stats: Stats, level: number): string {
  const entries = Object.entries(stats);
  const plain = entries.filter(([, value]) => isPlain(value));
  const figures = plain.map(([name, value]) => `<div><dt>${escape(label(name))}</dt><dd>${escape(shown(name, value))}</dd></div>`);
  const rest = entries.filter(([, value]) => !isPlain(value)).map(([name, value]) => heading(name, level) + nested(value, level + 1));
  return (figures.length > 0 ? `<dl>${figures.join("")}</dl>` : "") + rest.join("\n");
}

function nested(value: Json, level: number): string {
  if (Array.isArray(value)) return table(value as readonly Json[]);
  return isStats(value) && Object.keys(value).length > 0 ? section(value, Math.min(level, 4)) : "<p>None yet.</p>";
}

/** A table with a column per name that occurs; a list of plain values is one column without a head. */
function table(rows: readonly Json[]): string {
  if (rows.length === 0) return "<p>None yet.</p>";
  const names = [...new Set(rows.flatMap((row) => (isStats(row) ? Object.keys(row) : [])))];
  if (names.length === 0) return `<table>${rows.map((row) => `<tr><td>${escape(String(row))}</td></tr>`).join("")}</table>`;
  const head = names.map((name) => `<th scope="col">${escape(label(name))}</th>`).join("");
  const body = rows.map((row) => `<tr>${names.map((name) => cell(name, isStats(row) ? row[name] : undefined)).join("")}</tr>`);
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>`;
}

function cell(name: string, value: Json | undefined): string {
  if (value === undefined) return "<td></td>";
  const text = isPlain(value) ? shown(name, value) : JSON.stringify(value);
  return `<td${typeof value === "number" ? ' class="number"' : ""}>${escape(text)}</td>`;
}

function heading(name: string, level: number): string {
  return `<h${level}>${escape(label(name))}</h${level}>`;
}

/** `cost_usd` -> `Cost`, `cache_read_tokens` -> `Cache read tokens`. */
export function label(name: string): string {
  const words = name.replace(/_(usd|share)$/, "").replace(/([a-z])([A-Z])/g, "$1 $2").replace(/[_-]+/g, " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Numbers by what their name says they are: US dollars, a share from 0 to 1, or a count. */
export function shown(name: string, value: Json): string {
  if (value === null) return "none";
  if (typeof value !== "number") return String(value);
  if (/(^|_)usd$/.test(name)) return `$${value.toFixed(value !== 0 && Math.abs(value) < 0.1 ? 4 : 2)}`;
  if (/(^|_)share$/.test(name)) return `${(value * 100).toFixed(1)} %`;
  return value.toLocaleString("en-US", { maximumFractionDigits: 4 });
}

function isPlain(value: Json): boolean {
  return typeof value !== "object" || value === null;
}

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
