/** gRPC status codes with which Temporal answers, by name; `@temporalio/client` gives them as numbers. Source: grpc.io, status codes. */
export const grpcCodes = {
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  aborted: 10,
  unavailable: 14,
  unauthenticated: 16,
} as const;
