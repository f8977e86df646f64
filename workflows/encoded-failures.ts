/** Failures whose words and stacks are payloads, so that a codec changes them like any other (platform/data-converter.ts). */
import { DefaultFailureConverter } from '@temporalio/common';

export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
