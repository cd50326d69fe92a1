import { describe, expect, test } from "vitest";
import { expand, expandAll, forServer, settingKeys, type Variables } from "../src/settings";

const variables: Variables = {
  folder: { name: "api", path: "/w/api" },
  folders: [
    { name: "api", path: "/w/api" },
    { name: "web", path: "/w/web" },
  ],
  home: "/home/ada",
  env: { VENV: "/envs/x" },
};

describe("variables", () => {
  test.each([
    ["${workspaceFolder}/.venv/bin/bigo", "/w/api/.venv/bin/bigo"],
    ["${workspaceFolder:web}/bigo", "/w/web/bigo"],
    ["${userHome}/bin/bigo", "/home/ada/bin/bigo"],
    ["${env:VENV}/bin/bigo", "/envs/x/bin/bigo"],
    ["${env:NOT_SET}/bigo", "/bigo"],
    ["${workspaceFolder:gone}/x", "${workspaceFolder:gone}/x"],
    ["${other}", "${other}"],
    ["no variables", "no variables"],
  ])("%s", (text, expected) => expect(expand(text, variables)).toBe(expected));

  test("a folder's path may hold what looks like a replacement pattern", () => {
    const odd = { ...variables, folder: { name: "odd", path: "/w/$& ${userHome}" } };
    expect(expand("${workspaceFolder}", odd)).toBe("/w/$& ${userHome}");
  });

  test("without a folder the text stays", () => expect(expand("${workspaceFolder}/x", { ...variables, folder: undefined, folders: [] })).toBe("${workspaceFolder}/x"));

  test("lists and objects", () => {
    expect(expandAll({ paths: ["${userHome}/a.prof", 3], on: true, none: null }, variables)).toEqual({ paths: ["/home/ada/a.prof", 3], on: true, none: null });
  });
});

describe("what the server is told", () => {
  const reader = (values: Record<string, unknown>) => ({ isSet: (key: string) => key in values, get: (key: string) => values[key] });

  test("only what is set, nested, without what is the extension's own", () => {
    const values = { "bigo.analysis.minSeverity": "warning", "bigo.path": "/x", "bigo.trace.server": "verbose", "bigo.profiles.paths": ["${workspaceFolder}/p.prof"] };
    const keys = [...Object.keys(values), "bigo.hover.enable"];
    expect(forServer(keys, reader(values), variables)).toEqual({ analysis: { minSeverity: "warning" }, profiles: { paths: ["/w/api/p.prof"] } });
  });

  test("a value that equals nothing is still a value", () => {
    expect(forServer(["bigo.hover.enable"], reader({ "bigo.hover.enable": false }), variables)).toEqual({ hover: { enable: false } });
  });

  test("nothing set is an empty section", () => expect(forServer(["bigo.hover.enable"], reader({}), variables)).toEqual({}));
});

test("keys of one configuration or of a list of them", () => {
  expect(settingKeys({ contributes: { configuration: { properties: { "bigo.a": {} } } } })).toEqual(["bigo.a"]);
  expect(settingKeys({ contributes: { configuration: [{ properties: { "bigo.a": {} } }, { properties: { "bigo.b": {} } }] } })).toEqual(["bigo.a", "bigo.b"]);
  expect(settingKeys({})).toEqual([]);
});
