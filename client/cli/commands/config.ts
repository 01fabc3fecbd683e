import { Argument, type Command } from 'commander';
import type { Answer } from '../answer.js';
import { type DefaultName, type Defaults, defaultNames, givenDefaults } from '../defaults.js';
import { UsageError } from '../exit-codes.js';
import { addOutputFlags } from '../output.js';
import { addUnlistedRegion, regionMistake } from '../region-check.js';
import { accountIdOf } from '../scope-flags.js';
import type { Session } from '../session.js';

async function listDefaults({ surroundings }: Session): Promise<Answer> {
  const { env, defaults: file } = surroundings;
  const given = await givenDefaults(env, file);
  return {
    document: { file: file.path, defaults: given },
    table: { head: ['name', 'value', 'from'], rows: given.map(({ name, value, from }) => [name, value, from]) },
    notes: given.length === 0 ? [`no default is set; set one with: flowlog config set region cn-hangzhou`] : [],
  };
}

const withoutDefault = (defaults: Defaults, name: DefaultName): Defaults =>
  Object.fromEntries(Object.entries(defaults).filter(([each]) => each !== name));

async function set(
  name: DefaultName,
  value: string,
  { unlistedRegion }: { readonly unlistedRegion?: boolean },
  session: Session,
): Promise<Answer> {
  const { surroundings } = session;
  const mistake = name === 'region' ? regionMistake(value, unlistedRegion) : undefined;
  if (mistake !== undefined) throw new UsageError(`region ${value}: ${mistake}`);
  const accounts = await surroundings.accounts();
  if (name === 'account' && Object.keys(accounts).length > 0) accountIdOf(value, accounts);
  const { defaults: file } = surroundings;
  await file.write({ ...withoutDefault(await file.read(), name), [name]: value });
  const [over] = (await givenDefaults(surroundings.env, file)).filter(
    (one) => one.name === name && one.value !== value,
  );
  return {
    document: { name, value, file: file.path },
    text: [[{ text: 'set:', tone: 'good' }, `${name} ${value}, in ${file.path}`]],
    notes: over ? [`${over.from} beats it: ${over.value}`] : [],
  };
}

async function unset(name: DefaultName, { surroundings }: Session): Promise<Answer> {
  const { defaults: file } = surroundings;
  await file.write(withoutDefault(await file.read(), name));
  return { document: { name, file: file.path }, text: [[{ text: 'unset:', tone: 'good' }, name]] };
}

const nameArgument = () => new Argument('<name>', defaultNames.join(' or ')).choices(defaultNames);

/** `config list|set|unset`: the region and the account that are meant where none is given. */
export function addConfigCommands(program: Command, session: Session): void {
  const config = program
    .command('config')
    .description('defaults of this command: the region and the account that are meant where a target names none');
  addOutputFlags(config.command('list').description('what is set, and by what')).action(async () =>
    session.answer(await listDefaults(session)),
  );
  addUnlistedRegion(
    config
      .command('set')
      .description('set one; FLOWLOG_REGION and FLOWLOG_ACCOUNT beat it, a flag beats both')
      .addArgument(nameArgument())
      .argument('<value>', 'a region, or an account by name or uid'),
  ).action(async (name: DefaultName, value: string, flags: { unlistedRegion?: boolean }) =>
    session.answer(await set(name, value, flags, session)),
  );
  config
    .command('unset')
    .description('set none')
    .addArgument(nameArgument())
    .action(async (name: DefaultName) => session.answer(await unset(name, session)));
}
