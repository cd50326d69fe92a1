import { expect, test } from "vitest";
import { describe as say } from "../src/status-text";

const server = { kind: "found", command: "/b/bigo", version: "0.1.0", source: "environment" } as const;

test("running", () => {
  expect(say({ state: "running", server, trusted: true })).toMatchObject({ text: "bigo 0.1.0", detail: "from the Python environment", severity: "information", busy: false });
});

test("running in Restricted Mode says what is off", () => {
  expect(say({ state: "running", server, trusted: false }).detail).toBe("from the Python environment; Restricted Mode: no rewrites");
});

test("starting is busy", () => expect(say({ state: "starting" }).busy).toBe(true));

test("stopped offers a restart and says why", () => {
  expect(say({ state: "stopped", reason: "spawn EACCES" })).toMatchObject({ severity: "error", detail: "spawn EACCES", command: { command: "bigo.restart" } });
});

test("missing offers to install, but not over a path the person named", () => {
  const missing = { kind: "missing", explicit: false, reason: "none" } as const;
  expect(say({ state: "missing", missing }).command.command).toBe("bigo.installServer");
  expect(say({ state: "missing", missing: { ...missing, explicit: true } }).command.command).toBe("bigo.showLogs");
});
