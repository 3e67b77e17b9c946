// Builds every element into one file of its own: `make widgets`. The result is committed.
// The first argument is another folder to build into; a test compares the bytes.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const ELEMENTS = ["badges", "leaderboard", "title"];
/** From here on browsers know `light-dark()`; without these vite would spell it out. */
const BROWSERS = ["chrome123", "firefox128", "safari17.5"];

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ?? join(here, "built");


for (const name of ELEMENTS) {
  await build({
    configFile: false,
    envDir: false,
    logLevel: "warn",
    root: here,
    build: {
      outDir: target,
      emptyOutDir: false,
      target: BROWSERS,
      lib: { entry: join(here, "elements", `${name}.ts`), formats: ["es"], fileName: () => `${name}.js` },
      rolldownOptions: { output: { codeSplitting: false, minify: true } },
    },
  });
}
