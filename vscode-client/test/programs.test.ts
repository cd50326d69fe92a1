import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { bigoOf, onPath, run } from "../src/programs";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bigo-programs-"));
afterEach(() => fs.readdirSync(folder).forEach((name) => fs.rmSync(path.join(folder, name), { recursive: true })));
afterAll(() => fs.rmSync(folder, { recursive: true }));

test("output and code of a program", async () => {
  expect(await run(process.execPath, ["-e", "console.log('a'); console.error('b'); process.exit(3)"], { seconds: 20 })).toEqual({ code: 3, stdout: "a\n", stderr: "b\n" });
});

test("a program that is not there", async () => {
  const answer = await run(path.join(folder, "none"), [], { seconds: 20 });
  expect(answer.code).toBe(-1);
  expect(answer.stderr).toContain("ENOENT");
});

test("a program that does not end is ended", async () => {
  expect((await run(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { seconds: 0.2 })).code).toBe(-1);
});

test.skipIf(process.platform === "win32")("only executable files in absolute folders of the PATH", () => {
  for (const name of ["a", "b", "c"]) fs.mkdirSync(path.join(folder, name));
  fs.writeFileSync(path.join(folder, "a", "bigo"), "", { mode: 0o644 });
  fs.writeFileSync(path.join(folder, "b", "bigo"), "", { mode: 0o755 });
  fs.mkdirSync(path.join(folder, "c", "bigo"));
  expect(onPath("bigo", [".", ...["a", "b", "c"].map((name) => path.join(folder, name))].join(path.delimiter))).toEqual([path.join(folder, "b", "bigo")]);
});

test("a Python without bigo", async () => {
  expect(await bigoOf(process.execPath)).toBeUndefined();
});
