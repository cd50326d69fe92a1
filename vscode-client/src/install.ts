// "Install the bigo Server": a virtual environment of the extension's own, with the wheel that came in the package.
// It is made when the person asks for it and never by itself.
import fs from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { inVenv, isExecutable, onPath, run } from "./programs";

const MINUTES = 10;
const ABLE = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";

export class Installer {
  /** `storage`: the extension's global storage folder; `extension`: where the extension is. */
  constructor(
    private readonly storage: string,
    private readonly extension: string,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** The wheel in the package, or undefined in a development tree without one. */
  private get wheel(): string | undefined {
    const folder = path.join(this.extension, "bundled");
    const name = fs.existsSync(folder) ? fs.readdirSync(folder).find((file) => file.endsWith(".whl")) : undefined;
    return name === undefined ? undefined : path.join(folder, name);
  }

  // One folder per wheel: a newer extension does not use the environment of an older one.
  private get venv(): string | undefined {
    const wheel = this.wheel;
    return wheel === undefined ? undefined : path.join(this.storage, `server-${path.basename(wheel, ".whl").split("-")[1]}-${fs.statSync(wheel).size}`);
  }

  /** The installed program, or undefined. A half-made environment does not count: `complete` is written last. */
  installed(): string | undefined {
    const venv = this.venv;
    if (venv === undefined || !fs.existsSync(path.join(venv, "complete"))) return undefined;
    const program = inVenv(venv, "bigo");
    return isExecutable(program) ? program : undefined;
  }

  /** Make the environment, with progress that can be cancelled. `pythons` are tried in order. True when it is there. */
  async install(pythons: readonly string[]): Promise<boolean> {
    return await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: "bigo: installing the server", cancellable: true },
      async (progress, token) => {
        const stop = new AbortController();
        token.onCancellationRequested(() => stop.abort());
        try {
          await this.make(pythons, (message) => progress.report({ message }), stop.signal);
          return true;
        } catch (error) {
          const venv = this.venv;
          if (venv !== undefined) fs.rmSync(venv, { recursive: true, force: true });
          if (!stop.signal.aborted) this.failed(error instanceof Error ? error.message : String(error));
          return false;
        }
      },
    );
  }

  private async make(pythons: readonly string[], say: (message: string) => void, signal: AbortSignal): Promise<void> {
    const [wheel, venv] = [this.wheel, this.venv];
    if (wheel === undefined || venv === undefined) throw new Error("this build of the extension holds no server; run `npm run bundle-server`");
    say("looking for Python");
    const python = await this.able([...pythons, ...onPath("python3"), ...onPath("python")]);
    fs.rmSync(venv, { recursive: true, force: true });
    fs.mkdirSync(this.storage, { recursive: true });
    say("creating an environment");
    await this.step(python, ["-m", "venv", venv], signal);
    say("installing packages");
    await this.step(inVenv(venv, "python"), ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", wheel], signal);
    fs.writeFileSync(path.join(venv, "complete"), "");
    this.removeOthers(venv);
  }

  private async able(pythons: readonly string[]): Promise<string> {
    for (const python of new Set(pythons)) {
      const answer = await run(python, ["-c", ABLE], { seconds: 20 });
      if (answer.code === 0) return python;
      this.log.info(`install: ${python} cannot be used: ${answer.stderr.trim() || "older than Python 3.10"}`);
    }
    throw new Error("no Python 3.10 or newer with venv and pip was found. Install one (on Debian and Ubuntu also python3-venv), or set bigo.interpreter.");
  }

  private async step(command: string, args: string[], signal: AbortSignal): Promise<void> {
    this.log.info(`install: ${command} ${args.join(" ")}`);
    const answer = await run(command, args, { seconds: MINUTES * 60, signal });
    for (const line of `${answer.stdout}\n${answer.stderr}`.split("\n")) if (line.trim() !== "") this.log.info(`install: ${line}`);
    if (answer.code !== 0) throw new Error(`${path.basename(command)} ${args.slice(0, 3).join(" ")} failed. ${answer.stderr.trim().split("\n").at(-1) ?? ""}`);
  }

  private removeOthers(keep: string): void {
    for (const name of fs.readdirSync(this.storage)) {
      const folder = path.join(this.storage, name);
      if (name.startsWith("server-") && folder !== keep) fs.rmSync(folder, { recursive: true, force: true });
    }
  }

  private failed(message: string): void {
    this.log.error(`install: ${message}`);
    void vscode.window.showErrorMessage(`bigo: the server could not be installed: ${message}`, "Show Logs").then((choice) => {
      if (choice !== undefined) this.log.show();
    });
  }
}
