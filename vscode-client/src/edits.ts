// Text edits without an editor: which edit asks for confirmation, and what a text is once they are made.

/** The part of the protocol's WorkspaceEdit that counts here. */
export interface AnnotatedEdit {
  readonly documentChanges?: readonly unknown[];
  readonly changeAnnotations?: { readonly [id: string]: Annotation };
}

/** The edits of one document: a TextDocumentEdit. */
export interface DocumentChange {
  readonly textDocument: { readonly uri: string };
  readonly edits: readonly unknown[];
}

export interface Annotation {
  readonly label: string;
  readonly needsConfirmation?: boolean;
  readonly description?: string;
}

export interface Replacement {
  /** Offsets in the text, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What a rewrite that wants to be confirmed changes: each document with its edits, in the edit's order; else undefined,
 * also where files are made, renamed or deleted. */
export function toConfirm(edit: AnnotatedEdit): { changes: readonly DocumentChange[]; annotation: Annotation } | undefined {
  const annotation = Object.values(edit.changeAnnotations ?? {}).find((one) => one.needsConfirmation === true);
  const changes = edit.documentChanges ?? [];
  if (annotation === undefined || changes.length === 0 || !changes.every(isDocumentChange)) return undefined;
  const byUri = new Map<string, DocumentChange>();
  for (const { textDocument, edits } of changes) {
    byUri.set(textDocument.uri, { textDocument, edits: [...(byUri.get(textDocument.uri)?.edits ?? []), ...edits] });
  }
  return { changes: [...byUri.values()], annotation };
}

function isDocumentChange(change: unknown): change is DocumentChange {
  const { textDocument, edits } = change as Partial<DocumentChange>;
  return typeof textDocument?.uri === "string" && Array.isArray(edits);
}

/** The same edit, confirmed: no annotation asks any more. */
export function confirmed<T extends AnnotatedEdit>(edit: T): T {
  const annotations = Object.entries(edit.changeAnnotations ?? {}).map(([id, one]) => [id, { ...one, needsConfirmation: false }]);
  return { ...edit, changeAnnotations: Object.fromEntries(annotations) as T["changeAnnotations"] };
}

/** `text` with the replacements made. They refer to `text` as it is and do not overlap; at one offset their order counts. */
export function replaced(text: string, replacements: readonly Replacement[]): string {
  const ordered = [...replacements].sort((a, b) => a.start - b.start || a.end - b.end);
  let result = "";
  let done = 0;
  for (const { start, end, text: inserted } of ordered) {
    if (start < done) throw new Error("edits overlap");
    result += text.slice(done, start) + inserted;
    done = end;
  }
  return result + text.slice(done);
}
