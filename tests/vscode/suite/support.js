// What the suites share: waiting, opening, asking for actions, reading what was sent to the stand-in.
const fs = require('fs');
const path = require('path');
const vscode = require('vscode');

const folder = vscode.workspace.workspaceFolders[0].uri.fsPath;
const uriOf = (name) => vscode.Uri.file(path.join(folder, name));

/** The value of `ask` once it is truthy. */
async function until(ask, what, milliseconds = 20000) {
  for (const end = Date.now() + milliseconds; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const value = await ask();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
  }
}

async function open(name) {
  const document = await vscode.workspace.openTextDocument(uriOf(name));
  return vscode.window.showTextDocument(document, vscode.ViewColumn.One);
}

const findings = (name) => vscode.languages.getDiagnostics(uriOf(name)).filter((diagnostic) => diagnostic.source === 'bigo');

/** The first finding of `rule` in a file, once it is there. */
const finding = (name, rule) => until(() => findings(name).find((one) => one.code.value === rule), `${rule} in ${name}`);

const noFinding = (name, rule) => until(() => !findings(name).some((one) => one.code.value === rule), `no ${rule} in ${name}`);

/** The code actions at a range, the first `resolve` of them resolved. */
const actions = (name, range, kind, resolve = 20) =>
  vscode.commands.executeCommand('vscode.executeCodeActionProvider', uriOf(name), range, kind, resolve);

/** The bodies of the Messages requests the stand-in got so far. */
function requests() {
  const record = process.env.BIGO_RECORD;
  if (!fs.existsSync(record)) return [];
  const lines = fs.readFileSync(record, 'utf8').split('\n').slice(0, -1); // the last line is still being written
  return lines.map((line) => JSON.parse(line)).filter((one) => one.target.split('?')[0] === '/v1/messages');
}

const extension = () => vscode.extensions.getExtension('bigo.bigo');

module.exports = { actions, extension, finding, findings, folder, noFinding, open, requests, until, uriOf };
