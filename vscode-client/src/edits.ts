// Text edits without an editor: which edit asks for confirmation, and what a text is once they are made.

/** The part of the protocol's WorkspaceEdit that counts here. */
export interface AnnotatedEdit {
  readonly documentChanges?: readonly unknown[];
  readonly changeAnnotations?: { readonly [id: string]: Annotation };
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

/** The annotation of a rewrite of one document that wants to be confirmed, and the document; else undefined. */
export function toConfirm(edit: AnnotatedEdit): { uri: string; annotation: Annotation } | undefined {
  const annotation = Object.values(edit.changeAnnotations ?? {}).find((one) => one.needsConfirmation === true);
  const changes = (edit.documentChanges ?? []) as readonly { textDocument?: { uri?: unknown } }[];
  const uris = new Set(changes.map((change) => change.textDocument?.uri));
  const [uri] = uris;
  return annotation !== undefined && uris.size === 1 && typeof uri === "string" ? { uri, annotation } : undefined;
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
