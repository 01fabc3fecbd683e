import { expect, test } from 'vitest';
import { innermostReason } from '../../worker/temporal.js';

test.each([
  [
    'tonic::transport::Error(Transport, ConnectError(ConnectError("tcp connect error", 127.0.0.1:1, Os { code: 111, kind: ConnectionRefused, message: "Connection refused" })))',
    'Connection refused',
  ],
  [
    'tonic::transport::Error(Transport, ConnectError(ConnectError("dns error", Custom { kind: Uncategorized, error: "failed to lookup address information: Name or service not known" })))',
    'failed to lookup address information: Name or service not known',
  ],
  ['Failed to connect before the deadline', 'Failed to connect before the deadline'],
])('a Temporal that cannot be reached is told by its cause: %s', (message, reason) => {
  expect(innermostReason(message)).toBe(reason);
});
