/** The shipped taxonomy and differential diagnoses, for tests. */
import { readFileSync } from 'node:fs';
import { type Knowledge, parseKnowledge } from '../../domain/knowledge/knowledge.ts';

const read = (name: string): string => readFileSync(new URL(`../../domain/knowledge/${name}`, import.meta.url), 'utf8');

export const shippedKnowledge: Knowledge = parseKnowledge(read('taxonomy.yaml'), read('ddx.yaml'));
