// Which Python environment the person works in: the setting, else what a Python extension says. Both extensions are
// optional, so their interfaces are declared here, as far as they are used.
import * as vscode from "vscode";

interface PythonExtension {
  readonly ready: Promise<void>;
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { id: string; path: string };
    resolveEnvironment(path: { id: string; path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

interface PythonEnvironments {
  getEnvironment(scope: vscode.Uri | undefined): Promise<{ execInfo: { run: { executable: string } } } | undefined>;
  onDidChangeEnvironment: vscode.Event<unknown>;
}

export interface Selected {
  readonly python: string | undefined;
  /** Where that was read. */
  readonly from: string;
}

export class Interpreters implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly listening = new Set<string>();
  private readonly disposables: vscode.Disposable[] = [this.changed];

  /** Fires when a Python extension reports another environment. */
  readonly onDidChange = this.changed.event;

  /** The interpreter for `resource`. `setting` is `bigo.interpreter` and wins. Never throws. */
  async selected(setting: string, resource: vscode.Uri | undefined, log: (line: string) => void): Promise<Selected> {
    if (setting !== "") return { python: setting, from: "bigo.interpreter" };
    for (const ask of [this.askEnvironments, this.askPython]) {
      try {
        const answer = await ask.call(this, resource);
        if (answer !== undefined) return answer;
      } catch (error) {
        log(`the Python extension did not say which environment is selected: ${String(error)}`);
      }
    }
    return { python: undefined, from: "no Python extension" };
  }

  private async askEnvironments(resource: vscode.Uri | undefined): Promise<Selected | undefined> {
    const api = await activated<PythonEnvironments>("ms-python.vscode-python-envs");
    if (typeof api?.getEnvironment !== "function") return undefined;
    this.listen("envs", api.onDidChangeEnvironment);
    const python = (await api.getEnvironment(resource))?.execInfo.run.executable;
    return python === undefined ? undefined : { python, from: "Python Environments" };
  }

  private async askPython(resource: vscode.Uri | undefined): Promise<Selected | undefined> {
    const api = await activated<PythonExtension>("ms-python.python");
    if (api?.environments === undefined) return undefined;
    await api.ready;
    this.listen("python", api.environments.onDidChangeActiveEnvironmentPath);
    const active = api.environments.getActiveEnvironmentPath(resource);
    const python = (await api.environments.resolveEnvironment(active))?.executable.uri?.fsPath;
    return python === undefined ? undefined : { python, from: "Python extension" };
  }

  private listen(name: string, event: vscode.Event<unknown>): void {
    if (this.listening.has(name)) return;
    this.listening.add(name);
    this.disposables.push(event(() => this.changed.fire()));
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }
}

async function activated<T>(id: string): Promise<T | undefined> {
  const extension = vscode.extensions.getExtension<T>(id);
  return extension === undefined ? undefined : await extension.activate();
}
