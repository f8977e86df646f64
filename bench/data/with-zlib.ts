/** Loaded before an import (`--import`): its PNGs are encoded by zlib. */
import { registerHooks } from 'node:module';

const intake = '/images/intake.ts';

registerHooks({
  resolve(specifier, context, next) {
    const isOwn = specifier === './png.ts' && context.parentURL?.endsWith(intake);
    return next(isOwn ? new URL('./zlib-png.ts', import.meta.url).href : specifier, context);
  },
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith(intake)) return loaded;
    const source = String(loaded.source);
    const waiting = source.replace('= encodePng(', '= await encodePng(');
    if (waiting === source) throw new TypeError('the import encodes its PNGs elsewhere now');
    return { ...loaded, source: waiting };
  },
});
