// Runs inside the extension host, on the real vscode API: VS Code calls run() of the file that extensionTestsPath names.
const fs = require('fs');
const vscode = require('vscode');

exports.run = async () => {
  const suite = require(`./${process.env.BIGO_SUITE}.js`);
  const results = [];
  for (const [name, body] of suite.tests) {
    const start = Date.now();
    const result = { name, ok: true };
    try {
      await body();
      console.log(`ok   ${name} (${Date.now() - start} ms)`);
    } catch (error) {
      result.ok = false;
      result.error = String(error && error.stack);
      console.log(`FAIL ${name}\n${result.error}`);
    }
    results.push({ ...result, milliseconds: Date.now() - start });
  }
  const failed = results.filter((result) => !result.ok).length;
  console.log(`${results.length - failed} of ${results.length} passed in VS Code ${vscode.version}`);
  fs.writeFileSync(process.env.BIGO_RESULT, JSON.stringify({ version: vscode.version, failed, results }, null, 1));
  if (failed > 0) throw new Error(`${failed} failed`);
};
