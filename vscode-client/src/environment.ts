// The environment of the server process.

// Credentials of every kind the SDK would pick up, and the address they go to.
const CREDENTIALS = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"];

/**
 * `own` is the environment of the extension host. A stored key wins over the environment's. In Restricted Mode no
 * credential reaches the server at all, so that nothing could be sent even by mistake.
 */
export function serverEnvironment(own: NodeJS.ProcessEnv, key: string | undefined, trusted: boolean): NodeJS.ProcessEnv {
  const environment = { ...own };
  if (!trusted) for (const name of CREDENTIALS) delete environment[name];
  else if (key !== undefined) environment["ANTHROPIC_API_KEY"] = key;
  // Set by VS Code for its own processes; a Node tool started below the server would misread it.
  delete environment["ELECTRON_RUN_AS_NODE"];
  return environment;
}
