/** A process that serves rewards as a worker does, with no handler for what nobody handles; says its socket. */
import { serveRewards } from '../../activities/training/reward-server.ts';
import { melanomaQuestion } from './cases.ts';

const settings = { format: true, malignancy: true, granularity: 'leaf', thinkingRequired: false } as const;
const { socket } = await serveRewards([melanomaQuestion({ id: 'one' })], settings, null);
console.log(socket);
