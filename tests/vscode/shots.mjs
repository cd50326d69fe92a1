// Take the pictures of docs/images with the packaged extension, the real server and the stand-in, on examples/shop.
//   node shots.mjs --vscode DIR --python PYTHON --vsix FILE --out DIR
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { hands, openBrowser } from './lib/browser.mjs';
import { KEY, startClaude } from './lib/claude.mjs';
import { answer } from './lib/fixture.mjs';
import { options } from './lib/options.mjs';
import { address, startVSCode } from './lib/vscode.mjs';

const chosen = options({ vscode: '', python: '', vsix: '', out: '' });
const shop = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../examples/shop');
const FILE = 'reports/customers.py';

const REWRITE = `def spending_by_customer(customers: list[CustomerRow], orders: list[OrderRow]) -> dict[str, int]:
    """Slow: looks through all orders for each customer."""
    cents_by_customer = {}
    for order in orders:
        cents_by_customer[order.customer_id] = cents_by_customer.get(order.customer_id, 0) + order.cents
    spending = {}
    for customer in customers:
        spending[customer.name] = cents_by_customer.get(customer.id, 0)
    return spending
`;
const RULES = [{ match: {}, reply: { text: answer(REWRITE, 'customers', 'orders') } }];

const SETTINGS = {
  'bigo.path': path.join(path.dirname(path.resolve(chosen.python)), 'bigo'),
  'editor.fontSize': 15,
  'editor.minimap.enabled': false,
  'editor.hover.above': false,
  'editor.occurrencesHighlight': 'off',
  'editor.renderLineHighlight': 'none',
  'editor.guides.indentation': false,
  'editor.stickyScroll.enabled': false,
  'breadcrumbs.enabled': false,
  'diffEditor.renderSideBySide': true,
  'explorer.compactFolders': false,
  'outline.showVariables': false,
  'workbench.layoutControl.enabled': false,
  'window.commandCenter': false,
  'workbench.statusBar.visible': true,
};

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bigo-shots-'));
const workspace = path.join(folder, 'shop');
fs.cpSync(shop, workspace, { recursive: true, filter: (file) => !/__pycache__|\.prof$/.test(file) });
fs.mkdirSync(chosen.out, { recursive: true });

const claude = await startClaude({ python: path.resolve(chosen.python), rules: RULES, folder });
const env = { ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: claude.url };
const code = await startVSCode({ vscode: path.resolve(chosen.vscode), install: [chosen.vsix], settings: SETTINGS, env });
const { browser, page } = await openBrowser({ width: 1400, height: 900, scale: 1.5 });
const me = hands(page);

async function shoot(name) {
  await page.waitForTimeout(1200); // animations end
  await page.screenshot({ path: path.join(chosen.out, `vscode-${name}.png`) });
  console.log(`vscode-${name}.png`);
}

/** The line (from 1) of the first line that contains `text`. */
const lineOf = (text) => fs.readFileSync(path.join(workspace, FILE), 'utf8').split('\n').findIndex((line) => line.includes(text)) + 1;

try {
  await page.goto(address(code.host, workspace), { waitUntil: 'domcontentloaded' });
  await me.ready();
  await me.open(FILE);
  await me.squiggle();
  await page.waitForTimeout(3000); // the code lenses

  await me.goto(lineOf('for order in orders:'), 13);
  await page.keyboard.press('Control+K');
  await page.keyboard.press('Control+I');
  await page.locator('.monaco-hover').first().waitFor();
  await shoot('diagnostic');
  await page.keyboard.press('Escape');

  await me.goto(lineOf('not in known'), 34);
  await me.actions();
  await shoot('actions');
  await page.keyboard.press('Escape');

  await me.goto(lineOf('for order in orders:'), 13);
  await me.actions();
  await me.pick(/Claude/);
  await me.difference();
  await page.keyboard.press('Control+B'); // room for both sides
  await shoot('rewrite');
  await me.applyDifference();
} catch (error) {
  await page.screenshot({ path: path.join(chosen.out, 'failed.png') }).catch(() => undefined);
  throw error;
} finally {
  await browser.close();
  await code.stop();
  claude.stop();
  fs.rmSync(folder, { recursive: true, force: true });
}
