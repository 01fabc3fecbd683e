import { Connection } from '@temporalio/client';
import { Client } from 'pg';
import { describe, expect, inject, test } from 'vitest';
import { searchAttributes } from '../../workflows/contract/operation.js';
import { freshDatabase, freshNamespace } from './fixtures/servers.js';

describe('the servers of the service tests', () => {
  test('Temporal knows the search attributes of this service, in `default` and in a fresh namespace', async () => {
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    for (const namespace of ['default', await freshNamespace()]) {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      expect(Object.keys(customAttributes), namespace).toEqual(expect.arrayContaining(Object.values(searchAttributes)));
    }
    await connection.close();
  });

  test('each fresh database is empty and its own', async () => {
    const urls = await Promise.all([freshDatabase(), freshDatabase()]);
    for (const connectionString of urls) {
      const client = new Client({ connectionString });
      await client.connect();
      // Refused where another test's table of that name is already there.
      await client.query('CREATE TABLE mark (id int)');
      await client.end();
    }
    expect(new Set(urls).size).toBe(2);
  });
});
