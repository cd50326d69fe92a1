// What happens when VS Code starts the extension: parts are made, commands registered, the server started.
import * as vscode from "vscode";
import { ownSetting } from "./configuration";
import { ReadOnlyDocuments } from "./documents";
import { Installer } from "./install";
import { Interpreters } from "./interpreter";
import { Debounced } from "./queue";
import { Proposals } from "./proposals";
import { middleware, registerCommands } from "./rewrite";
import { Secrets } from "./secrets";
import { LANGUAGES, Server, type RunningServer } from "./server";
import { StatsPanel } from "./stats";
import { Status } from "./status";
import type { Situation } from "./status-text";

const QUIET_MILLISECONDS = 300;

let server: Server | undefined;

/** For other extensions. `ready` resolves once the first start succeeded or failed. */
export interface Api {
  readonly ready: Promise<void>;
  /** The server's process is up and initialized. */
  isRunning(): boolean;
  /** Which server runs, and where it was found. */
  server(): RunningServer | undefined;
}

export function activate(context: vscode.ExtensionContext): Api {
  const log = vscode.window.createOutputChannel("bigo", { log: true });
  const secrets = new Secrets(context.secrets);
  const interpreters = new Interpreters();
  const installer = new Installer(context.globalStorageUri.fsPath, context.extensionPath, log);
  const documents = new ReadOnlyDocuments();
  const stats = new StatsPanel();
  const proposals = new Proposals();
  const status = new Status(LANGUAGES.map((language) => ({ language })));
  const offer = offerOnce(() => install());
  const show = (situation: Situation): void => {
    status.show(situation);
    if (situation.state === "missing") offer(situation.missing.explicit, situation.missing.reason);
  };
  const ours = (server = new Server({ context, log, secrets, interpreters, installer, middleware: middleware(documents, stats, proposals), show }));

  async function install(): Promise<void> {
    const interpreter = ownSetting("interpreter");
    const selected = vscode.workspace.isTrusted ? await interpreters.selected(interpreter, undefined, (line) => log.info(line)) : undefined;
    if (await installer.install([interpreter, selected?.python ?? ""].filter((python) => python !== ""))) await ours.refresh("installed", true);
  }

  const changed = new Debounced(QUIET_MILLISECONDS, () => void ours.refresh("settings, environment or key changed"));
  context.subscriptions.push(
    log, interpreters, documents, stats, proposals, status, changed,
    registerCommands(ours),
    vscode.commands.registerCommand("bigo.restart", () => ours.refresh("asked to restart", true)),
    vscode.commands.registerCommand("bigo.showLogs", () => log.show()),
    vscode.commands.registerCommand("bigo.installServer", install),
    vscode.commands.registerCommand("bigo.setApiKey", () => secrets.ask()),
    vscode.commands.registerCommand("bigo.removeApiKey", () => secrets.remove()),
    secrets.onDidChange(() => changed.request()),
    interpreters.onDidChange(() => changed.request()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => changed.request()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("bigo.path") || event.affectsConfiguration("bigo.interpreter")) changed.request();
    }),
  );
  return { ready: ours.refresh("VS Code started"), isRunning: () => ours.running !== undefined, server: () => ours.process };
}

export async function deactivate(): Promise<void> {
  await server?.dispose();
}

// Asked once per window: who says no is not asked again by the next change of a setting.
function offerOnce(install: () => Promise<void>): (explicit: boolean, reason: string) => void {
  let asked = false;
  return (explicit, reason) => {
    if (asked) return;
    asked = true;
    const [settings, logs, yes] = ["Open Settings", "Show Logs", "Install the bigo Server"];
    const choices = explicit ? [settings, logs] : [yes, settings, logs];
    void vscode.window.showWarningMessage(`bigo: ${reason}.`, ...choices).then((choice) => {
      if (choice === yes) void install();
      else if (choice === settings) void vscode.commands.executeCommand("workbench.action.openSettings", "bigo.path");
      else if (choice === logs) void vscode.commands.executeCommand("bigo.showLogs");
    });
  };
}
