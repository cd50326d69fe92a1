// The entry in the language status of the editor: what the server does, where it is from, what is switched off.
import * as vscode from "vscode";
import { describe, type Situation } from "./status-text";

export class Status implements vscode.Disposable {
  private readonly item: vscode.LanguageStatusItem;

  constructor(selector: vscode.DocumentSelector) {
    this.item = vscode.languages.createLanguageStatusItem("bigo", selector);
    this.item.name = "bigo";
    this.show({ state: "starting" });
  }

  show(situation: Situation): void {
    const { text, detail, severity, busy, command } = describe(situation);
    this.item.text = text;
    this.item.detail = detail;
    this.item.severity = {
      information: vscode.LanguageStatusSeverity.Information,
      warning: vscode.LanguageStatusSeverity.Warning,
      error: vscode.LanguageStatusSeverity.Error,
    }[severity];
    this.item.busy = busy;
    this.item.command = command;
  }

  dispose(): void {
    this.item.dispose();
  }
}
