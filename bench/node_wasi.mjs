// Runs a WASI module in Node.js: node node_wasi.mjs MODULE [ARGS...]
// With BENCH_COMPILE=compile or =validate it does only that, BENCH_TIMES times,
// and prints the milliseconds of processor time it took, the median.
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const [module_path, ...args] = process.argv.slice(2);
const bytes = readFileSync(module_path);

if (process.env.BENCH_COMPILE) {
  const samples = [];
  for (let i = 0; i < Number(process.env.BENCH_TIMES ?? 1); i++) {
    const before = process.cpuUsage();
    if (process.env.BENCH_COMPILE === "validate") WebAssembly.validate(bytes);
    else new WebAssembly.Module(bytes);
    const spent = process.cpuUsage(before);
    samples.push((spent.user + spent.system) / 1e3);
  }
  samples.sort((a, b) => a - b);
  console.log(`ms=${samples[samples.length >> 1].toFixed(3)}`);
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
