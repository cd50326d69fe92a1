import { expect, test } from "vitest";
import { serverEnvironment } from "../src/environment";

const own = { PATH: "/bin", ANTHROPIC_API_KEY: "of-the-environment", ANTHROPIC_BASE_URL: "http://127.0.0.1:1", ANTHROPIC_AUTH_TOKEN: "token" };

test("a stored key wins over the environment's", () => {
  expect(serverEnvironment(own, "stored", true)).toMatchObject({ ANTHROPIC_API_KEY: "stored", ANTHROPIC_BASE_URL: "http://127.0.0.1:1", PATH: "/bin" });
});

test("without a stored key the environment's is used", () => {
  expect(serverEnvironment(own, undefined, true)["ANTHROPIC_API_KEY"]).toBe("of-the-environment");
});

test("in Restricted Mode no credential reaches the server, wherever it is from", () => {
  expect(serverEnvironment(own, "stored", false)).toEqual({ PATH: "/bin" });
});

test("the extension host's own environment is not changed", () => {
  serverEnvironment(own, "stored", true);
  serverEnvironment(own, undefined, false);
  expect(own.ANTHROPIC_API_KEY).toBe("of-the-environment");
});
