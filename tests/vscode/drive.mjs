// The packaged extension in a real VS Code, worked with keys and clicks as a person does. Exit 0: everything was seen.
//   node drive.mjs --vscode DIR --python PYTHON --vsix FILE --out DIR [--scenario main|restricted|install ...]
// Each scenario is a VS Code of its own. DIR receives a picture where a scenario fails.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import assert from 'node:assert/strict';
import { hands, openBrowser } from './lib/browser.mjs';
import { KEY, startClaude } from './lib/claude.mjs';
import { RULES, writeWorkspace } from './lib/fixture.mjs';
import { options } from './lib/options.mjs';
import { address, extensionLog, startVSCode } from './lib/vscode.mjs';

const chosen = options({ vscode: '', python: '', vsix: '', out: '', scenario: [] });
const python = path.resolve(chosen.python);
const bigo = path.join(path.dirname(python), 'bigo');

/** Work with findings, fixes and rewrites. The key is not in the environment: it is typed. */
async function main({ me, page, claude, see }) {
  await me.open('customers.py');
  await me.squiggle();
  see('a squiggle');
  await me.goto(5, 36);
  const offered = await me.actions();
  see(`actions: ${offered.join(' | ')}`);
  await page.keyboard.press('Enter'); // the preferred one
  await me.text('set(second)');
  see('the local fix in the buffer');

  await me.goto(5, 36);
  await me.command('bigo: Rewrite This Function with Claude');
  await page.locator('.notification-list-item .monaco-button', { hasText: 'Set API Key' }).click({ timeout: 30000 });
  await page.waitForSelector('.quick-input-widget input[type=password]');
  await me.answer(KEY);
  await page.locator('.notification-list-item-message', { hasText: 'the API key is stored' }).waitFor();
  see('the key stored');

  await me.open('orders.py');
  await me.squiggle();
  await me.goto(6, 10);
  await me.actions();
  assert.equal(claude.requests().length, 0, 'nothing is sent by looking');
  await me.choose(/Claude/, () => claude.requests().length > 0);
  await me.difference();
  see('the difference to confirm');
  await me.applyDifference();
  await me.text('rows.setdefault(order.user_id, []).append(order)');
  see('the rewrite in the buffer');
  assert.equal(claude.requests().filter((one) => one.target.startsWith('/v1/messages')).length, 1);

  await me.command('bigo: Show the Request a Rewrite Would Send');
  await me.text('This is what a rewrite would send');
  await me.command('bigo: Show What Rewrites Cost');
  assert.equal(await me.webviewText('h1'), 'What rewrites cost');
  assert.match(await me.webviewText('dl'), /Spent\$0\.\d+1 request/);
  see('the panel');

  await me.command('bigo: Remove Anthropic API Key');
  await page.locator('.notification-list-item-message', { hasText: 'the API key is removed' }).waitFor();
}

/** Restricted Mode: findings and local fixes, no rewrite offered. */
async function restricted({ me, page, claude, see }) {
  await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor({ timeout: 60000 });
  await me.open('customers.py');
  await me.squiggle();
  await me.goto(5, 36);
  const offered = await me.actions();
  see(`actions: ${offered.join(' | ')}`);
  assert.ok(offered.length > 0 && !offered.some((title) => /Claude/.test(title)), offered.join(' | '));
  await page.keyboard.press('Escape');
  await page.keyboard.press('F1');
  await page.keyboard.type('bigo: ', { delay: 5 });
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'bigo: Restart Server' }).waitFor();
  assert.equal(await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Rewrite This Function' }).count(), 0);
  await page.keyboard.press('Escape');
  assert.equal(claude.requests().length, 0);
}

/** No server anywhere: the person is asked, and one click brings the bundled one. */
async function install({ me, page, see }) {
  await me.open('customers.py');
  await page.locator('.notification-list-item .monaco-button', { hasText: 'Install the bigo Server' }).click({ timeout: 60000 });
  see('the question, answered with a click');
  await me.squiggle(600000);
  see('a finding of the installed server');
}

const SCENARIOS = {
  main: { run: main, env: { ANTHROPIC_API_KEY: undefined }, settings: { 'bigo.path': bigo } },
  restricted: { run: restricted, env: { ANTHROPIC_API_KEY: KEY }, settings: { 'bigo.path': bigo }, trust: true },
  install: { run: install, env: { PATH: pathWithoutBigo() }, settings: {} },
};

/** The PATH without the folders that hold a bigo. */
function pathWithoutBigo() {
  return process.env.PATH.split(path.delimiter).filter((folder) => !fs.existsSync(path.join(folder, 'bigo'))).join(path.delimiter);
}

async function play(name, { run, env, settings, trust = false }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bigo-drive-'));
  const workspace = path.join(folder, 'workspace');
  writeWorkspace(workspace);
  const claude = await startClaude({ python, rules: RULES, folder });
  const code = await startVSCode({ vscode: path.resolve(chosen.vscode), install: [chosen.vsix], settings, trust, env: { ...env, ANTHROPIC_BASE_URL: claude.url } });
  const { browser, page } = await openBrowser();
  const start = Date.now();
  const see = (what) => console.log(`${name} ${((Date.now() - start) / 1000).toFixed(1)} s: ${what}`);
  try {
    const me = hands(page);
    await page.goto(address(code.host, workspace), { waitUntil: 'domcontentloaded' });
    await me.ready();
    await run({ me, page, claude, see });
    see('passed');
    return true;
  } catch (error) {
    see(`FAILED ${error.stack}\n${extensionLog(code.data)}`);
    await page.screenshot({ path: path.join(chosen.out, `failed-${name}.png`) }).catch(() => undefined);
    return false;
  } finally {
    await browser.close();
    await code.stop();
    claude.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

fs.mkdirSync(chosen.out, { recursive: true });
let passed = true;
for (const name of chosen.scenario.length > 0 ? chosen.scenario : Object.keys(SCENARIOS)) passed = (await play(name, SCENARIOS[name])) && passed;
process.exit(passed ? 0 : 1);
