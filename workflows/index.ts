/** The workflow bundle: what the orchestrator worker registers. Names stand in domain/names.ts. */
export { evaluateCheckpoint } from './evaluate-checkpoint.ts';
export { evaluateModels } from './evaluate-models.ts';
export { nightlyEvaluation } from './nightly-evaluation.ts';
export { skinR1 } from './skin-r1.ts';
export { skinGptR1 } from './skingpt-r1.ts';
