/** Answers of Temporal's server that are no failures of the run, by their gRPC status. */
import { status as grpcStatus } from '@grpc/grpc-js';

export { grpcStatus };

/** Whether an error, or what caused it, is one of these. */
export function isGrpcStatus(error: unknown, ...codes: grpcStatus[]): boolean {
  if (!(error instanceof Error)) return false;
  return [error, error.cause].some(
    (each) => each instanceof Error && 'code' in each && codes.some((code) => code === each.code),
  );
}

/** The server does not answer, or not in time. */
export const isServerAway = (error: unknown): error is Error =>
  isGrpcStatus(error, grpcStatus.DEADLINE_EXCEEDED, grpcStatus.UNAVAILABLE);
