// The list of the hottest functions: pick one and stand in it.
import * as vscode from "vscode";

interface HotFunction {
  readonly uri: string;
  readonly line: number;
  readonly name: string;
  readonly measured: string;
  readonly cost: string;
}

/** What `bigo.showHot` answers. */
export interface Hot {
  readonly profile: string;
  readonly functions: readonly HotFunction[];
}

export function isHot(answer: unknown): answer is Hot {
  return typeof answer === "object" && answer !== null && Array.isArray((answer as Partial<Hot>).functions);
}

/** Ask which one, hottest first, and go there. The server has said so already when there is none. */
export async function pickHot(hot: Hot): Promise<void> {
  if (hot.functions.length === 0) return;
  const items = hot.functions.map((one) => ({
    label: one.name,
    description: [one.cost, one.measured].filter((part) => part !== "").join(" · "),
    detail: `${vscode.workspace.asRelativePath(vscode.Uri.parse(one.uri))}:${one.line + 1}`,
    one,
  }));
  const title = hot.profile === "" ? "Hottest functions" : `Hottest functions of ${vscode.workspace.asRelativePath(hot.profile)}`;
  const picked = await vscode.window.showQuickPick(items, { title, matchOnDetail: true });
  if (picked === undefined) return;
  const at = new vscode.Position(picked.one.line, 0);
  await vscode.window.showTextDocument(vscode.Uri.parse(picked.one.uri), { selection: new vscode.Range(at, at) });
}
