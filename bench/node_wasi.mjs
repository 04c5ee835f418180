// Runs a WASI module in Node.js: node node_wasi.mjs MODULE [ARGS...]
// With BENCH_COMPILE=compile or =validate it does only that, and prints the
// milliseconds it took.
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const [module_path, ...args] = process.argv.slice(2);
const bytes = readFileSync(module_path);

if (process.env.BENCH_COMPILE) {
  const start = performance.now();
  if (process.env.BENCH_COMPILE === "validate") WebAssembly.validate(bytes);
  else new WebAssembly.Module(bytes);
  console.log(`ms=${(performance.now() - start).toFixed(3)}`);
} else {
  const wasi = new WASI({
    version: "preview1",
    args: [module_path, ...args],
    env: {},
    preopens: process.env.BENCH_DIR ? { "/": process.env.BENCH_DIR } : {},
    returnOnExit: true,
  });
  const module = new WebAssembly.Module(bytes);
  const instance = new WebAssembly.Instance(module, wasi.getImportObject());
  process.exitCode = wasi.start(instance);
}
