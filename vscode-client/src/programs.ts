// Running small programs to ask them something: never through a shell, never in the workspace's folder, never for ever.
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run a program and wait for its end. `code` is -1 when it could not be started or took too long. */
export function run(command: string, args: readonly string[], options: { seconds: number; signal?: AbortSignal }): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(
      command,
      [...args],
      // The temporary folder: `python -c` puts the current folder first on its module path.
      { cwd: os.tmpdir(), timeout: options.seconds * 1000, maxBuffer: 16 << 20, windowsHide: true, ...(options.signal ? { signal: options.signal } : {}) },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ code, stdout, stderr: code === -1 ? `${error?.message ?? ""}\n${stderr}`.trim() : stderr });
      },
    );
  });
}

/** The files called `name` in the folders of `PATH` that may be executed, first one first. Relative folders are left out. */
export function onPath(name: string, PATH: string = process.env["PATH"] ?? ""): string[] {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  return PATH.split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, file))
    .filter(isExecutable);
}

export function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** A program of a virtual environment. */
export function inVenv(venv: string, name: string): string {
  return process.platform === "win32" ? path.join(venv, "Scripts", `${name}.exe`) : path.join(venv, "bin", name);
}

// Prints where the console script of an installed bigo is; fails where bigo is not installed.
const WHERE = `
import importlib.metadata as m, os, sys, sysconfig
files = m.distribution("bigo").files or []
names = ("bigo.exe",) if os.name == "nt" else ("bigo",)
here = [str(f.locate()) for f in files if f.name in names]
here += [os.path.join(sysconfig.get_path("scripts"), n) for n in names]
print(next(os.path.abspath(p) for p in here if os.path.isfile(p)))
`;

/** The `bigo` program of the environment of `python`, or undefined where it is not installed. */
export async function bigoOf(python: string): Promise<string | undefined> {
  const answer = await run(python, ["-c", WHERE], { seconds: 20 });
  const found = answer.stdout.trim();
  return answer.code === 0 && found !== "" ? found : undefined;
}
