// Run an extension-host suite in a real VS Code, headless, with the real server and the stand-in Messages API.
//   node run-suite.mjs --vscode DIR --python PYTHON [--suite main|restricted] [--extension DIR] [--result FILE.json] [--seconds 240]
// PYTHON is the interpreter of an environment that holds bigo. Exit 0: every test passed.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBrowser } from './lib/browser.mjs';
import { KEY, startClaude } from './lib/claude.mjs';
import { RULES, writeWorkspace } from './lib/fixture.mjs';
import { options } from './lib/options.mjs';
import { address, extensionLog, sleep, startVSCode } from './lib/vscode.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const chosen = options({ vscode: '', python: '', suite: 'main', extension: path.join(here, '../../vscode-client'), result: '', seconds: '240' });
const python = path.resolve(chosen.python); // not resolved through links: a venv's python is one
const restricted = chosen.suite === 'restricted';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bigo-suite-'));
const workspace = path.join(folder, 'workspace');
writeWorkspace(workspace);

const claude = await startClaude({ python, rules: RULES, folder });
const env = {
  BIGO_SUITE: chosen.suite,
  BIGO_RECORD: claude.record,
  BIGO_PYTHON: python,
  BIGO_RESULT: path.join(folder, 'result.json'),
  STUB_PYTHON: python,
  ANTHROPIC_API_KEY: KEY,
  ANTHROPIC_BASE_URL: claude.url,
};
// Restricted Mode runs no selected environment: there the person's own setting names the server.
const settings = restricted ? { 'bigo.path': path.join(path.dirname(python), 'bigo') } : {};
const code = await startVSCode({ vscode: path.resolve(chosen.vscode), install: [path.join(here, 'stub-python')], settings, trust: restricted, suite: true, env });

let status = 1;
try {
  const { browser, page } = await openBrowser();
  const exited = new Promise((resolve) => page.exposeFunction('codeAutomationExit', resolve));
  // VS Code's own messages come this way, too; the suite's are the ones a reader wants.
  await page.exposeFunction('codeAutomationLog', (type, args) => /^(ok  |FAIL|\d+ of) /.test(args[0]) && console.log(...args.map(String)));
  await page.goto(address(code.host, workspace, { extension: chosen.extension, tests: path.join(here, 'suite/index.js') }), { waitUntil: 'domcontentloaded' });
  const exit = await Promise.race([exited, sleep(Number(chosen.seconds) * 1000).then(() => 'none in time')]);
  status = exit === 0 ? 0 : 1;
  if (status !== 0) {
    console.log(`exit code of the suite: ${exit}`);
    await page.screenshot({ path: path.join(folder, 'failed.png') });
    console.log(extensionLog(code.data));
  }
  await browser.close();
  if (chosen.result && fs.existsSync(env.BIGO_RESULT)) fs.copyFileSync(env.BIGO_RESULT, path.resolve(chosen.result));
} finally {
  await code.stop();
  claude.stop();
  if (status === 0) fs.rmSync(folder, { recursive: true, force: true });
  else console.log(`kept: ${folder}`);
}
process.exit(status);
