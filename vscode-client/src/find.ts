// Which server to start. The order is decided here and nowhere else; what the machine answers comes in as `World`,
// so that the choice is tested without a machine.

/** The oldest server this extension works with. */
export const OLDEST_SERVER = "0.1.0";

export type Source = "setting" | "environment" | "PATH" | "installed";

/** A program that answered `--version` as bigo does. `args` come before the arguments of bigo itself. */
export interface Found {
  readonly kind: "found";
  readonly command: string;
  readonly version: string;
  readonly source: Source;
}

/** No server. `explicit`: the person named one, so nothing else was tried. */
export interface Missing {
  readonly kind: "missing";
  readonly explicit: boolean;
  readonly reason: string;
}

export interface Wanted {
  /** The setting `bigo.path`, variables replaced; "" when unset. */
  readonly path: string;
  /** The Python interpreter to ask; undefined when none is selected. */
  readonly python: string | undefined;
  /** False in Restricted Mode: an environment of the workspace is not run then. */
  readonly trusted: boolean;
  /** Absolute paths of the workspace folders. */
  readonly folders: readonly string[];
}

export interface World {
  /** The version `executable --version` prints, or undefined with the reason logged. */
  version(executable: string): Promise<string | undefined>;
  /** The `bigo` program of an interpreter's environment, or undefined where it is not installed. */
  inEnvironment(python: string): Promise<string | undefined>;
  /** The programs called `bigo` on the PATH, first one first. */
  onPath(): readonly string[];
  /** The program "Install the bigo Server" made, or undefined. */
  installed(): string | undefined;
}

/** Every decision goes to `log`, so that "why this server?" is answered by the output channel. */
export async function findServer(wanted: Wanted, world: World, log: (line: string) => void): Promise<Found | Missing> {
  if (wanted.path !== "") {
    const found = await accept(wanted.path, "setting", world, log);
    return found ?? { kind: "missing", explicit: true, reason: `bigo.path is ${wanted.path}, which is no usable bigo server` };
  }
  for await (const [executable, source] of candidates(wanted, world, log)) {
    const found = await accept(executable, source, world, log);
    if (found) return found;
  }
  return { kind: "missing", explicit: false, reason: "no bigo server in the Python environment or on the PATH, and none installed" };
}

async function* candidates(wanted: Wanted, world: World, log: (line: string) => void): AsyncGenerator<[string, Source]> {
  if (!wanted.trusted) log("Restricted Mode: the selected Python environment is not asked");
  else if (wanted.python === undefined) log("no Python environment is selected");
  else {
    const executable = await world.inEnvironment(wanted.python);
    if (executable === undefined) log(`bigo is not installed in the environment of ${wanted.python}`);
    else yield [executable, "environment"];
  }
  for (const executable of world.onPath()) {
    if (!wanted.trusted && wanted.folders.some((folder) => isInside(executable, folder))) {
      log(`Restricted Mode: ${executable} on the PATH belongs to the workspace and is not run`);
    } else yield [executable, "PATH"];
  }
  const installed = world.installed();
  if (installed === undefined) log("no server was installed by this extension");
  else yield [installed, "installed"];
}

async function accept(command: string, source: Source, world: World, log: (line: string) => void): Promise<Found | undefined> {
  const version = await world.version(command);
  if (version === undefined) return undefined;
  if (compareVersions(version, OLDEST_SERVER) < 0) {
    log(`${command} (${source}) is bigo ${version}; this extension needs ${OLDEST_SERVER} or newer`);
    return undefined;
  }
  log(`using bigo ${version} of ${command} (${source})`);
  return { kind: "found", command, version, source };
}

/** The version in the output of `bigo --version`, or undefined when another program of that name answered. */
export function parseVersion(output: string): string | undefined {
  return /^bigo (\d+(?:\.\d+)*\S*)/m.exec(output)?.[1];
}

/** Negative when a is older than b. Only the numbers count: 0.2.0rc1 is as new as 0.2.0. */
export function compareVersions(a: string, b: string): number {
  const numbers = (version: string): number[] => version.split(".").map((part) => parseInt(part, 10) || 0);
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether `file` is `folder` or below it. Both are absolute; `/` and `\` both separate. */
export function isInside(file: string, folder: string): boolean {
  const parts = (name: string): string[] => name.split(/[\\/]+/).filter((part) => part !== "" && part !== ".");
  const [inner, outer] = [parts(file), parts(folder)];
  return outer.length <= inner.length && outer.every((part, i) => part === inner[i]);
}
