// The panel of "Show What Rewrites Cost". The server draws the page, the same that `bigo stats --html` writes; no script
// of it runs. It holds no state: hidden and shown again, it is drawn again.
import * as vscode from "vscode";

/** What counts of the answer of `bigo.showStats`. */
export interface Stats {
  readonly page: string;
}

/** Whether an answer holds a page: an older server's does not. */
export function isStats(value: unknown): value is Stats {
  return typeof value === "object" && value !== null && typeof (value as Partial<Stats>).page === "string";
}

export class StatsPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;

  /** Show the page, in the panel that is open already if there is one. */
  show(stats: Stats): void {
    if (this.panel === undefined) {
      this.panel = vscode.window.createWebviewPanel("bigo.stats", "bigo: what rewrites cost", vscode.ViewColumn.Active, {
        enableScripts: false,
        enableCommandUris: ["bigo.client.showStats"],
        localResourceRoots: [],
      });
      this.panel.onDidDispose(() => (this.panel = undefined));
    }
    this.panel.webview.html = stats.page;
    this.panel.reveal();
  }

  dispose(): void {
    this.panel?.dispose();
  }
}
