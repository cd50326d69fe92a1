// The main job in VS Code: a finding, its local fix, a rewrite by Claude, and what surrounds them.
const assert = require('assert');
const path = require('path');
const vscode = require('vscode');
const { actions, extension, finding, findings, noFinding, open, requests, until, uriOf } = require('./support.js');

const tests = [];
const test = (name, body) => tests.push([name, body]);
const run = (...args) => vscode.commands.executeCommand(...args);
const settings = () => vscode.workspace.getConfiguration('bigo');
const { Workspace } = vscode.ConfigurationTarget;

/** The rewrite action at a place. Asking for it sends nothing. */
async function rewriteAction(name, range) {
  const offered = await actions(name, range, vscode.CodeActionKind.RefactorRewrite.value);
  const found = offered.find((action) => action.command && action.command.command === 'bigo.rewrite');
  assert.ok(found, `a rewrite among ${JSON.stringify(offered.map((action) => action.title))}`);
  return found;
}

const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
/** The differences that a tab shows, one or several. */
const differences = (tab) => (tab.input && tab.input.textDiffs) || (tab.input instanceof vscode.TabInputTextDiff ? [tab.input] : []);
const proposal = () => tabs().find((tab) => tab.isActive && differences(tab).some((one) => one.modified.scheme === 'bigo-proposal'));

/** Start a rewrite and wait until its difference is shown. `answer()` is the command's result, once there was a decision. */
async function untilShown(start) {
  let outcome;
  Promise.resolve(start()).then((value) => (outcome = { value }), (error) => (outcome = { error }));
  const tab = await until(() => proposal() || outcome, 'the difference');
  assert.ok(tab.input, JSON.stringify(outcome));
  const answer = async () => {
    await until(() => outcome, 'the end of the rewrite');
    if (outcome.error) throw outcome.error;
    return outcome.value;
  };
  const [shown, ...others] = await Promise.all(differences(tab).map((one) => vscode.workspace.openTextDocument(one.modified)));
  return { answer, tab, text: shown.getText(), language: shown.languageId, others: others.map((one) => one.getText()) };
}

test('starts the server of the selected Python environment', async () => {
  await open('customers.py');
  const api = await extension().activate();
  await api.ready;
  assert.ok(api.isRunning());
  assert.strictEqual(api.server().source, 'environment');
  assert.strictEqual(path.dirname(api.server().command), path.dirname(process.env.BIGO_PYTHON));
});

test('shows a finding where it is, with its reasons and a page about its rule', async () => {
  const one = await finding('customers.py', 'membership-in-list');
  const text = vscode.window.activeTextEditor.document.getText(one.range);
  assert.ok(text.includes('second') && !text.includes('known'), text);
  assert.ok(one.message.includes('second'), one.message);
  assert.ok(one.code.target instanceof vscode.Uri, 'a link to the rule');
  assert.ok(one.relatedInformation.length > 0, 'the steps of the evidence');
});

