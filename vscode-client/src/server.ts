// The server's life: found, started, restarted, stopped; one step at a time.
import { spawn, type ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { createInterface } from "node:readline";
import * as vscode from "vscode";
import { DidChangeConfigurationNotification, LanguageClient, RevealOutputChannelOn, State, type LanguageClientOptions, type Middleware } from "vscode-languageclient/node";
import { ownSetting, serverSettings } from "./configuration";
import { serverEnvironment } from "./environment";
import { findServer, parseVersion, type Found, type Missing, type Source } from "./find";
import type { Installer } from "./install";
import type { Interpreters } from "./interpreter";
import { bigoOf, onPath, run } from "./programs";
import { Latest } from "./queue";
import type { Secrets } from "./secrets";
import type { Situation } from "./status-text";

export const LANGUAGES = ["python", "javascript", "javascriptreact", "typescript", "typescriptreact"];

/** Pages whose loops run over a view's rows, whatever language an extension takes them for. */
const TEMPLATES = "**/{templates,jinja2}/**/*.{html,htm,jinja,jinja2,j2}";

export interface Parts {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly secrets: Secrets;
  readonly interpreters: Interpreters;
  readonly installer: Installer;
  readonly middleware: Middleware;
  /** Called with every change of what there is to tell. */
  readonly show: (situation: Situation) => void;
}

export interface RunningServer {
  readonly command: string;
  readonly source: Source;
  readonly version: string;
  readonly pid: number | undefined;
}

/** Everything that, when it changes, asks for another process. */
interface Launch {
  readonly server: Found;
  readonly environment: NodeJS.ProcessEnv;
  readonly folder: string | undefined;
  readonly trusted: boolean;
}

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private launched: Launch | undefined;
  private child: ChildProcess | undefined;
  private force = false;
  private disposed = false;
  private readonly queue = new Latest(() => this.step());

  constructor(private readonly parts: Parts) {}

  /** The client while it runs. */
  get running(): LanguageClient | undefined {
    return this.client?.isRunning() ? this.client : undefined;
  }

  /** Which server runs. */
  get process(): RunningServer | undefined {
    if (this.running === undefined || this.launched === undefined) return undefined;
    const { command, source, version } = this.launched.server;
    return { command, source, version, pid: this.child?.pid };
  }

  /** Look for the server again and start it if it is another one, or anyway with `force`. Resolves once that is done. */
  refresh(reason: string, force = false): Promise<void> {
    this.parts.log.info(`looking for the server: ${reason}`);
    this.force ||= force;
    return this.queue.request();
  }

  private async step(): Promise<void> {
    if (this.disposed) return;
    const force = this.force;
    this.force = false;
    const found = await this.find();
    if (found.kind === "missing") {
      this.parts.log.warn(found.reason);
      await this.stop();
      this.parts.show({ state: "missing", missing: found });
      return;
    }
    const launch = await this.launch(found);
    if (!force && this.running !== undefined && JSON.stringify(launch) === JSON.stringify(this.launched)) {
      this.parts.log.info("the same server runs already");
      return;
    }
    await this.stop();
    await this.start(launch);
  }

  private async find(): Promise<Found | Missing> {
    const { log, interpreters, installer } = this.parts;
    const say = (line: string): void => log.info(line);
    const folders = vscode.workspace.workspaceFolders ?? [];
    const resource = folders[0]?.uri;
    const trusted = vscode.workspace.isTrusted;
    const selected = await interpreters.selected(ownSetting("interpreter", resource), resource, say);
    if (selected.python !== undefined) say(`selected Python: ${selected.python} (${selected.from})`);
    const wanted = { path: ownSetting("path", resource), python: selected.python, trusted, folders: folders.map((folder) => folder.uri.fsPath) };
    const world = {
      version: (executable: string) => this.version(executable),
      inEnvironment: bigoOf,
      onPath: () => onPath("bigo"),
      installed: () => installer.installed(),
    };
    return await findServer(wanted, world, say);
  }

  private async version(executable: string): Promise<string | undefined> {
    const answer = await run(executable, ["--version"], { seconds: 30 });
    const version = answer.code === 0 ? parseVersion(answer.stdout) : undefined;
    if (version === undefined) this.parts.log.warn(`${executable} --version: ${answer.stderr.trim() || answer.stdout.trim() || "no answer"} (code ${answer.code})`);
    return version;
  }

  private async launch(server: Found): Promise<Launch> {
    const trusted = vscode.workspace.isTrusted;
    const key = trusted ? await this.parts.secrets.stored() : undefined;
    const folder = vscode.workspace.workspaceFolders?.find((one) => one.uri.scheme === "file")?.uri.fsPath;
    return { server, environment: serverEnvironment(process.env, key, trusted), folder, trusted };
  }

  private async start(launch: Launch): Promise<void> {
    const { log, show } = this.parts;
    const client = new LanguageClient("bigo", "bigo", () => this.spawn(launch), this.options(launch));
    this.client = client;
    this.launched = launch;
    show({ state: "starting" });
    client.onDidChangeState(({ oldState, newState }) => {
      log.info(`client: ${State[oldState]} -> ${State[newState]}`);
      if (this.client !== client) return;
      if (newState === State.Running) show({ state: "running", server: launch.server, trusted: launch.trusted });
      else if (newState === State.Stopped) show({ state: "stopped", reason: "the server ended; the log says why" });
      else show({ state: "starting" });
    });
    try {
      await client.start();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error(`the server did not start: ${reason}`);
      show({ state: "stopped", reason });
    }
  }

  // Spawned here rather than by the client, because the client's way can add variables but take none away.
  private spawn({ server, environment, folder }: Launch): Promise<ChildProcess> {
    this.parts.log.info(`starting ${server.command} server --stdio`);
    const child = spawn(server.command, ["server", "--stdio"], { cwd: folder, env: environment, stdio: "pipe", windowsHide: true });
    this.child = child;
    return new Promise((resolve, reject) => {
      child.once("spawn", () => resolve(child));
      child.once("error", reject);
      child.once("exit", (code, signal) => this.parts.log.info(`the server process ended (${signal ?? `code ${code}`})`));
    });
  }

  private options(launch: Launch): LanguageClientOptions {
    const { context, log, middleware } = this.parts;
    const packageJSON = context.extension.packageJSON as object;
    const settings = (resource?: vscode.Uri): Record<string, unknown> => serverSettings(packageJSON, resource);
    return {
      documentSelector: [
        ...LANGUAGES.flatMap((language) => [
          { scheme: "file", language },
          { scheme: "untitled", language },
        ]),
        { scheme: "file", pattern: TEMPLATES },
      ],
      synchronize: { configurationSection: "bigo" },
      diagnosticCollectionName: "bigo",
      outputChannel: log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      stdioOptions: { stdout: () => undefined, stderr: (stream) => this.relay(stream) },
      initializationOptions: () => ({ settings: settings(), trusted: launch.trusted, opens: ["request", "stats", "findings", "hot", "key"] }),
      middleware: {
        ...middleware,
        workspace: {
          ...middleware.workspace,
          configuration: (params, token, next) =>
            params.items.every((item) => item.section === "bigo")
              ? params.items.map((item) => settings(item.scopeUri === undefined ? undefined : vscode.Uri.parse(item.scopeUri)))
              : next(params, token),
          didChangeConfiguration: async () => {
            await this.running?.sendNotification(DidChangeConfigurationNotification.type, { settings: { bigo: settings() } });
          },
        },
      },
    };
  }

  // What the server writes to stderr is its own log, not an error of the client. It sends what matters by
  // window/logMessage, too, so the rest is only for who looks closely.
  private relay(stream: Readable): void {
    const lines = createInterface({ input: stream });
    lines.on("line", (line) => {
      if (/^\s*$/.test(line)) return;
      if (/\b(ERROR|CRITICAL)\b|^Traceback |^\w+(Error|Exception):/.test(line)) this.parts.log.error(`server: ${line}`);
      else this.parts.log.debug(`server: ${line}`);
    });
  }

  private async stop(): Promise<void> {
    const [client, child] = [this.client, this.child];
    this.client = undefined;
    this.launched = undefined;
    this.child = undefined;
    if (client === undefined) return;
    try {
      await client.dispose();
    } catch (error) {
      // A server that never came up, or that answers `shutdown` with an error, is not stopped by the client.
      this.parts.log.warn(`stopping the server: ${error instanceof Error ? error.message : String(error)}`);
      child?.kill();
    }
  }

  /** Stop for good. */
  async dispose(): Promise<void> {
    this.disposed = true;
    await this.stop();
  }
}
