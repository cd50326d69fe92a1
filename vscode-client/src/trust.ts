// Restricted Mode: what is not offered while the workspace is not trusted, and what is said instead.
import * as vscode from "vscode";

/** Commands that run a child process, read files the workspace names, or send code. */
const NEEDS_TRUST: ReadonlySet<string> = new Set(["bigo.rewrite", "bigo.showRequest", "bigo.explain", "bigo.prewarm", "bigo.linkProfile", "bigo.verify"]);

export function needsTrust(command: string): boolean {
  return NEEDS_TRUST.has(command);
}

/** True when the command may run; else the person is told why not. */
export function mayRun(command: string): boolean {
  if (vscode.workspace.isTrusted || !needsTrust(command)) return true;
  const manage = "Manage Workspace Trust";
  void vscode.window.showWarningMessage("bigo: this workspace is in Restricted Mode. Nothing is sent and nothing is run until you trust it.", manage).then((choice) => {
    if (choice === manage) void vscode.commands.executeCommand("workbench.trust.manage");
  });
  return false;
}

/** The actions that may be offered now. */
export function offered<T extends vscode.CodeAction | vscode.Command>(actions: readonly T[], trusted: boolean): T[] {
  return actions.filter((action) => {
    const command = typeof action.command === "string" ? action.command : action.command?.command;
    return trusted || command === undefined || !needsTrust(command);
  });
}
