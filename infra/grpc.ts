/** Answers of Temporal's server that are no failures of the run, by their gRPC status. */
export const grpcStatus = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  failedPrecondition: 9,
  unavailable: 14,
  unauthenticated: 16,
} as const;
export type GrpcStatus = keyof typeof grpcStatus;

/** Whether an error, or what caused it, is one of these. */
export function isGrpcStatus(error: unknown, ...statuses: GrpcStatus[]): boolean {
  if (!(error instanceof Error)) return false;
  const codes: number[] = statuses.map((status) => grpcStatus[status]);
  return [error, error.cause].some(
    (each) => each instanceof Error && 'code' in each && codes.includes(Number(each.code)),
  );
}

/** The server does not answer, or not in time. */
export const isServerAway = (error: unknown): error is Error => isGrpcStatus(error, 'deadlineExceeded', 'unavailable');
