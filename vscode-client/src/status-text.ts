// What the status says, in words.
import type { Found, Missing, Source } from "./find";

export type Situation =
  | { readonly state: "starting" }
  | { readonly state: "running"; readonly server: Found; readonly trusted: boolean }
  | { readonly state: "stopped"; readonly reason: string }
  | { readonly state: "missing"; readonly missing: Missing };

export interface StatusText {
  readonly text: string;
  readonly detail: string;
  readonly severity: "information" | "warning" | "error";
  readonly busy: boolean;
  readonly command: { readonly command: string; readonly title: string };
}

const FROM: Readonly<Record<Source, string>> = {
  setting: "from bigo.path",
  environment: "from the Python environment",
  PATH: "from the PATH",
  installed: "installed by this extension",
};

const LOGS = { command: "bigo.showLogs", title: "Show Logs" };

export function describe(situation: Situation): StatusText {
  switch (situation.state) {
    case "starting":
      return { text: "bigo", detail: "starting", severity: "information", busy: true, command: LOGS };
    case "running": {
      const { version, source } = situation.server;
      const restricted = situation.trusted ? "" : "; Restricted Mode: no rewrites";
      return { text: `bigo ${version}`, detail: FROM[source] + restricted, severity: "information", busy: false, command: LOGS };
    }
    case "stopped":
      return { text: "bigo stopped", detail: situation.reason, severity: "error", busy: false, command: { command: "bigo.restart", title: "Restart" } };
    case "missing": {
      const command = situation.missing.explicit ? LOGS : { command: "bigo.installServer", title: "Install" };
      return { text: "bigo: no server", detail: situation.missing.reason, severity: "warning", busy: false, command };
    }
  }
}
