// Restricted Mode: findings, but no rewrite, no key, nothing of the workspace run.
const assert = require('assert');
const vscode = require('vscode');
const { actions, extension, finding, open, requests } = require('./support.js');

const tests = [];
const test = (name, body) => tests.push([name, body]);
const run = (...args) => vscode.commands.executeCommand(...args);

test('the workspace is not trusted', () => assert.strictEqual(vscode.workspace.isTrusted, false));

test('the server runs, and not the one of the selected environment', async () => {
  await open('orders.py');
  const api = await extension().activate();
  await api.ready;
  assert.ok(api.isRunning());
  assert.strictEqual(api.server().source, 'setting');
});

test('findings are shown', () => finding('orders.py', 'nested-scan'));

test('local fixes are offered, rewrites are not', async () => {
  await open('customers.py');
  const one = await finding('customers.py', 'membership-in-list');
  const offered = await actions('customers.py', one.range);
  assert.ok(offered.some((action) => action.edit), JSON.stringify(offered.map((action) => action.title)));
  assert.ok(!offered.some((action) => action.command && /^bigo\.(rewrite|showRequest)/.test(action.command.command)));
});

test('a rewrite asked for by name does nothing', async () => {
  const editor = await open('orders.py');
  const before = editor.document.getText();
  const argument = { uri: editor.document.uri.toString(), range: { start: { line: 5, character: 0 }, end: { line: 5, character: 0 } } };
  assert.strictEqual(await run('bigo.rewrite', argument), null);
  assert.strictEqual(editor.document.getText(), before);
  assert.strictEqual(requests().length, 0);
});

test('no credential is in the environment of the server', async () => {
  const { pid } = (await extension().activate()).server();
  const environment = require('fs').readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  assert.ok(environment.some((entry) => entry.startsWith('PATH=')));
  assert.deepStrictEqual(environment.filter((entry) => entry.startsWith('ANTHROPIC_')), []);
});

module.exports = { tests };
