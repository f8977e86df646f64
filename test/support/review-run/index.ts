/** The workflow bundle with one that does nothing but wait for reviews. */
export * from '../../../workflows/index.ts';
export { reviewOnly } from './workflow.ts';
