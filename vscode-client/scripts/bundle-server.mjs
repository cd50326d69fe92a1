// Build the server's wheel from this repository into bundled/, for "Install the bigo Server".
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const client = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const repository = path.dirname(client);
const bundled = path.join(client, "bundled");

fs.rmSync(bundled, { recursive: true, force: true });
fs.mkdirSync(bundled);

const venv = path.join(repository, ".venv", process.platform === "win32" ? "Scripts" : "bin");
const ways = [
  [path.join(venv, "uv"), ["build", "--wheel", "-q", "-o", bundled, repository]],
  ["uv", ["build", "--wheel", "-q", "-o", bundled, repository]],
  [path.join(venv, "python"), ["-m", "pip", "wheel", "-q", "--no-deps", "-w", bundled, repository]],
  ["python3", ["-m", "pip", "wheel", "-q", "--no-deps", "-w", bundled, repository]],
];
const errors = [];
for (const [command, args] of ways) {
  const run = spawnSync(command, args, { encoding: "utf8" });
  if (run.status === 0) break;
  errors.push(`${command}: ${run.error?.message ?? run.stderr}`);
}
for (const name of fs.readdirSync(bundled)) if (!name.endsWith(".whl")) fs.rmSync(path.join(bundled, name));
const [wheel] = fs.readdirSync(bundled);
if (!wheel) {
  console.error(`No wheel was built. Install uv, or pip for python3.\n${errors.join("\n")}`);
  process.exit(1);
}
console.log(`bundled/${wheel}`);
