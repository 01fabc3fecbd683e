/** Run by a test in a process of its own with `DEBUG=*`: one call, and a line of another user of the same debug package. */
import { createRequire } from 'node:module';
import { activate, clientFor } from './wire-server.js';

const client = clientFor(process.argv[2] ?? '');
const fromCore = createRequire(createRequire(import.meta.url).resolve('@alicloud/pop-core'));
const debug = createRequire(fromCore.resolve('httpx'))('debug') as (name: string) => (line: string) => void;
debug('other:part')('still speaks');
const { requestId } = await client.call(activate);
console.log(requestId);
client.close();
