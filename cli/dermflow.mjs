#!/usr/bin/env node
/** `npx dermflow <verb>`. */
import { fileURLToPath } from 'node:url';
import { runTypeScript, smallHeap } from '../infra/node24.mjs';

const args = process.argv.slice(2);
await runTypeScript(fileURLToPath(new URL('./main.ts', import.meta.url)), args, args[0] === 'data' ? [smallHeap] : []);
