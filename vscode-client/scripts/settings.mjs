// Take the server's settings into package.json: `bigo settings --format vscode` says what they are, section by section.
// The first section, "Server", is the extension's own and stays as it is written.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const client = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const file = path.join(client, "package.json");
const venv = path.join(client, "../.venv/bin/bigo");

const properties = JSON.parse(execFileSync(fs.existsSync(venv) ? venv : "bigo", ["settings", "--format", "vscode"], { encoding: "utf8" }));
const sections = new Map();
for (const [key, schema] of Object.entries(properties)) {
  const section = key.split(".")[1];
  if (!sections.has(section)) sections.set(section, {});
  sections.get(section)[key] = schema;
}

const manifest = JSON.parse(fs.readFileSync(file, "utf8"));
const [own] = manifest.contributes.configuration;
manifest.contributes.configuration = [own, ...[...sections].map(([section, properties]) => ({ title: title(section), properties }))];
// What names files to read or says what is sent: a workspace's values wait for its trust.
manifest.capabilities.untrustedWorkspaces.restrictedConfigurations = [
  "bigo.path",
  "bigo.interpreter",
  ...Object.keys(properties).filter((key) => /^bigo\.(profiles|rewrite)\./.test(key)),
];
fs.writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);

function title(section) {
  const words = section.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
