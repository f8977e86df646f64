#!/usr/bin/env node
/** `npx dermflow <verb>`. */
import { fileURLToPath } from 'node:url';
import { flatMemory, runTypeScript } from '../infra/node24.mjs';

const args = process.argv.slice(2);
// Only the import handles more data than memory should hold.
const { flags, env } = args[0] === 'data' ? flatMemory : {};
await runTypeScript(fileURLToPath(new URL('./main.ts', import.meta.url)), args, flags, env);
