import { describe, expect, it } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { LedgerConnection } from '../../client/cli/audit/ledger-door.js';
import type { FlowLogsPort } from '../../client/cli/surroundings.js';
import { widthOf } from '../../client/cli/layout.js';
import { screens } from './fixtures/screens.js';
import { worldOf } from './fixtures/cli-world.js';

/** Screens of every list and report, on a narrow and on a wide terminal and in a pipe, kept as files that people look at. */

const settings = {
  accounts: {
    default: { uid: '1000000000000001' },
    staging: { uid: '1000000000000002', roleArn: 'acs:ram::1000000000000002:role/flowlog' },
  },
  defaults: { region: 'cn-hangzhou' },
};

/** A time of this machine, and the seconds that a command took: neither is the same everywhere. */
const steady = (text: string): string =>
  text.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '<a local time here>').replaceAll(/[ \t]+$/gm, '');

describe.each(screens)('$name', ({ name, line, flowLogs, ledger, files }) => {
  const run = (terminal: boolean, columns?: number) =>
    worldOf({
      ...settings,
      ...{ terminal, env: { NO_COLOR: '1' } },
      ...omitUndefined({
        columns: columns || undefined,
        flowLogs: flowLogs ? (flowLogs() as unknown as FlowLogsPort) : undefined,
        ledger: ledger ? (ledger as Partial<LedgerConnection>) : undefined,
      }),
    }).run(line, files);

  it.each([80, 120, 160])('fits %d columns', async (columns) => {
    const { stdout, stderr, exitCode } = await run(true, columns);
    const tooWide = stdout.split('\n').filter((text) => widthOf(text) > columns);
    expect(tooWide).toEqual([]);
    if (columns === 120) return;
    const screen = `$ flowlog ${line}\n${stdout}${stderr}[exit ${exitCode}]\n`;
    await expect(steady(screen)).toMatchFileSnapshot(`fixtures/screens/${name}.${columns}.txt`);
  });

  it('is one table with a heading in a pipe, or lines', async () => {
    const { stdout, stderr, exitCode } = await run(false);
    const screen = `$ flowlog ${line} | cat\n${stdout}--- stderr\n${stderr}[exit ${exitCode}]\n`;
    await expect(screen).toMatchFileSnapshot(`fixtures/screens/${name}.pipe.txt`);
    expect(stdout).not.toMatch(/·|\u001b/);
    const widths = new Set(
      stdout
        .split('\n')
        .filter((text) => text.includes('\t'))
        .map((text) => text.split('\t').length),
    );
    expect(widths.size).toBeLessThanOrEqual(1);
  });
});
