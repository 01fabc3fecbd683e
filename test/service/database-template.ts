import { Client } from 'pg';
import { migrate } from '../../audit/index.js';
import { migrateStore } from '../../store/index.js';

/** Name of the database that `migratedDatabase` copies; no client may be connected to it. */
export const migratedTemplate = 'flowlog_migrated';

/** Makes it on this server, once a run. */
export async function makeTemplate(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${migratedTemplate}`);
  } finally {
    await client.end();
  }
  const template = new URL(databaseUrl);
  template.pathname = `/${migratedTemplate}`;
  await migrate(template.href);
  await migrateStore(template.href);
}
