// Read-only documents: the exact request of a rewrite, for reading before anything is sent.
import * as vscode from "vscode";

const SCHEME = "bigo-request";

/** What `bigo.showRequest` answers. */
export interface ShownText {
  readonly title: string;
  readonly text: string;
  readonly language?: string;
}

export function isShownText(value: unknown): value is ShownText {
  const shown = value as Partial<ShownText> | null | undefined;
  return typeof shown === "object" && typeof shown?.text === "string" && typeof shown.title === "string";
}

export class ReadOnlyDocuments implements vscode.Disposable, vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private readonly disposables: vscode.Disposable[];
  private count = 0;

  constructor() {
    this.disposables = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument((document) => this.texts.delete(document.uri.toString())),
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "This text is no longer kept. Ask for it again.";
  }

  /** Open `shown` beside the code. Each has its own address: an older one stays as it was. */
  async open(shown: ShownText): Promise<void> {
    const name = shown.title.replace(/[\\/?#:]+/g, " ").trim() || "request";
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${++this.count}/${name}` });
    this.texts.set(uri.toString(), shown.text);
    let document = await vscode.workspace.openTextDocument(uri);
    if (shown.language !== undefined && (await vscode.languages.getLanguages()).includes(shown.language)) {
      document = await vscode.languages.setTextDocumentLanguage(document, shown.language);
      this.texts.set(uri.toString(), shown.text); // a change of language closes the document and opens it again
    }
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true });
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }
}
