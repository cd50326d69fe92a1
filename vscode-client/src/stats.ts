// The panel of "Show What Rewrites Cost". It holds no state: hidden and shown again, it is drawn again.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { statsPage, type Stats } from "./stats-page";

export class StatsPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;

  /** Show the numbers, in the panel that is open already if there is one. */
  show(stats: Stats): void {
    if (this.panel === undefined) {
      this.panel = vscode.window.createWebviewPanel("bigo.stats", "bigo: what rewrites cost", vscode.ViewColumn.Active, {
        enableScripts: false,
        enableCommandUris: ["bigo.client.showStats"],
        localResourceRoots: [],
      });
      this.panel.onDidDispose(() => (this.panel = undefined));
    }
    this.panel.webview.html = statsPage(stats, randomBytes(16).toString("base64"));
    this.panel.reveal();
  }

  dispose(): void {
    this.panel?.dispose();
  }
}
