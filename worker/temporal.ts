import { Connection, isGrpcServiceError } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import { grpcCodes } from '../workflows/contract/grpc-codes.js';
import { NotThereYet } from './wait.js';

/** Address and namespace of Temporal, where a caller gives them. */
export interface TemporalPlace {
  readonly address: string;
  readonly namespace: string;
}

/** Connections to Temporal: one for the pollers, and one for the calls that activities make as clients. */
export interface TemporalConnections {
  readonly connection: NativeConnection;
  readonly clientConnection: Connection;
  readonly namespace: string;
}

/** Longest time of one look at the namespace. */
const NAMESPACE_LOOK_MS = 5_000;

/**
 * Connects, and looks whether the namespace is there.
 * @param given default: Temporal's own environment configuration
 * @throws NotThereYet where Temporal cannot be reached or the namespace is not there
 */
export async function connectTemporal(given: TemporalPlace | undefined): Promise<TemporalConnections> {
  const config = given ? { connectionOptions: { address: given.address } } : loadClientConnectConfig();
  const { connectionOptions } = config;
  const namespace = given?.namespace ?? ('namespace' in config ? config.namespace : undefined) ?? 'default';
  const address = connectionOptions.address ?? 'localhost:7233';
  const connection = await reached(address, () => NativeConnection.connect(connectionOptions));
  try {
    const clientConnection = await reached(address, () => Connection.connect(connectionOptions));
    const connections = { connection, clientConnection, namespace };
    await requireNamespace(connections, address).catch(async (error: unknown) => {
      await clientConnection.close();
      throw error;
    });
    return connections;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function reached<Result>(address: string, connect: () => Promise<Result>): Promise<Result> {
  try {
    return await connect();
  } catch (error) {
    const reason = innermostReason(error instanceof Error ? error.message : String(error));
    throw new NotThereYet(
      `Temporal at ${address} cannot be reached: ${reason}. Start it, or correct TEMPORAL_ADDRESS.`,
      { cause: error },
    );
  }
}

/** The text that says why: a native connection fails with the debug form of nested Rust errors, whose last quoted text is the cause. */
export const innermostReason = (message: string): string =>
  [...message.matchAll(/"((?:[^"\\]|\\.)+)"/g)].at(-1)?.[1] ?? message;

/** Looks at the namespace, as a sign that Temporal takes work. @throws NotThereYet where it is not there, or Temporal does not answer */
export async function requireNamespace(
  { clientConnection, namespace }: Pick<TemporalConnections, 'clientConnection' | 'namespace'>,
  address: string,
  withinMs = NAMESPACE_LOOK_MS,
): Promise<void> {
  try {
    await clientConnection.withDeadline(Date.now() + withinMs, () =>
      clientConnection.workflowService.describeNamespace({ namespace }),
    );
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === grpcCodes.notFound)
      throw new NotThereYet(
        `Temporal at ${address} has no namespace "${namespace}". Make it with \`temporal operator namespace create\`, or correct TEMPORAL_NAMESPACE.`,
        { cause: error },
      );
    const reason = isGrpcServiceError(error) ? error.details : String(error);
    throw new NotThereYet(`Temporal at ${address} does not answer: ${reason}`, { cause: error });
  }
}
