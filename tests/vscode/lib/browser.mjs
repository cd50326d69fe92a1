// A headless Chromium, and what a person does in VS Code's workbench with it.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** A page of `width` × `height`; `scale` is device pixels per pixel. playwright-core is in PLAYWRIGHT_DIR, or where run.sh puts it. */
export async function openBrowser({ width = 1280, height = 800, scale = 1 } = {}) {
  const { chromium } = createRequire(`${playwrightFolder()}/`)('playwright-core');
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] });
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: scale });
  return { browser, page: await context.newPage() };
}

function playwrightFolder() {
  const cache = process.env.BIGO_TEST_CACHE || path.join(import.meta.dirname, '../../../.work');
  return path.resolve(process.env.PLAYWRIGHT_DIR || path.join(cache, 'playwright'));
}

/** CHROMIUM, or the first one on the PATH; undefined where there is none. */
export function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const files = names.flatMap((name) => process.env.PATH.split(path.delimiter).map((folder) => path.join(folder, name)));
  return files.find((file) => fs.existsSync(file));
}

function chromiumPath() {
  const found = findChromium();
  if (!found) throw new Error('no Chromium: install one (Debian: apt-get install chromium) or set CHROMIUM');
  return found;
}

const INPUT = '.quick-input-widget input:not([type=checkbox])';

export function hands(page) {
  const press = (key) => page.keyboard.press(key);
  return {
    ready: () => page.waitForSelector('.explorer-folders-view .monaco-list-row', { timeout: 120000 }),

    /** Open a file of the folder by its path, with the quick-open box. Asks again where the box was closed by what else the
     * editor did, or filled its list anew just as Enter came. */
    async open(file) {
      const tab = page.locator('.tab.active', { hasText: path.basename(file) });
      for (const end = Date.now() + 60000; !(await tab.isVisible()); ) {
        if (Date.now() > end) throw new Error(`${file} did not open`);
        await press('Escape');
        await press('Control+P');
        await page.waitForSelector(INPUT);
        await page.keyboard.type(file, { delay: 5 });
        const row = page.locator('.quick-input-list .monaco-list-row', { hasText: path.basename(file) }).first();
        await row.waitFor({ timeout: 10000 }).catch(() => undefined);
        await press('Enter');
        await tab.waitFor({ timeout: 10000 }).catch(() => undefined);
      }
      await page.waitForSelector('.editor-instance .view-lines', { timeout: 20000 });
    },

    squiggle: (timeout = 120000) => page.waitForSelector('.squiggly-error, .squiggly-warning, .squiggly-info', { timeout }),

    /** Put the cursor at a place; line and column from 1. */
    async goto(line, column = 1) {
      await press('Control+G');
      await page.waitForSelector(INPUT);
      await page.keyboard.type(`${line}:${column}`, { delay: 5 });
      await press('Enter');
      await page.waitForTimeout(400);
    },

    /** Open the light bulb's menu at the cursor; the titles in it. Asks again while there are none: a server may be starting. */
    async actions() {
      const first = page.locator('.action-widget .monaco-list-row.action').first();
      const none = page.locator('.monaco-editor-overlaymessage', { hasText: 'No code actions' });
      for (const end = Date.now() + 60000; !(await first.isVisible()); ) {
        if (Date.now() > end) throw new Error('no code actions at the cursor');
        await press('Control+.'); // once more while the menu is open, it would take the first action
        await first.or(none).first().waitFor({ timeout: 10000 }).catch(() => undefined); // news from the server may close it
        if (await first.isVisible()) break;
        await press('Escape');
        await page.waitForTimeout(500);
      }
      await page.waitForTimeout(300);
      return page.locator('.action-widget .monaco-list-row.action').allInnerTexts();
    },

    pick: (title) => page.locator('.action-widget .monaco-list-row.action', { hasText: title }).first().click(),

    /** Pick an action and wait until something comes of it. News from the server may close the menu just before the click. */
    async choose(title, taken) {
      for (let tries = 0; tries < 3; tries++) {
        await this.actions();
        await this.pick(title);
        for (const end = Date.now() + 10000; Date.now() < end; await page.waitForTimeout(200)) if (await taken()) return;
      }
      throw new Error(`nothing comes of ${title}`);
    },

    /** Wait until the difference of a rewrite is shown. */
    difference: async () => {
      await page.locator('.diff-editor, .monaco-diff-editor').first().waitFor({ timeout: 60000 });
      await page.locator('.editor-actions [aria-label^="Apply the Rewrite"]').first().waitFor({ timeout: 20000 });
    },

    async applyDifference() {
      const button = page.locator('.editor-actions [aria-label^="Apply the Rewrite"]').first();
      await button.click();
      await button.waitFor({ state: 'detached', timeout: 20000 });
    },

    /** Run a command of the palette by its title. */
    async command(title) {
      await press('F1');
      await page.locator(INPUT).and(page.locator(':focus')).waitFor();
      await page.keyboard.type(title, { delay: 5 });
      await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().click({ timeout: 20000 });
    },

    /** Type into the input box that asks something. */
    async answer(text) {
      await page.waitForSelector(INPUT);
      await page.keyboard.type(text, { delay: 5 });
      await press('Enter');
    },

    /** Wait for a line of an editor that contains `needle`. */
    text: (needle, timeout = 20000) =>
      page.waitForFunction(
        (wanted) => [...document.querySelectorAll('.view-line')].some((line) => line.textContent.replace(/\u00a0/g, ' ').includes(wanted)),
        needle,
        { timeout },
      ),

    /** The text of an element in a webview; '' if it does not appear in time. */
    async webviewText(selector, timeout = 25000) {
      for (const end = Date.now() + timeout; Date.now() < end; await page.waitForTimeout(200)) {
        for (const frame of page.frames()) {
          const text = await frame.locator(selector).first().textContent({ timeout: 200 }).catch(() => '');
          if (text) return text;
        }
      }
      return '';
    },

    notifications: () => page.locator('.notification-list-item-message').allInnerTexts(),
  };
}
