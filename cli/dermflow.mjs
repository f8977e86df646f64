#!/usr/bin/env node
/** `npx dermflow <verb>`. */
import { fileURLToPath } from 'node:url';
import { fewArenas, runTypeScript, smallHeap } from '../infra/node24.mjs';

const args = process.argv.slice(2);
// Only the import handles more data than memory should hold.
const small = args[0] === 'data' ? [[smallHeap], fewArenas] : [];
await runTypeScript(fileURLToPath(new URL('./main.ts', import.meta.url)), args, ...small);
