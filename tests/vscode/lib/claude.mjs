// The stand-in Messages API of tests/reference, as a process of its own.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../reference/fake_messages_api.py');

/** A key the stand-in accepts. */
export const KEY = 'sk-ant-test';

/** Start it with `rules` (see the program). `requests()` reads what was sent to it so far, oldest first. */
export async function startClaude({ python, rules, folder }) {
  const script = path.join(folder, 'rules.json');
  const record = path.join(folder, 'record.jsonl');
  fs.writeFileSync(script, JSON.stringify({ rules }));
  const child = spawn(python, [program, '--port', '0', '--script', script, '--record', record], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill()); // where what starts after it fails, nobody calls stop()
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the stand-in Messages API ended with code ${code}`)));
  });
  // What stands behind the last end of a line is still being written.
  const lines = () => (fs.existsSync(record) ? fs.readFileSync(record, 'utf8').split('\n').slice(0, -1) : []);
  const requests = () => lines().map((line) => JSON.parse(line));
  return { url, record, requests, stop: () => child.kill() };
}
