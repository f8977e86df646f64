import { html } from 'hono/html';
import type { Markup } from '../../markup.ts';

/** The parts of an output's reward, with their sum. */
export function rewardParts(parts: Readonly<Record<string, number>>): Markup {
  const total = Object.values(parts).reduce((sum, value) => sum + value, 0);
  const named = Object.entries(parts).map(([name, value]) => html`<span class="part">${name} ${value}</span> `);
  return html`<p class="facts">Reward ${Number(total.toFixed(4))}: ${named}</p>`;
}
