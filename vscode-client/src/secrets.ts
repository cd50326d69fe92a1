// The API key: kept in VS Code's SecretStorage, handed to the server as an environment variable, in no settings file.
import * as vscode from "vscode";

const NAME = "bigo.anthropicApiKey";
export const VARIABLE = "ANTHROPIC_API_KEY";

export class Secrets {
  constructor(private readonly storage: vscode.SecretStorage) {}

  /** Fires when the key is stored or removed, in this window or another. */
  onDidChange(listener: () => unknown): vscode.Disposable {
    return this.storage.onDidChange((event) => {
      if (event.key === NAME) listener();
    });
  }

  /** The stored key, or undefined; then the environment VS Code was started in may hold one. */
  async stored(): Promise<string | undefined> {
    return (await this.storage.get(NAME)) || undefined;
  }

  /** Ask for the key and store it. Escape changes nothing. */
  async ask(): Promise<void> {
    const key = await vscode.window.showInputBox({
      title: "Anthropic API key",
      prompt: "Kept in VS Code's secret storage. It is used when you pick a Claude rewrite, and for nothing else.",
      placeHolder: "sk-ant-...",
      password: true,
      ignoreFocusOut: true,
      validateInput: (value) => (/\s/.test(value.trim()) ? "A key has no spaces or line breaks." : undefined),
    });
    if (key === undefined || key.trim() === "") return;
    await this.storage.store(NAME, key.trim());
    void vscode.window.showInformationMessage("bigo: the API key is stored.");
  }

  async remove(): Promise<void> {
    if ((await this.stored()) === undefined) {
      const rest = process.env[VARIABLE] ? ` ${VARIABLE} of the environment is used.` : "";
      void vscode.window.showInformationMessage(`bigo: no API key is stored.${rest}`);
      return;
    }
    await this.storage.delete(NAME);
    void vscode.window.showInformationMessage("bigo: the API key is removed.");
  }
}
