#!/usr/bin/env node
/** `npx dermflow <verb>`. */
import { fileURLToPath } from 'node:url';
import { runTypeScript, smallHeap, twoMallocArenas } from '../infra/node24.mjs';

const args = process.argv.slice(2);
// Only the import handles more data than memory should hold.
const small = args[0] === 'data' ? [[smallHeap], twoMallocArenas] : [];
await runTypeScript(fileURLToPath(new URL('./main.ts', import.meta.url)), args, ...small);
