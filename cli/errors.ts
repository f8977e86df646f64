/** How a command fails: one line on stderr, or an object on stdout for scripts, and the exit code. */
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { DermflowError, exitCodeOf, exitCodes, failureTypes } from '../domain/failures.ts';
import { grpcStatus, isGrpcStatus, isServerAway } from '../platform/grpc.ts';
import { ownEnvironment } from '../platform/own-environment.ts';
import { explainRefusal } from '../platform/temporal-refusals.ts';

interface Explained {
  type: string;
  message: string;
  exitCode: number;
}

/** Prints the error and returns the exit code. An error that nobody foresaw is printed with its stack. */
export function explainError(error: unknown, json: boolean): number {
  const known = explanationOf(error);
  if (!known) {
    console.error(error);
    return exitCodes.failedRun;
  }
  const { type, message, exitCode } = known;
  if (json) console.log(JSON.stringify({ error: { type, message } }));
  else console.error(message);
  return exitCode;
}

function explanationOf(error: unknown): Explained | null {
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
    return explanationOf(explainRefusal(error, { address: ownEnvironment().temporal.address }));
  }
  if (error instanceof WorkflowFailedError) {
    const message = error.cause?.message ?? error.message;
    return { type: error.cause?.name ?? error.name, message, exitCode: exitCodes.failedRun };
  }
  const refused = refusedFile(error);
  if (refused) return { type: failureTypes.userMistake, message: refused, exitCode: exitCodes.userMistake };
  if (isServerAway(error)) {
    const message = `Temporal does not answer (${error.message}); start it ("npx dermflow up" for a local one) or set TEMPORAL_ADDRESS`;
    return { type: failureTypes.unavailable, message, exitCode: exitCodes.unavailable };
  }
  return null;
}

/** What the system says of a file or folder that a command was given. */
const fileRefusals: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder; make the folder first, or give another path',
  ENOTDIR: 'a part of the path is not a folder; give another path',
  EISDIR: 'is a folder; give the path of a file',
  EEXIST: 'is there already, as something else; give another path',
  EACCES: 'may not be read or written by you; change its permissions, or give another path',
  EPERM: 'may not be changed by you; change its permissions, or give another path',
  EROFS: 'lies on a file system that may only be read; give another path',
  ENOSPC: 'its disk is full; make room, or give another path',
  ENAMETOOLONG: 'is too long a name; give a shorter one',
  EBUSY: 'is in use by another process; end that, or give another path',
};

/** One line of a refusal by the file system that names a path; null for any other error. */
function refusedFile(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('path' in error)) return null;
  const { code, path } = error;
  const words = typeof code === 'string' ? fileRefusals[code] : undefined;
  return words === undefined || typeof path !== 'string' ? null : `${path}: ${words} (${String(code)})`;
}
