// What tests/fuzz/v8.c does with a module, done by V8: reads a batch of modules
// and prints for each what the same run of it gives, in the same words. Or, for
// damaged.c, whether modules are valid.
//
//   node v8.js run|verbose|validate <BATCH
'use strict';
const fs = require('fs');

const STATE = 32768, SETS = 3, RESULTS = 8;
const mode = process.argv[2];

// What V8 says, and the word for it. Where it does not tell things apart,
// neither does v8.c. What begins with "cut" ends the run: there, engines may
// differ.
const traps = [
  ['unreachable', 'unreachable'],
  ['memory access out of bounds', 'memory'],
  ['data segment out of bounds', 'memory'],
  ['table index is out of bounds', 'table'],
  ['table access out of bounds', 'table'],
  ['element segment out of bounds', 'table'],
  ['array element access out of bounds', 'array'],
  ['divide by zero', 'divide by zero'],
  ['remainder by zero', 'divide by zero'],
  ['divide result unrepresentable', 'overflow'],
  ['float unrepresentable in integer range', 'overflow'],
  ['function signature mismatch', 'signature'],
  ['null function', 'signature'],
  ['dereferencing a null pointer', 'null'],
  ['rethrowing null value', 'null'],
  ['illegal cast', 'cast'],
  ['operation does not support unaligned accesses', 'unaligned'],
  ['Atomics.wait cannot be called in this context', 'not shared'],
  ['requested new array is too large', 'cut: array too large'],
  ['Maximum call stack size exceeded', 'cut: stack'],
];

function trapKind(error) {
  if (error instanceof WebAssembly.Exception)
    return 'exception';
  for (const [message, kind] of traps)
    if (error.message.startsWith(message))
      return kind;
  return `${error.name}: ${error.message}`;
}

const batch = fs.readFileSync(0);
let at = 0;

function u32() {
  at += 4;
  return batch.readUInt32LE(at - 4);
}

function blob() {
  const length = u32();
  at += length;
  return batch.subarray(at - length, at);
}

function list(length, read) {
  return Array.from({length}, read);
}

function readTrial() {
  return {
    name: blob().toString(), host: blob(), main: blob(), caller: blob(),
    memories: u32(),
    funcs: list(u32(), () => ({index: u32(), args: list(SETS, blob)})),
    hosts: list(u32(), () => list(RESULTS, blob)),
  };
}

function hashBytes(h, bytes) {
  for (const byte of bytes)
    h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}

function hashWords(buffer) {
  let h = buffer.byteLength | 0;
  for (const word of new Uint32Array(buffer)) {
    h = Math.imul(h ^ word, 0x9e3779b1);
    h ^= h >>> 15;
  }
  return h >>> 0;
}

function hex32(x) {
  return x.toString(16).padStart(8, '0');
}

function run(trial) {
  let text = '', io, main, caller, calls = 0, depth = 0;

  function call(f, set) {
    io.set(f.args[set]);
    const status = caller[`c${f.index}`]();
    const result = io.subarray(0, status & 0xffff);
    text += `call ${f.index} ${set}: ${status >>> 16} ` +
            Buffer.from(result).toString('hex') + '\n';
  }

  function act(hash) {
    switch (hash % 16) {
    case 0:
      caller.trap();
      break;
    case 1:
      if (caller.throw)
        caller.throw();
      break;
    case 2:
    case 3:
      if (caller.poke)
        caller.poke(hash >>> 8);
      break;
    case 4:
      if (caller.grow)
        caller.grow();
      break;
    case 5:
    case 6:
      if (trial.funcs.length === 0 || depth >= 3)
        break;
      depth++;
      call(trial.funcs[(hash >>> 8) % trial.funcs.length],
           (hash >>> 28) % SETS);
      depth--;
      break;
    }
  }

  function host(index, bytes) {
    const args = io.subarray(0, bytes);
    text += `host ${index} ${Buffer.from(args).toString('hex')}\n`;
    const hash = hashBytes(hashBytes(index ^ calls++, args), [0]);
    if (caller)
      act(hash);
    io.set(trial.hosts[index][(hash >>> 4) % RESULTS]);
  }

  function state() {
    const bytes = io.subarray(STATE, STATE + caller.state());
    text += 'state ' + (mode === 'verbose' ? Buffer.from(bytes).toString('hex')
                                : hex32(hashBytes(0, bytes)));
    for (let n = 0; n < trial.memories; n++)
      text += ' ' + hex32(hashWords(main[`m${n}`].buffer));
    text += '\n';
  }

  // False: to be gone on with no more.
  function guarded(what, f) {
    try {
      f();
    } catch (error) {
      const kind = trapKind(error);
      if (kind.startsWith('cut')) {
        text += kind + '\n';
        return false;
      }
      text += `${what}: trap ${kind}\n`;
    }
    return true;
  }

  function instance(bytes, imports) {
    return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports)
        .exports;
  }

  function runAll() {
    const hostModule = instance(trial.host, {js: {host}});
    io = new Uint8Array(hostModule.io.buffer);
    if (!guarded('start', () => {
          main = instance(trial.main, {host0: hostModule});
        }) || !main)
      return;
    text += 'loaded\n';
    caller = instance(trial.caller, {host0: hostModule, main});
    for (let set = 0; set < SETS; set++) {
      for (const f of trial.funcs) {
        caller.refuel();
        depth = 0;
        if (!guarded(`call ${f.index} ${set}`, () => call(f, set)))
          return;
        state();
      }
    }
  }

  guarded('run', runAll);
  return text;
}

function runBatch() {
  for (let done = 0; at < batch.length; done++) {
    const trial = readTrial();
    fs.writeSync(1, `module ${trial.name}\n`);
    fs.writeSync(1, run(trial));
    if (done % 32 === 31 && globalThis.gc)
      gc();
  }
}

function validateBatch() {
  while (at < batch.length) {
    let opinion = 'valid';
    try {
      new WebAssembly.Module(blob());
    } catch (error) {
      opinion = `${error.name}: ${error.message}`;
    }
    fs.writeSync(1, opinion + '\n');
  }
}

if (mode === 'validate')
  validateBatch();
else
  runBatch();
