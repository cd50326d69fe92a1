// A rewrite before it is applied: the difference in a diff editor, with "Apply" and "Discard".
//
// VS Code's own Refactor Preview would ask, too, but it shows the difference only after a click on its row, and its boxes
// are not ticked, so that "Apply" does nothing. An edit of several documents is left to it.
import * as path from "node:path";
import * as vscode from "vscode";
import type { ApplyWorkspaceEditParams, ApplyWorkspaceEditResult, Middleware } from "vscode-languageclient/node";
import { confirmed, replaced, toConfirm, type Annotation } from "./edits";

const SCHEME = "bigo-proposal";
const APPLY = "Apply";
const DISCARD = "Discard";

interface Open {
  readonly text: string;
  /** Ends the wait for the person's decision; only the first call counts. */
  readonly decide: (apply: boolean) => void;
}

type WorkspaceMiddleware = NonNullable<Middleware["workspace"]>;

export class Proposals implements vscode.Disposable, vscode.TextDocumentContentProvider {
  private readonly opened = new Map<string, Open>();
  private readonly disposables: vscode.Disposable[];
  private count = 0;

  constructor() {
    this.disposables = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.commands.registerCommand("bigo.client.applyRewrite", (uri?: vscode.Uri) => this.decide(uri, true)),
      vscode.commands.registerCommand("bigo.client.discardRewrite", (uri?: vscode.Uri) => this.decide(uri, false)),
      // Who closes the difference does not want it.
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => closed.forEach((tab) => this.decide(proposalOf(tab), false))),
    ];
  }

  readonly handleApplyEdit: NonNullable<WorkspaceMiddleware["handleApplyEdit"]> = async (params, next) => {
    const asked = toConfirm(params.edit);
    if (asked === undefined) return await next(params, NEVER);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(asked.uri));
    const before = document.getText();
    if (!(await this.ask(document, proposed(document, params), asked.annotation))) return discarded("discarded");
    if (document.getText() !== before) {
      const reason = `${path.basename(document.fileName)} was edited while the rewrite waited to be confirmed; nothing was changed`;
      void vscode.window.showWarningMessage(`bigo: ${reason}.`);
      return discarded(reason);
    }
    return await next({ ...params, edit: confirmed(params.edit) }, NEVER);
  };

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.opened.get(uri.toString())?.text ?? "";
  }

  private async ask(document: vscode.TextDocument, text: string, annotation: Annotation): Promise<boolean> {
    // The file's name at the end gives the proposal the file's language.
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${++this.count}/${path.basename(document.fileName)}` });
    const decision = new Promise<boolean>((decide) => this.opened.set(uri.toString(), { text, decide }));
    try {
      await vscode.commands.executeCommand("vscode.diff", document.uri, uri, annotation.label, { preview: false });
      this.notify(uri, annotation);
      return await decision;
    } finally {
      this.opened.delete(uri.toString());
      await vscode.window.tabGroups.close(tabs().filter((tab) => proposalOf(tab)?.toString() === uri.toString()));
    }
  }

  // Beside the buttons of the editor's title, because it can say what the rewrite assumes.
  private notify(uri: vscode.Uri, annotation: Annotation): void {
    const text = (annotation.description ?? annotation.label).replace(/\s+/g, " ");
    void vscode.window.showInformationMessage(text, APPLY, DISCARD).then((choice) => {
      if (choice !== undefined) this.decide(uri, choice === APPLY);
    });
  }

  private decide(uri: vscode.Uri | undefined, apply: boolean): void {
    const one = uri ?? proposalOf(vscode.window.tabGroups.activeTabGroup.activeTab);
    if (one !== undefined) this.opened.get(one.toString())?.decide(apply);
  }

  dispose(): void {
    for (const { decide } of this.opened.values()) decide(false);
    vscode.Disposable.from(...this.disposables).dispose();
  }
}

// The middleware's type asks for a token; workspace/applyEdit is not cancelled.
const NEVER = new vscode.CancellationTokenSource().token;

function proposed(document: vscode.TextDocument, params: ApplyWorkspaceEditParams): string {
  const edits = (params.edit.documentChanges ?? []).flatMap((change) => ("edits" in change ? change.edits : []));
  const offset = ({ line, character }: { line: number; character: number }): number => document.offsetAt(new vscode.Position(line, character));
  return replaced(
    document.getText(),
    edits.flatMap((edit) => ("newText" in edit ? [{ start: offset(edit.range.start), end: offset(edit.range.end), text: edit.newText }] : [])),
  );
}

function discarded(failureReason: string): ApplyWorkspaceEditResult {
  return { applied: false, failureReason };
}

const tabs = (): vscode.Tab[] => vscode.window.tabGroups.all.flatMap((group) => group.tabs);

/** The proposal a tab shows, if it shows one. */
function proposalOf(tab: vscode.Tab | undefined): vscode.Uri | undefined {
  const input = tab?.input;
  return input instanceof vscode.TabInputTextDiff && input.modified.scheme === SCHEME ? input.modified : undefined;
}
