// node launch.cjs VSCODE_DIR DATA_DIR [trust] [suite]
// VS Code's web server from an unpacked code-server package, on 127.0.0.1 only; says `ready PORT`, a port that was free
// when it began to listen. Works for CommonJS builds (1.93) and ESM
// builds (1.139). "trust" keeps workspace trust on: folders open in Restricted Mode. "suite" lets a page run a suite of
// tests; without it notifications appear as they do for a person.
const fs = require('fs');
const http = require('http');
const path = require('path');

const [dir, data, ...words] = process.argv.slice(2);
process.env.CODE_SERVER_PARENT_PID = String(process.pid); // newer builds start by themselves without it

async function load() {
  const main = path.resolve(dir, 'out/server-main.js');
  try {
    const loaded = require(main);
    if (loaded.loadCodeWithNls) return loaded;
  } catch {
    // an ESM build
  }
  return import(main);
}

async function start() {
  const module = await load();
  fs.mkdirSync(path.join(data, 'data/User'), { recursive: true });
  const code = await module.loadCodeWithNls();
  const server = await code.createServer(null, {
    _: [],
    compatibility: '1.64',
    'accept-server-license-terms': true,
    'without-connection-token': true,
    'telemetry-level': 'off',
    'enable-smoke-test-driver': words.includes('suite'),
    'user-data-dir': path.join(data, 'data'),
    'extensions-dir': path.join(data, 'extensions'),
    'server-data-dir': data,
    ...(words.includes('trust') ? {} : { 'disable-workspace-trust': true }),
  });
  const listener = http
    .createServer((request, response) => server.handleRequest(request, response))
    .on('upgrade', (request, socket) => {
      socket.resume();
      server.handleUpgrade(request, socket);
    })
    .listen(0, '127.0.0.1', () => console.log(`ready ${listener.address().port}`));
}

start().catch((error) => {
  console.error(error);
  process.exit(1);
});
