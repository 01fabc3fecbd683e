import { get } from 'node:http';

/**
 * `node worker/probe.js [path]`: asks the worker on this machine whether it is ready, for the health check of a container; `path` is `/readyz`
 * unless another is given. Exit 0 where it is, else 1 with what the worker said.
 */
const [, , path = '/readyz'] = process.argv;
const port = process.env['FLOWLOG_METRICS_ADDRESS']?.split(':').at(-1) ?? '9464';

const end = (code: 0 | 1, said: string): void => {
  process.stdout.write(`${said.trim()}\n`);
  process.exitCode = code;
};

const probeRequest = get({ host: '127.0.0.1', port, path, timeout: 10_000 }, (response) => {
  let said = '';
  response.setEncoding('utf8');
  response.on('data', (part: string) => (said += part));
  response.on('end', () => end(response.statusCode === 200 ? 0 : 1, said));
});
probeRequest.on('timeout', () => probeRequest.destroy(new Error('no answer within 10 s')));
probeRequest.on('error', (error) => end(1, `the worker does not answer: ${error.message}`));
