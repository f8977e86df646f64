/** The workflow bundle with one method more. */
export * from '../../../workflows/index.ts';
export { tinyMethod } from './workflow.ts';
