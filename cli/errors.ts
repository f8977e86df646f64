/** How a command fails: one line on stderr, or an object on stdout for scripts, and the exit code. */
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { DermflowError, exitCodeOf, exitCodes, failureTypes } from '../domain/failures.ts';
import { grpcStatus, isGrpcStatus, isServerAway } from '../platform/grpc.ts';
import { explainRefusal } from '../platform/temporal-refusals.ts';

interface Explained {
  type: string;
  message: string;
  exitCode: number;
}

/** Prints the error and returns the exit code. An error that nobody foresaw is printed with its stack. */
export function explainError(error: unknown, json: boolean): number {
  const known = recognise(error);
  if (!known) {
    console.error(error);
    return exitCodes.failedRun;
  }
  const { type, message, exitCode } = known;
  if (json) console.log(JSON.stringify({ error: { type, message } }));
  else console.error(message);
  return exitCode;
}

function recognise(error: unknown): Explained | null {
  if (error instanceof DermflowError) {
    return { type: error.type, message: error.message, exitCode: exitCodeOf(error.type) };
  }
  if (error instanceof WorkflowNotFoundError) {
    const message = `there is no run "${error.workflowId}"; "dermflow list" shows the runs, with --all those too that Temporal has forgotten`;
    return { type: failureTypes.userMistake, message, exitCode: exitCodes.userMistake };
  }
  if (error instanceof NamespaceNotFoundError) {
    const message = `Temporal has no namespace "${error.namespace}"; set TEMPORAL_NAMESPACE to one that it has`;
    return { type: failureTypes.userMistake, message, exitCode: exitCodes.userMistake };
  }
  if (isGrpcStatus(error, grpcStatus.UNAUTHENTICATED, grpcStatus.PERMISSION_DENIED)) {
    // A key that was taken back while the command ran.
    return recognise(explainRefusal(error, { address: process.env.TEMPORAL_ADDRESS }));
  }
  if (error instanceof WorkflowFailedError) {
    const message = error.cause?.message ?? error.message;
    return { type: error.cause?.name ?? error.name, message, exitCode: exitCodes.failedRun };
  }
  if (isServerAway(error)) {
    const message = `Temporal does not answer (${error.message}); start it ("npx dermflow up" for a local one) or set TEMPORAL_ADDRESS`;
    return { type: failureTypes.unavailable, message, exitCode: exitCodes.unavailable };
  }
  return null;
}
