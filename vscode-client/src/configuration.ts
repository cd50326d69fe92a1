// VS Code's configuration, read for `settings.ts`.
import os from "node:os";
import * as vscode from "vscode";
import { expand, forServer, settingKeys, type Variables } from "./settings";

/** One setting of this extension for itself, variables replaced. */
export function ownSetting(name: "path" | "interpreter", resource?: vscode.Uri): string {
  const value = vscode.workspace.getConfiguration("bigo", resource).get<unknown>(name, "");
  return typeof value === "string" ? expand(value.trim(), variables(resource)) : "";
}

/** What the server is told for `resource`. */
export function serverSettings(packageJSON: object, resource?: vscode.Uri): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration(undefined, resource);
  const reader = {
    isSet: (key: string): boolean => {
      const inspected = configuration.inspect(key);
      return [inspected?.globalValue, inspected?.workspaceValue, inspected?.workspaceFolderValue].some((value) => value !== undefined);
    },
    get: (key: string): unknown => configuration.get(key),
  };
  return forServer(settingKeys(packageJSON), reader, variables(resource));
}

function variables(resource: vscode.Uri | undefined): Variables {
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ name, uri }) => ({ name, path: uri.fsPath }));
  const own = resource && vscode.workspace.getWorkspaceFolder(resource);
  return {
    folder: own ? { name: own.name, path: own.uri.fsPath } : folders[0],
    folders,
    home: os.homedir(),
    env: process.env,
  };
}