test('says in a hover what a function costs', async () => {
  const hovers = await run('vscode.executeHoverProvider', uriOf('customers.py'), new vscode.Position(0, 6));
  const text = hovers.flatMap((hover) => hover.contents).map((content) => content.value).join('\n');
  assert.ok(/O\(/.test(text), text);
});

test('offers actions without sending anything', async () => {
  await open('orders.py');
  const one = await finding('orders.py', 'nested-scan');
  const rewrite = await rewriteAction('orders.py', one.range);
  assert.ok(/\$|tokens/.test(rewrite.title), rewrite.title);
  assert.strictEqual(requests().length, 0);
});

test('the local fix changes the buffer, and the finding goes away', async () => {
  const editor = await open('customers.py');
  const one = await finding('customers.py', 'membership-in-list');
  const offered = await actions('customers.py', one.range, vscode.CodeActionKind.QuickFix.value);
  const fix = offered.find((action) => action.edit && !action.command);
  assert.ok(fix, JSON.stringify(offered.map((action) => action.title)));
  assert.ok(await vscode.workspace.applyEdit(fix.edit));
  assert.ok(/set\(second\)/.test(editor.document.getText()), editor.document.getText());
  await noFinding('customers.py', 'membership-in-list');
  assert.strictEqual(requests().length, 0);
});

test('a rewrite by Claude shows its difference, and changes the buffer once it is applied', async () => {
  const editor = await open('orders.py');
  const one = await finding('orders.py', 'nested-scan');
  const before = editor.document.getText();
  const { command } = await rewriteAction('orders.py', one.range);
  const shown = await untilShown(() => run(command.command, ...command.arguments));
  assert.strictEqual(requests().length, 1);
  assert.strictEqual(editor.document.getText(), before);
  assert.strictEqual(shown.language, 'python');
  assert.ok(shown.text.includes('rows.setdefault(order.user_id, []).append(order)'), shown.text);
  await run('bigo.client.applyRewrite');
  assert.strictEqual((await shown.answer()).applied, true);
  assert.strictEqual(editor.document.getText(), shown.text);
  await until(() => !proposal(), 'the difference to be closed');
  await noFinding('orders.py', 'nested-scan');
});

test('a rewrite that is discarded leaves the buffer as it was', async () => {
  const editor = await open('invoices.py');
  await finding('invoices.py', 'nested-scan');
  const before = editor.document.getText();
  editor.selection = new vscode.Selection(5, 0, 5, 0);
  const shown = await untilShown(() => run('bigo.client.rewrite'));
  await run('bigo.client.discardRewrite');
  assert.strictEqual((await shown.answer()).applied, false);
  assert.strictEqual(editor.document.getText(), before);
});

test('closing the difference discards, and so does an edit meanwhile; the same answer is not paid twice', async () => {
  const sent = requests().length;
  const editor = await open('invoices.py');
  const before = editor.document.getText();
  editor.selection = new vscode.Selection(5, 0, 5, 0);
  const closed = await untilShown(() => run('bigo.client.rewrite'));
  await vscode.window.tabGroups.close(closed.tab);
  assert.strictEqual((await closed.answer()).applied, false);
  assert.strictEqual(editor.document.getText(), before);

  await open('invoices.py');
  const stale = await untilShown(() => run('bigo.client.rewrite'));
  const edit = new vscode.WorkspaceEdit();
  edit.insert(editor.document.uri, new vscode.Position(0, 0), '# typed meanwhile\n');
  assert.ok(await vscode.workspace.applyEdit(edit));
  await run('bigo.client.applyRewrite');
  assert.strictEqual((await stale.answer()).applied, false);
  assert.strictEqual(editor.document.getText(), '# typed meanwhile\n' + before);
  assert.strictEqual(requests().length, sent);
});

test('a rewrite of two files shows both differences, changes both at once, and one undo takes both back', async () => {
  const editor = await open('shop/views.py');
  await finding('shop/views.py', 'lazy-relation-in-loop');
  const before = editor.document.getText();
  const queries = await vscode.workspace.openTextDocument(uriOf('shop/queries.py'));
  const stood = queries.getText();
  editor.selection = new vscode.Selection(5, 0, 5, 0);

  const refused = await untilShown(() => run('bigo.client.rewrite'));
  assert.strictEqual(refused.others.length, 1);
  await vscode.window.tabGroups.close(refused.tab);
  assert.strictEqual((await refused.answer()).applied, false);
  assert.deepStrictEqual([editor.document.getText(), queries.getText()], [before, stood]);

  await open('shop/views.py');
  const shown = await untilShown(() => run('bigo.client.rewrite'));
  assert.ok(shown.others[0].includes('select_related("author")'), shown.others[0]);
  await run('bigo.client.applyRewrite');
  assert.strictEqual((await shown.answer()).applied, true);
  assert.deepStrictEqual([editor.document.getText(), queries.getText()], [shown.text, shown.others[0]]);
  await until(() => !proposal(), 'the differences to be closed');
  await noFinding('shop/views.py', 'lazy-relation-in-loop');

  await open('shop/views.py');
  await run('undo');
  await until(() => editor.document.getText() === before && queries.getText() === stood, 'both as they were');
  await finding('shop/views.py', 'lazy-relation-in-loop');
});

test('the exact request opens as a read-only document, and nothing is sent', async () => {
  const sent = requests().length;
  const editor = await open('invoices.py');
  editor.selection = new vscode.Selection(5, 0, 5, 0);
  await run('bigo.client.showRequest');
  const shown = await until(() => vscode.workspace.textDocuments.find((document) => document.uri.scheme === 'bigo-request'), 'the document');
  assert.ok(shown.getText().includes('def invoices_by_user(users, invoices):'), shown.getText().slice(0, 400));
  assert.strictEqual(requests().length, sent);
});

test('what rewrites cost opens in a panel', async () => {
  await run('bigo.client.showStats');
  await until(() => tabs().some((tab) => tab.label === 'bigo: what rewrites cost'), 'the panel');
});

test('a change of a setting reaches the running server', async () => {
  const editor = await open('invoices.py');
  const { pid } = (await extension().activate()).server();
  assert.ok(findings('invoices.py').length > 0, editor.document.getText());
  await settings().update('analysis.ignore', ['nested-scan'], Workspace);
  await noFinding('invoices.py', 'nested-scan');
  await settings().update('analysis.ignore', undefined, Workspace);
  await finding('invoices.py', 'nested-scan');
  assert.strictEqual((await extension().activate()).server().pid, pid);
});

test('a restart brings a new process and the findings back', async () => {
  const api = await extension().activate();
  const { pid } = api.server();
  await run('bigo.restart');
  assert.ok(api.isRunning());
  assert.notStrictEqual(api.server().pid, pid);
  await finding('invoices.py', 'nested-scan');
});

test('the cache is warmed when it is asked for, and not twice', async () => {
  const sent = requests().length;
  const editor = await open('invoices.py');
  await finding('invoices.py', 'nested-scan');
  editor.selection = new vscode.Selection(5, 0, 5, 0);
  const first = await run('bigo.client.prewarm');
  assert.ok(first.warmed && first.tokens > 0, JSON.stringify(first));
  const second = await run('bigo.client.prewarm');
  assert.deepStrictEqual([second.warmed, second.tokens], [true, 0]);
  assert.strictEqual(requests().length, sent + 1);
});

test('a path that names no server is said, and the next good one is started', async () => {
  const api = await extension().activate();
  await settings().update('path', '${workspaceFolder}/no-such-bigo', Workspace);
  await until(() => !api.isRunning(), 'the server to stop');
  assert.strictEqual(api.server(), undefined);
  assert.strictEqual(findings('invoices.py').length, 0);
  await vscode.window.showTextDocument(uriOf('invoices.py')); // a panel may have taken the focus
  assert.strictEqual(await Promise.race([run('bigo.client.rewrite'), new Promise((resolve) => setTimeout(resolve, 500, 'asks'))]), 'asks');
  await settings().update('path', undefined, Workspace);
  await until(() => api.isRunning(), 'the server to start');
  await finding('invoices.py', 'nested-scan');
});

test('another Python environment without bigo stops using the old one', async () => {
  const api = await extension().activate();
  const python = await vscode.extensions.getExtension('ms-python.python').activate();
  const { pid } = api.server();
  python._set('/usr/bin/python3');
  await until(() => !api.isRunning() || api.server().source !== 'environment', 'another server or none');
  python._set(process.env.BIGO_PYTHON);
  await until(() => api.isRunning() && api.server().source === 'environment', 'the server of the environment');
  assert.notStrictEqual(api.server().pid, pid);
});

module.exports = { tests };
