import { randomBytes } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { Client } from 'pg';
import { inject } from 'vitest';
import { searchAttributes } from '../../workflows/contract/operation.js';
import { migratedTemplate } from './database-template.js';

/**
 * Makes an empty database for one test file.
 * @returns its connection string; the database goes with the server at the end of the run
 */
export const freshDatabase = (): Promise<string> => createDatabase('template1');

/**
 * Makes a database with this build's schemas in it: a copy of one that was migrated once for the whole run. A worker that starts on it
 * finds nothing to migrate. Tests of migrations begin with {@link freshDatabase}.
 * @returns its connection string
 */
export const migratedDatabase = (): Promise<string> => createDatabase(migratedTemplate);

async function createDatabase(template: string): Promise<string> {
  const url = new URL(inject('databaseUrl'));
  const name = `test_${randomBytes(6).toString('hex')}`;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  } finally {
    await client.end();
  }
  url.pathname = `/${name}`;
  return url.href;
}

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const keyword = 2;

/**
 * Makes a namespace for one test file, with the search attributes of this service: the task queues and workflow ids of the service
 * are fixed, so files that run at the same time must not share a namespace.
 * @returns its name; the address is `inject('temporalAddress')`
 */
export async function freshNamespace(): Promise<string> {
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  try {
    const oneDay = msToTs('1 day');
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: oneDay });
    const keywords = Object.fromEntries(Object.values(searchAttributes).map((name) => [name, keyword]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: keywords });
  } finally {
    await connection.close();
  }
  return namespace;
}
