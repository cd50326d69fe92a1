import { expect, test } from "vitest";
import { compareVersions, findServer, isInside, parseVersion, type Wanted, type World } from "../src/find";

const wanted = (over: Partial<Wanted> = {}): Wanted => ({ path: "", python: "/env/bin/python", trusted: true, folders: ["/srv/app"], ...over });

/** A machine on which every program in `versions` answers, and records what was run. */
function machine(versions: Record<string, string>, over: Partial<World> = {}): World & { ran: string[] } {
  const ran: string[] = [];
  return {
    ran,
    version: async (executable) => {
      ran.push(executable);
      return versions[executable];
    },
    inEnvironment: async (python) => {
      ran.push(python);
      return undefined;
    },
    onPath: () => [],
    installed: () => undefined,
    ...over,
  };
}

async function find(w: Wanted, m: World): Promise<{ answer: Awaited<ReturnType<typeof findServer>>; lines: string[] }> {
  const lines: string[] = [];
  return { answer: await findServer(w, m, (line) => lines.push(line)), lines };
}

const everywhere = { "/set/bigo": "0.1.0", "/env/bin/bigo": "0.1.0", "/usr/bin/bigo": "0.1.0", "/own/bin/bigo": "0.1.0" };
const all: Partial<World> = { inEnvironment: async () => "/env/bin/bigo", onPath: () => ["/usr/bin/bigo"], installed: () => "/own/bin/bigo" };

test("the setting wins over everything", async () => {
  const { answer } = await find(wanted({ path: "/set/bigo" }), machine(everywhere, all));
  expect(answer).toMatchObject({ kind: "found", command: "/set/bigo", source: "setting" });
});

test("a setting that does not work is an error, not a reason to take another server", async () => {
  const { answer } = await find(wanted({ path: "/gone/bigo" }), machine(everywhere, all));
  expect(answer).toMatchObject({ kind: "missing", explicit: true });
  expect(answer.kind === "missing" && answer.reason).toContain("/gone/bigo");
});

test("then the environment, the PATH and the installed one, in this order", async () => {
  const sources = [];
  const world = { ...all };
  for (const gone of [undefined, "inEnvironment", "onPath", "installed"] as const) {
    if (gone === "inEnvironment") world.inEnvironment = async () => undefined;
    if (gone === "onPath") world.onPath = () => [];
    if (gone === "installed") world.installed = () => undefined;
    const { answer } = await find(wanted(), machine(everywhere, world));
    sources.push(answer.kind === "found" ? answer.source : answer.kind);
  }
  expect(sources).toEqual(["environment", "PATH", "installed", "missing"]);
});

test("every decision is logged", async () => {
  const { lines } = await find(wanted({ python: undefined }), machine({ "/own/bin/bigo": "0.3.1" }, { onPath: () => ["/usr/bin/bigo"], installed: () => "/own/bin/bigo" }));
  expect(lines).toEqual(["no Python environment is selected", "using bigo 0.3.1 of /own/bin/bigo (installed)"]);
});

test("a server that is too old is passed over, and the log says so", async () => {
  const { answer, lines } = await find(wanted(), machine({ "/env/bin/bigo": "0.0.9", "/usr/bin/bigo": "0.1.0" }, all));
  expect(answer).toMatchObject({ source: "PATH" });
  expect(lines.join("\n")).toContain("0.0.9");
});

test("Restricted Mode runs neither the selected environment nor a program of the workspace", async () => {
  const m = machine({ "/srv/app/bin/bigo": "9.9.9", "/usr/bin/bigo": "0.1.0" }, { onPath: () => ["/srv/app/bin/bigo", "/usr/bin/bigo"] });
  const { answer } = await find(wanted({ trusted: false, python: "/srv/app/.venv/bin/python" }), m);
  expect(answer).toMatchObject({ command: "/usr/bin/bigo" });
  expect(m.ran).toEqual(["/usr/bin/bigo"]);
});

test("only bigo's own --version counts", () => {
  expect(parseVersion("bigo 0.1.0\n")).toBe("0.1.0");
  expect(parseVersion("bigo 1.2.0rc1 (Python 3.11)")).toBe("1.2.0rc1");
  expect(parseVersion("bigosaurus 0.1.0")).toBeUndefined();
  expect(parseVersion("")).toBeUndefined();
});

test("versions compare by their numbers", () => {
  expect(compareVersions("0.10.0", "0.9.9")).toBeGreaterThan(0);
  expect(compareVersions("0.1", "0.1.0")).toBe(0);
  expect(compareVersions("0.1.0", "1.0")).toBeLessThan(0);
});

test("inside a folder", () => {
  expect(isInside("/srv/app/bin/bigo", "/srv/app")).toBe(true);
  expect(isInside("/srv/apple/bin/bigo", "/srv/app")).toBe(false);
  expect(isInside("C:\\w\\bin\\bigo.exe", "C:\\w\\")).toBe(true);
  expect(isInside("/srv/app", "/srv/app/sub")).toBe(false);
});
