// A real VS Code: its web server with the Node extension host, as setup.sh unpacked it. Every start has fresh data
// folders: reused ones restore editors and secrets.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const SECONDS_TO_START = 180; // a machine that fetches and tests at once takes a minute

/**
 * vscode: a folder setup.sh made. install: extension folders or .vsix files. settings: on top of settings.json.
 * trust: keep workspace trust on, so that folders open in Restricted Mode. suite: a suite will be run in it. env: on top of this process's environment;
 * undefined removes a variable. Gives the address as host:port, the data folder, and stop().
 */
export async function startVSCode({ vscode, install = [], settings = {}, trust = false, suite = false, env = {} }) {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'bigo-vscode-'));
  writeSettings(data, settings);
  for (const item of install) installExtension(data, item);
  for (const folder of ['home', 'cache', 'config', 'state']) fs.mkdirSync(path.join(data, folder));
  const log = fs.openSync(path.join(data, 'server.log'), 'w');
  const environment = {
    ...process.env,
    HOME: path.join(data, 'home'),
    XDG_CACHE_HOME: path.join(data, 'cache'),
    XDG_CONFIG_HOME: path.join(data, 'config'),
    XDG_STATE_HOME: path.join(data, 'state'),
    TMPDIR: data, // its sockets go away with the folder
    XDG_RUNTIME_DIR: data,
    ...env,
  };
  for (const name of Object.keys(env)) if (env[name] === undefined) delete environment[name];
  const launch = [path.join(here, 'launch.cjs'), path.join(vscode, 'package/lib/vscode'), data];
  if (trust) launch.push('trust');
  if (suite) launch.push('suite');
  const child = spawn(path.join(vscode, 'node'), launch, { stdio: ['ignore', log, log], env: environment });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  process.once('exit', () => child.kill('SIGKILL')); // where what starts after it fails, nobody calls stop()
  const stop = async () => {
    child.kill();
    await Promise.race([ended, sleep(5000)]);
    child.kill('SIGKILL');
    await ended;
    // The hosts of extensions write into the folder until they see that the server is gone.
    fs.rmSync(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  const said = () => fs.readFileSync(path.join(data, 'server.log'), 'utf8');
  const port = () => /^ready (\d+)$/m.exec(said())?.[1];
  for (const end = Date.now() + SECONDS_TO_START * 1000; !(port() && (await answers(port()))); await sleep(200)) {
    if (Date.now() < end && child.exitCode === null) continue;
    const text = said();
    await stop();
    throw new Error(`VS Code did not start:\n${text}`);
  }
  return { host: `127.0.0.1:${port()}`, data, stop };
}

/** The workbench's address. At most one extension in development and one file of tests: VS Code takes a map. */
export function address(host, folder, { extension, tests } = {}) {
  const remote = (file) => `vscode-remote://${host}${path.resolve(file)}`;
  const payload = [];
  if (extension) payload.push(['extensionDevelopmentPath', remote(extension)]);
  if (tests) payload.push(['extensionTestsPath', remote(tests)]);
  const query = payload.length > 0 ? `&payload=${encodeURIComponent(JSON.stringify(payload))}` : '';
  return `http://${host}/?folder=${path.resolve(folder)}${query}`;
}

// Machine-scoped settings are read from Machine, all others from User.
function writeSettings(data, settings) {
  const base = JSON.parse(fs.readFileSync(path.join(here, 'settings.json'), 'utf8'));
  const text = JSON.stringify({ ...base, ...settings }, null, 1);
  for (const scope of ['User', 'Machine']) {
    const folder = path.join(data, 'data', scope);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'settings.json'), text);
  }
}

function installExtension(data, item) {
  let folder = item;
  if (item.endsWith('.vsix')) {
    const unpacked = path.join(data, `unpacked-${path.basename(item)}`);
    execFileSync('python3', ['-m', 'zipfile', '-e', item, unpacked]);
    folder = path.join(unpacked, 'extension');
  }
  const { publisher, name, version } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  fs.cpSync(folder, path.join(data, 'extensions', `${publisher}.${name}-${version}`), { recursive: true, dereference: true });
}

/** The log of the extension, which says what the server did. */
export function extensionLog(data) {
  const logs = path.join(data, 'data/logs');
  const files = fs.existsSync(logs) ? fs.readdirSync(logs, { recursive: true }) : [];
  return files.filter((file) => /bigo\.log$/.test(file)).map((file) => fs.readFileSync(path.join(logs, file), 'utf8')).join('\n');
}

async function answers(port) {
  try {
    return (await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(10000) })).ok;
  } catch {
    return false;
  }
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
