// A rewrite before it is applied: the difference in a diff editor, with "Apply" and "Discard".
//
// VS Code's own Refactor Preview would ask, too, but it shows the difference only after a click on its row, and its boxes
// are not ticked, so that "Apply" does nothing. Several documents are shown below each other in one editor.
import * as path from "node:path";
import * as vscode from "vscode";
import type { ApplyWorkspaceEditResult, Middleware, TextEdit } from "vscode-languageclient/node";
import { confirmed, replaced, toConfirm, type Annotation } from "./edits";

const SCHEME = "bigo-proposal";
const APPLY = "Apply";
const DISCARD = "Discard";
/** True while the editor in front shows a proposal; the buttons and the key ask for it. */
const CONTEXT = "bigo.proposal";

/** A document as it is and as it would be. */
interface Change {
  readonly document: vscode.TextDocument;
  readonly before: string;
  readonly after: string;
}

interface Open {
  /** The texts proposed, by their address. */
  readonly texts: ReadonlyMap<string, string>;
  /** Ends the wait for the person's decision; only the first call counts. */
  readonly decide: (apply: boolean) => void;
}

type WorkspaceMiddleware = NonNullable<Middleware["workspace"]>;

export class Proposals implements vscode.Disposable, vscode.TextDocumentContentProvider {
  private readonly opened = new Set<Open>();
  private readonly disposables: vscode.Disposable[];
  private count = 0;

  constructor() {
    this.disposables = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.commands.registerCommand("bigo.client.applyRewrite", (uri?: vscode.Uri) => this.decide(uri, true)),
      vscode.commands.registerCommand("bigo.client.discardRewrite", (uri?: vscode.Uri) => this.decide(uri, false)),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        // Who closes the difference does not want it.
        for (const uri of closed.flatMap(proposalsOf)) this.decide(uri, false);
        this.tellContext();
      }),
      vscode.window.tabGroups.onDidChangeTabGroups(() => this.tellContext()),
    ];
  }

  readonly handleApplyEdit: NonNullable<WorkspaceMiddleware["handleApplyEdit"]> = async (params, next) => {
    const asked = toConfirm(params.edit);
    if (asked === undefined) return await next(params, NEVER);
    const changes = await Promise.all(asked.changes.map(({ textDocument, edits }) => changeOf(textDocument.uri, edits)));
    if (!(await this.ask(changes, asked.annotation))) return discarded("discarded");
    const edited = changes.find(({ document, before }) => document.getText() !== before);
    if (edited !== undefined) {
      const reason = `${path.basename(edited.document.fileName)} was edited while the rewrite waited to be confirmed; nothing was changed`;
      void vscode.window.showWarningMessage(`bigo: ${reason}.`);
      return discarded(reason);
    }
    return await next({ ...params, edit: confirmed(params.edit) }, NEVER);
  };

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.openOf(uri)?.texts.get(uri.toString()) ?? "";
  }

  private async ask(changes: readonly Change[], annotation: Annotation): Promise<boolean> {
    const number = ++this.count;
    // The document's own path gives the proposal its language, and its name where differences are listed.
    const proposed = changes.map((change) => ({ ...change, uri: change.document.uri.with({ scheme: SCHEME, query: String(number), fragment: "" }) }));
    const texts = new Map(proposed.map(({ uri, after }) => [uri.toString(), after]));
    let open: Open | undefined;
    const decision = new Promise<boolean>((decide) => this.opened.add((open = { texts, decide })));
    try {
      // A difference that is closed while it is being opened is never said to be shown.
      await Promise.race([show(proposed, annotation.label), decision]);
      this.tellContext();
      this.notify(proposed[0]?.uri, annotation);
      const apply = await decision;
      // A decision made elsewhere leaves the question standing over the code; the list of notifications keeps it.
      void vscode.commands.executeCommand("notifications.hideToasts");
      return apply;
    } finally {
      if (open !== undefined) this.opened.delete(open);
      await vscode.window.tabGroups.close(tabs().filter((tab) => proposalsOf(tab).some((uri) => texts.has(uri.toString()))));
      this.tellContext();
    }
  }

  // Beside the buttons of the editor's title, because it can say what the rewrite assumes.
  private notify(uri: vscode.Uri | undefined, annotation: Annotation): void {
    const text = (annotation.description ?? annotation.label).replace(/`/g, "").replace(/\s+/g, " ");
    void vscode.window.showInformationMessage(text, APPLY, DISCARD).then((choice) => {
      if (choice !== undefined) this.decide(uri, choice === APPLY);
    });
  }

  /** `uri` is a proposal's, or none for the one in front. */
  private decide(uri: vscode.Uri | undefined, apply: boolean): void {
    const one = uri?.scheme === SCHEME ? uri : inFront()[0];
    if (one !== undefined) this.openOf(one)?.decide(apply);
  }

  private openOf(uri: vscode.Uri): Open | undefined {
    return [...this.opened].find(({ texts }) => texts.has(uri.toString()));
  }

  private tellContext(): void {
    void vscode.commands.executeCommand("setContext", CONTEXT, inFront().some((uri) => this.openOf(uri) !== undefined));
  }

  dispose(): void {
    for (const { decide } of this.opened) decide(false);
    vscode.Disposable.from(...this.disposables).dispose();
  }
}

// The middleware's type asks for a token; workspace/applyEdit is not cancelled.
const NEVER = new vscode.CancellationTokenSource().token;

async function changeOf(uri: string, edits: readonly unknown[]): Promise<Change> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  const offset = ({ line, character }: { line: number; character: number }): number => document.offsetAt(new vscode.Position(line, character));
  const replacements = edits.filter(isTextEdit).map(({ range, newText }) => ({ start: offset(range.start), end: offset(range.end), text: newText }));
  const before = document.getText();
  return { document, before, after: replaced(before, replacements) };
}

function isTextEdit(edit: unknown): edit is TextEdit {
  return typeof edit === "object" && edit !== null && "newText" in edit && "range" in edit;
}

/** One document in a diff editor, several in the editor of many differences. */
async function show(proposed: readonly (Change & { readonly uri: vscode.Uri })[], title: string): Promise<void> {
  const [first, ...others] = proposed;
  if (first === undefined) return;
  if (others.length === 0) {
    await vscode.commands.executeCommand("vscode.diff", first.document.uri, first.uri, title, { preview: false });
    return;
  }
  await vscode.commands.executeCommand("vscode.changes", title, proposed.map(({ document, uri }) => [document.uri, document.uri, uri]));
}

function discarded(failureReason: string): ApplyWorkspaceEditResult {
  return { applied: false, failureReason };
}

const tabs = (): vscode.Tab[] => vscode.window.tabGroups.all.flatMap((group) => group.tabs);

/** The proposals that the tab in front shows. */
const inFront = (): vscode.Uri[] => proposalsOf(vscode.window.tabGroups.activeTabGroup.activeTab);

/** The proposals a tab shows. The input of a tab of many differences has no public type yet, but its parts are there. */
function proposalsOf(tab: vscode.Tab | undefined): vscode.Uri[] {
  const input: unknown = tab?.input;
  const many = (input as { textDiffs?: unknown } | undefined)?.textDiffs;
  const parts: readonly unknown[] = Array.isArray(many) ? many : [input];
  return parts.flatMap((part) => (isDiff(part) && part.modified.scheme === SCHEME ? [part.modified] : []));
}

function isDiff(part: unknown): part is { readonly modified: vscode.Uri } {
  return (part as { modified?: unknown } | undefined)?.modified instanceof vscode.Uri;
}
