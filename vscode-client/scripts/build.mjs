// Bundle the extension into dist/extension.js. --production: minified and without a source map.
import { build } from "esbuild";

const production = process.argv.includes("--production");

await build({
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  external: ["vscode"],
  format: "cjs",
  platform: "node",
  target: "node20", // the extension host of VS Code 1.93
  minify: production,
  sourcemap: !production,
  legalComments: "linked",
  logLevel: "warning",
});
