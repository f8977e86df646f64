/** The workflow bundle with one method more. */
export * from '../../../workflows/index.ts';
export { forgetfulMethod, tinyMethod } from './workflow.ts';
