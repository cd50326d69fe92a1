// Settings on their way to the server: only what the person set (a default sent along would beat the project's own
// [tool.bigo]), variables replaced, and nothing that is only for this extension.

/** What this extension keeps for itself; the server never sees these. */
export const CLIENT_ONLY: ReadonlySet<string> = new Set(["bigo.path", "bigo.interpreter", "bigo.trace.server"]);

export interface Folder {
  readonly name: string;
  readonly path: string;
}

/** What `${...}` stands for. `folder` is the one a resource is in, else the first. */
export interface Variables {
  readonly folder: Folder | undefined;
  readonly folders: readonly Folder[];
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One setting as `WorkspaceConfiguration` gives it. */
export interface Reader {
  /** Whether any place but the defaults holds a value. */
  isSet(key: string): boolean;
  get(key: string): unknown;
}

/** Replace `${workspaceFolder}`, `${workspaceFolder:name}`, `${userHome}` and `${env:NAME}`; others stay as they are. */
export function expand(text: string, variables: Variables): string {
  return text.replace(/\$\{(\w+)(?::([^}]*))?\}/g, (whole: string, name: string, argument?: string) => {
    switch (name) {
      case "workspaceFolder":
        if (argument === undefined) return variables.folder?.path ?? whole;
        return variables.folders.find((folder) => folder.name === argument)?.path ?? whole;
      case "userHome":
        return variables.home;
      case "env":
        return variables.env[argument ?? ""] ?? "";
      default:
        return whole;
    }
  });
}

/** `expand` for every string in a value, keys of objects left alone. */
export function expandAll(value: unknown, variables: Variables): unknown {
  if (typeof value === "string") return expand(value, variables);
  if (Array.isArray(value)) return value.map((item) => expandAll(item, variables));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expandAll(item, variables)]));
  }
  return value;
}

/** The section `bigo` for the server: `{"analysis": {"minSeverity": "warning"}}`. `keys` are full names, `bigo.analysis.minSeverity`. */
export function forServer(keys: Iterable<string>, reader: Reader, variables: Variables): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const key of keys) {
    if (!key.startsWith("bigo.") || CLIENT_ONLY.has(key) || !reader.isSet(key)) continue;
    const names = key.split(".").slice(1);
    const last = names.pop();
    let table = result;
    for (const name of names) table = (table[name] ??= {}) as Record<string, unknown>;
    if (last !== undefined) table[last] = expandAll(reader.get(key), variables);
  }
  return result;
}

/** The names of all settings in an extension's package.json, whose `configuration` is one section or a list. */
export function settingKeys(packageJSON: { contributes?: { configuration?: unknown } }): string[] {
  const configuration = packageJSON.contributes?.configuration;
  const sections = (Array.isArray(configuration) ? configuration : [configuration]) as ({ properties?: object } | undefined)[];
  return sections.flatMap((section) => Object.keys(section?.properties ?? {}));
}
