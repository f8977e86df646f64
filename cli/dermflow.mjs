#!/usr/bin/env node
/** `npx dermflow <verb>`. */
import { fileURLToPath } from 'node:url';
import { runTypeScript } from '../infra/node24.mjs';

await runTypeScript(fileURLToPath(new URL('./main.ts', import.meta.url)), process.argv.slice(2));
