// The client's side of a rewrite: from the cursor to the server's command, and back to a difference to confirm.
//
// The server computes the edit and sends it by workspace/applyEdit, annotated with `needsConfirmation`; `proposals.ts`
// shows the difference, and it is applied or not. Nothing is edited here.
import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient/node";
import { isShownText, type ReadOnlyDocuments } from "./documents";
import type { Proposals } from "./proposals";
import type { Server } from "./server";
import { isHot, pickHot } from "./hot";
import { isStats, type StatsPanel } from "./stats";
import { mayRun, offered } from "./trust";

/** What every command of the server about a place takes. Lines and characters from 0, characters in UTF-16. */
interface PlaceArgument {
  readonly uri: string;
  readonly range: { readonly start: vscode.Position; readonly end: vscode.Position };
}

/** Commands are registered for all of VS Code by the client, so their answers pass here, whoever ran them. */
export function middleware(documents: ReadOnlyDocuments, stats: StatsPanel, proposals: Proposals): Middleware {
  return {
    workspace: { handleApplyEdit: proposals.handleApplyEdit },
    async executeCommand(command, args, next) {
      if (!mayRun(command)) return null;
      const answer: unknown = await next(command, args);
      if (command === "bigo.showRequest" && isShownText(answer)) await documents.open(answer);
      else if (command === "bigo.showHot" && isHot(answer)) await pickHot(answer);
      else if (command === "bigo.showStats" && isStats(answer)) stats.show(answer);
      else if (command === "bigo.showStats" && answer) void vscode.window.showWarningMessage("bigo: this server's numbers are of another version.");
      else if (isFailure(answer) && answer.kind === "missing-key") offerKey();
      return answer;
    },
    async provideCodeActions(document, range, context, token, next) {
      const actions = await next(document, range, context, token);
      return actions ? offered(actions, vscode.workspace.isTrusted) : actions;
    },
  };
}

/** What a command answers that did nothing. */
function isFailure(answer: unknown): answer is { readonly kind: string } {
  return typeof answer === "object" && answer !== null && "kind" in answer;
}

function offerKey(): void {
  const [set, without] = ["Set API Key", "Show the Request"];
  void vscode.window.showWarningMessage("bigo: there is no Anthropic API key, so nothing was sent.", set, without).then((choice) => {
    if (choice === set) void vscode.commands.executeCommand("bigo.setApiKey");
    else if (choice === without) void vscode.commands.executeCommand("bigo.client.showRequest");
  });
}

/** Commands of the palette, which have no arguments: the place is the cursor's. They exist whether a server runs or not. */
export function registerCommands(server: Server): vscode.Disposable {
  const atCursor = (command: string) => async (): Promise<unknown> => {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) {
      void vscode.window.showInformationMessage("bigo: open a file and put the cursor into a function first.");
      return null;
    }
    return await send(server, command, place(editor));
  };
  return vscode.Disposable.from(
    vscode.commands.registerCommand("bigo.client.rewrite", atCursor("bigo.rewrite")),
    vscode.commands.registerCommand("bigo.client.showRequest", atCursor("bigo.showRequest")),
    vscode.commands.registerCommand("bigo.client.explain", atCursor("bigo.explain")),
    vscode.commands.registerCommand("bigo.client.verify", atCursor("bigo.verify")),
    vscode.commands.registerCommand("bigo.client.prewarm", atCursor("bigo.prewarm")),
    vscode.commands.registerCommand("bigo.client.showStats", () => send(server, "bigo.showStats")),
    vscode.commands.registerCommand("bigo.client.showHot", () => send(server, "bigo.showHot")),
    vscode.commands.registerCommand("bigo.client.unlinkProfiles", () => send(server, "bigo.unlinkProfiles")),
    vscode.commands.registerCommand("bigo.client.linkProfile", async (file?: vscode.Uri) => {
      const uri = file ?? (await askForProfile());
      return uri === undefined ? null : await send(server, "bigo.linkProfile", { uri: uri.toString() });
    }),
  );
}

async function askForProfile(): Promise<vscode.Uri | undefined> {
  const files = await vscode.window.showOpenDialog({
    title: "Link a profile",
    openLabel: "Link",
    filters: { Profiles: ["prof", "pstats", "cprof", "cpuprofile", "json", "txt", "svg"], "All files": ["*"] },
  });
  return files?.[0];
}

async function send(server: Server, command: string, argument?: unknown): Promise<unknown> {
  if (server.running === undefined) {
    const choice = await vscode.window.showWarningMessage("bigo: the server is not running.", "Restart", "Show Logs");
    if (choice !== undefined) void vscode.commands.executeCommand(choice === "Restart" ? "bigo.restart" : "bigo.showLogs");
    return null;
  }
  const known = server.running.initializeResult?.capabilities.executeCommandProvider?.commands ?? [];
  if (!known.includes(command)) {
    void vscode.window.showWarningMessage(`bigo: the server that runs does not know ${command}. A newer one may.`);
    return null;
  }
  return await vscode.commands.executeCommand(command, ...(argument === undefined ? [] : [argument]));
}

function place(editor: vscode.TextEditor): PlaceArgument {
  const { start, end } = editor.selection;
  return { uri: editor.document.uri.toString(), range: { start, end } };
}
