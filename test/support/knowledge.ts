/** The shipped taxonomy and differential diagnoses, for tests. */
import { loadKnowledge } from '../../activities/knowledge.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';

export const shippedKnowledge: Knowledge = await loadKnowledge();
