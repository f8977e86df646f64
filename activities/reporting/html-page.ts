/** What all pages are: one file that asks nothing of anyone, with every value escaped. */
import { html, raw } from 'hono/html';
import type { Markup } from './markup.ts';
import { style } from './style.ts';

interface PageParts {
  title: string;
  /** Beside the style of all pages. */
  styles?: string;
  /** Of the only script that may run, as `script-src` names it; none by default. */
  script?: string;
  /** For a page that only ever comes from a server (infra/web-server.ts): it may ask that for pictures and data. */
  served?: boolean;
  /** Between `<body>` and `</body>`, from the beginning of a line to its end. */
  body: Markup;
}

export async function htmlPage({ title, styles = '', script, served = false, body }: PageParts): Promise<string> {
  const scripts = script === undefined ? '' : `script-src ${script}; `;
  const policy = `default-src 'none'; img-src ${served ? "'self' " : ''}data:; ${served ? "connect-src 'self'; " : ''}style-src 'unsafe-inline'; ${scripts}base-uri 'none'; form-action 'none'`;
  const page = await html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${script === undefined ? policy : raw(policy)}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="referrer" content="no-referrer">
  <title>${title}</title>
  <link rel="icon" href="data:,">
  <style>${raw(style)}${raw(styles)}</style>
</head>
<body>
${body}
</body>
</html>
`;
  return String(page);
}
