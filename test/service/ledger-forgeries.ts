/**
 * Forgeries of the ledger: what a person with a connection could do to hide or invent something. Each is SQL on a ledger that
 * `ledger-forgeries.test.ts` has made, of an archived operation (`old`), two whole operations (`first`, `second`), one change in doubt, a
 * standing freeze and a breaker, all anchored, and one operation (`young`) after the last anchor.
 */
export interface Forgery {
  readonly name: string;
  readonly sql: string;
  /**
   * By what the tables' owner, and a superuser, are found out: by the ledger alone, or by an anchor kept outside. `never`: nothing can
   * tell, for the `reason`.
   */
  readonly foundBy: 'ledger' | 'outside' | 'never';
  /** Reason why it cannot be found, or the limit of its harm. */
  readonly reason?: string;
  /** The service's role: refused by its grants, or able to do it and then found out (or not) as the owner is. Default: refused. */
  readonly service?: 'able';
  /** The archiver's role: as for the service. */
  readonly archiver?: 'able';
}

/** Computes the hashes of one chain anew from its first row on, and its head: a chain that was rewritten by one who knows how. */
const rehash = (workflowId: string): string => `
  do $$ declare e ledger.entries; before text := repeat('0', 64); rows integer := 0; begin
    for e in select * from ledger.entries where workflow_id = ${workflowId} order by seq loop
      e.prev_hash := before;
      e.hash := ledger.entry_hash(e);
      update ledger.entries set prev_hash = e.prev_hash, hash = e.hash where workflow_id = e.workflow_id and run_id = e.run_id and seq = e.seq;
      before := e.hash;
      rows := rows + 1;
    end loop;
    update ledger.heads set count = rows, hash = before where workflow_id = ${workflowId};
  end $$;`;

const chain = (key: string): string => `'flow-log/vpc/1000000000000001/cn-hangzhou/VPC/${key}'`;
const target = (key: string): string => `'local/vpc/1000000000000001/cn-hangzhou/VPC/${key}'`;
const first = chain('first');
const second = chain('second');
const young = chain('young');
const old = chain('old');
const archives = `'ledger/archives'`;

/** Rewrites what every anchor says of a chain, or leaves the chain out, and makes the anchors' own chain right again. */
const anchorsSay = (workflowId: string, head: string): string => `
  update ledger.entries a set body = coalesce((select json_build_object('heads', coalesce(json_agg(said.head), '[]'))::text from (
      select ${head} as head from json_array_elements(a.body::json -> 'heads') l (said)
        left join ledger.heads h on h.workflow_id = l.said ->> 0 and h.workflow_id = ${workflowId}
      where l.said ->> 0 <> ${workflowId} or h.workflow_id is not null) said), '{"heads":[]}')
    where a.kind = 'anchor';
  ${rehash(`'ledger/anchors'`)}`;

const withRightHash = `case when h.workflow_id is null then l.said
  else json_build_array(l.said -> 0, l.said -> 1, l.said -> 2, h.hash) end`;

const removed = (workflowId: string): string => `
  delete from ledger.entries where workflow_id = ${workflowId}; delete from ledger.heads where workflow_id = ${workflowId};
  delete from ledger.targets where target = replace(${workflowId}, 'flow-log/vpc', 'local/vpc');`;

const sharedClock =
  'the record holds the time that the database told: a clock set wrong before the row was written cannot be seen in it';

export const forgeries: readonly Forgery[] = [
  {
    name: 'edits one byte of a row',
    sql: `update ledger.entries set body = replace(body, 'team', 'tean') where workflow_id = ${first}`,
    foundBy: 'ledger',
  },
  {
    name: 'edits a row and makes its own hash right',
    sql: `update ledger.entries e set action = 'DeleteFlowLog' where workflow_id = ${first} and seq = 2;
      update ledger.entries e set hash = ledger.entry_hash(e) where workflow_id = ${first} and seq = 2`,
    foundBy: 'ledger',
  },
  {
    name: 'edits a row and makes its whole chain right',
    sql: `update ledger.entries set body = '{}' where workflow_id = ${first} and seq = 1; ${rehash(first)}`,
    foundBy: 'ledger',
  },
  {
    name: 'edits a row and makes its chain and all anchors right',
    sql: `update ledger.entries set body = '{}' where workflow_id = ${first} and seq = 1; ${rehash(first)} ${anchorsSay(first, withRightHash)}`,
    foundBy: 'outside',
  },
  {
    name: 'deletes a row in the middle',
    sql: `delete from ledger.entries where workflow_id = ${first} and seq = 2`,
    foundBy: 'ledger',
  },
  {
    name: 'deletes the last row of a chain and sets its head back',
    sql: `delete from ledger.entries where workflow_id = ${first} and seq = 4; ${rehash(first)}
      update ledger.heads set anchored = 3 where workflow_id = ${first}`,
    foundBy: 'ledger',
  },
  {
    name: 'deletes the last row of a chain after the last anchor and sets its head back',
    sql: `delete from ledger.entries where workflow_id = ${young} and seq = 4; ${rehash(young)}`,
    foundBy: 'never',
    reason: 'no anchor covers the row yet: anchor often (each minute by default), and keep the anchors outside',
  },
  { name: 'deletes a whole operation', sql: removed(first), foundBy: 'ledger' },
  {
    name: 'deletes a whole operation and makes all anchors right',
    sql: `${removed(first)} ${anchorsSay(first, 'l.said')}`,
    foundBy: 'outside',
  },
  {
    name: 'deletes a whole operation after the last anchor',
    sql: removed(young),
    foundBy: 'never',
    reason: 'no anchor covers the operation yet: anchor often (each minute by default), and keep the anchors outside',
  },
  {
    name: 'inserts a row at the end of a chain by hand',
    sql: `insert into ledger.entries select workflow_id, run_id, seq + 1, kind, at, activity_id, attempt, null, null, verb, action, null, null, null, body, hash, hash
      from ledger.entries where workflow_id = ${first} and seq = 4`,
    foundBy: 'ledger',
    service: 'able',
  },
  {
    name: 'appends an operation that never was, by the functions of the schema',
    sql: `select ledger.append(jsonb_populate_record(null::ledger.entries,
      '{"workflow_id": "flow-log/vpc/1000000000000001/cn-hangzhou/VPC/invented", "run_id": "r", "kind": "opened", "body": "{}"}'))`,
    foundBy: 'never',
    service: 'able',
    reason:
      'whoever may write as the service can lie as the service: the record proves what was written, not that it is true',
  },
  {
    name: 'edits why somebody settled a change in doubt, and how',
    sql: `update ledger.entries set body = replace(body, 'seen in the console', 'I felt like it'), result = 'effect-absent'
      where kind = 'resolution' and target = ${target('settled')}`,
    foundBy: 'ledger',
  },
  {
    name: 'deletes the row by which somebody settled a change in doubt, and what its chain holds beside',
    sql: `delete from ledger.entries where run_id = 'by-hand'; delete from ledger.heads where run_id = 'by-hand'`,
    foundBy: 'ledger',
  },
  {
    name: 'says that a change in doubt was settled, without a row that says so',
    sql: `update ledger.targets set pending_intent = null where target = ${target('doubt')}`,
    foundBy: 'ledger',
    service: 'able',
  },
  {
    name: 'makes a change that was settled be in doubt again',
    sql: `update ledger.targets t set pending_intent = (select intent_id from ledger.entries e where e.target = t.target and e.kind = 'resolution')
      where target = ${target('settled')}`,
    foundBy: 'ledger',
    service: 'able',
  },
  {
    name: 'inserts by hand a row that settles a change in doubt, and clears the target',
    sql: `insert into ledger.entries select workflow_id, run_id, seq + 1, 'resolution', at, 'settle', 1, intent_id, target, verb, action, 'fl-x', 'effect-seen', null, '{}', hash, hash
      from ledger.entries where kind = 'unknown' and target = ${target('doubt')};
      update ledger.targets set pending_intent = null where target = ${target('doubt')}`,
    foundBy: 'ledger',
    service: 'able',
  },
  {
    name: 'settles a change in doubt by the functions of the schema, as one who looked at nothing',
    sql: `select ledger.settle_intent(jsonb_build_object('workflow_id', 'resolveDoubts/x', 'run_id', 'x', 'kind', 'resolution', 'activity_id', '1',
      'attempt', 1, 'intent_id', (select pending_intent from ledger.targets where target = ${target('doubt')}), 'result', 'effect-seen', 'body', '{}'), 0)`,
    foundBy: 'never',
    service: 'able',
    reason:
      'whoever may write as the service can lie as the service; who settled, why, and what was seen stand in the row, or are missing there',
  },
  {
    name: 'edits what the last look at a change in doubt saw',
    sql: `update ledger.looks set body = '{"flowLogs":[],"readAt":"2026-01-01T00:00:00Z"}'`,
    foundBy: 'never',
    reason: 'the table is for people, and nothing is decided by it: whoever settles a change looks anew',
  },
  {
    name: 'changes the order of two rows',
    sql: `update ledger.entries set seq = 900 where workflow_id = ${first} and seq = 2;
      update ledger.entries set seq = 2 where workflow_id = ${first} and seq = 3;
      update ledger.entries set seq = 3 where workflow_id = ${first} and seq = 900`,
    foundBy: 'ledger',
  },
  {
    name: 'swaps two rows between chains',
    sql: `update ledger.entries a set body = b.body, intent_id = b.intent_id, flow_log_id = b.flow_log_id from ledger.entries b
      where a.seq = 3 and b.seq = 3 and (a.workflow_id, b.workflow_id) in ((${first}, ${second}), (${second}, ${first}))`,
    foundBy: 'ledger',
  },
  { name: 'empties the table of entries', sql: 'truncate ledger.entries', foundBy: 'ledger' },
  {
    name: 'empties the whole ledger',
    sql: 'truncate ledger.entries, ledger.heads, ledger.targets, ledger.freezes, ledger.breakers, ledger.archived_targets, ledger.archived_flow_logs',
    foundBy: 'outside',
  },
  {
    name: 'sets a head back',
    sql: `update ledger.heads set count = count - 1 where workflow_id = ${first}`,
    foundBy: 'ledger',
    service: 'able',
  },
  {
    name: 'says that less is anchored',
    sql: `update ledger.heads set anchored = 0 where workflow_id = ${first}`,
    foundBy: 'ledger',
    service: 'able',
  },
  {
    name: 'edits an anchor',
    sql: `update ledger.entries set body = '{"heads":[]}' where kind = 'anchor' and seq = 1`,
    foundBy: 'ledger',
  },
  {
    name: 'removes the last anchor as if it had never been made',
    sql: `delete from ledger.entries where kind = 'anchor' and seq = (select max(seq) from ledger.entries where kind = 'anchor'); ${rehash(`'ledger/anchors'`)}
      update ledger.heads h set anchored = coalesce((select max((l ->> 2)::int) from ledger.entries a, json_array_elements(a.body::json -> 'heads') l
        where a.kind = 'anchor' and l ->> 0 = h.workflow_id and l ->> 1 = h.run_id), 0)`,
    foundBy: 'outside',
  },
  {
    name: 'lifts a freeze in its table',
    sql: 'update ledger.freezes set thawed_at = now()',
    foundBy: 'ledger',
    service: 'able',
  },
  { name: 'deletes a freeze from its table', sql: 'delete from ledger.freezes', foundBy: 'ledger' },
  { name: 'narrows the scope of a freeze', sql: `update ledger.freezes set region = 'cn-nowhere'`, foundBy: 'ledger' },
  {
    name: 'invents a freeze in its table',
    sql: `insert into ledger.freezes (freeze_id, reason, frozen_by, at) values ('f-1', 'x', 'x', now())`,
    foundBy: 'ledger',
    service: 'able',
  },
  {
    name: 'removes the freeze from its chain and its table',
    sql: `delete from ledger.entries where workflow_id = 'ledger/freezes'; delete from ledger.heads where workflow_id = 'ledger/freezes'; delete from ledger.freezes`,
    foundBy: 'ledger',
  },
  {
    name: 'makes a target forget its pending intent',
    sql: `update ledger.targets set pending_intent = null where target = ${target('doubt')}`,
    foundBy: 'ledger',
    service: 'able',
  },
  {
    name: 'makes a target forget what was accepted',
    sql: `update ledger.targets set accepted_verb = null, accepted_flow_log_id = null, accepted_at = null where target = ${target('first')}`,
    foundBy: 'ledger',
    service: 'able',
  },
  {
    name: 'makes an accepted change look older',
    sql: `update ledger.targets set accepted_at = accepted_at - interval '1 day' where target = ${target('first')}`,
    foundBy: 'ledger',
    service: 'able',
  },
  {
    name: 'gives the fence of a target to an earlier attempt',
    sql: `update ledger.targets set fence = 0 where target = ${target('first')}`,
    foundBy: 'ledger',
    service: 'able',
  },
  {
    name: 'names another holder of a fence',
    sql: `update ledger.targets set holder = 'somebody' where target = ${target('first')}`,
    foundBy: 'ledger',
    service: 'able',
  },
  {
    name: 'sets the version of a target back',
    sql: `update ledger.targets set version = version - 1 where target = ${target('first')}`,
    foundBy: 'ledger',
    service: 'able',
  },
  {
    name: 'deletes the memory of a target',
    sql: `delete from ledger.targets where target = ${target('first')}`,
    foundBy: 'ledger',
  },
  {
    name: 'raises the fence of a target',
    sql: `update ledger.targets set fence = fence + 1, holder = 'somebody' where target = ${target('first')}`,
    foundBy: 'never',
    service: 'able',
    reason: 'a fence is taken without a row of the record; a raised one only makes the attempt under way look again',
  },
  { name: 'closes a breaker', sql: 'delete from ledger.breakers', foundBy: 'ledger' },
  {
    name: 'moves the time of a row',
    sql: `update ledger.entries set at = at - interval '1 hour' where workflow_id = ${first} and seq = 3`,
    foundBy: 'ledger',
  },
  {
    name: 'sets the clock of the database wrong while a row is written',
    sql: `insert into ledger.heads (workflow_id, run_id, count, hash) select 'flow-log/x', 'r', 1, ledger.entry_hash(e) from (select (jsonb_populate_record(null::ledger.entries, jsonb_build_object(
        'workflow_id', 'flow-log/x', 'run_id', 'r', 'seq', 1, 'kind', 'opened', 'at', '2001-01-01T00:00:00Z', 'body', '{}', 'prev_hash', repeat('0', 64)))).*) e;
      insert into ledger.entries select 'flow-log/x', 'r', 1, 'opened', '2001-01-01T00:00:00Z', null, null, null, null, null, null, null, null, null, '{}', repeat('0', 64), hash from ledger.heads where workflow_id = 'flow-log/x'`,
    foundBy: 'never',
    service: 'able',
    reason: sharedClock,
  },
  {
    name: 'tells of a clock that jumped, by the functions of the schema',
    sql: `select ledger.agree_clock('a boot', 0); select ledger.agree_clock('a boot', 1000)`,
    foundBy: 'never',
    service: 'able',
    reason:
      'clocks are no part of the record; each jump makes what is in doubt wait for one grace more, and never for less',
  },
  {
    name: 'tells of a fail-over that was none, by the functions of the schema',
    sql: `select ledger.meet_cluster('no such intent')`,
    foundBy: 'never',
    service: 'able',
    reason:
      'the identity of the server is no part of the record; no flow log is created for one grace, and that is all',
  },
  {
    name: 'makes the clocks of a machine look alike since long ago',
    sql: `insert into ledger.clocks (boot_id, offset_ms, alike_since, jumps) values ('a boot', 0, '-infinity', 0)`,
    foundBy: 'never',
    reason:
      'clocks are no part of the record: whoever owns the tables can let a doubt be decided too early on that machine',
  },
  {
    name: 'edits the row of an archive',
    sql: `update ledger.entries set body = replace(body, '"entries": 4', '"entries": 3') where kind = 'archive'`,
    foundBy: 'ledger',
  },
  {
    name: 'names another file in the row of an archive and makes its chain right',
    sql: `update ledger.entries set body = (body::jsonb || '{"sha256": "0"}')::text where kind = 'archive'; ${rehash(archives)}`,
    foundBy: 'ledger',
  },
  {
    name: 'deletes the row of an archive',
    sql: `delete from ledger.entries where kind = 'archive'; delete from ledger.heads where workflow_id = ${archives}`,
    foundBy: 'ledger',
  },
  {
    name: 'deletes an archive with all that is kept of it',
    sql: `delete from ledger.entries where kind = 'archive'; delete from ledger.archived_targets; delete from ledger.archived_flow_logs;
      ${removed(old)} delete from ledger.heads where workflow_id = ${archives}`,
    foundBy: 'ledger',
  },
  {
    name: 'deletes an archive with all that is kept of it and makes all anchors right',
    sql: `delete from ledger.entries where kind = 'archive'; delete from ledger.archived_targets; delete from ledger.archived_flow_logs;
      ${removed(old)} delete from ledger.heads where workflow_id = ${archives}; ${anchorsSay(old, 'l.said')} ${anchorsSay(archives, 'l.said')}`,
    foundBy: 'outside',
  },
  {
    name: 'calls an operation archived and deletes its rows',
    sql: `update ledger.heads set archive = 1, archived = count, archived_hash = hash where workflow_id = ${first};
      delete from ledger.entries where workflow_id = ${first}`,
    foundBy: 'ledger',
  },
  {
    name: 'edits the head of an archived chain',
    sql: `update ledger.heads set archived_hash = repeat('0', 64), hash = repeat('0', 64) where workflow_id = ${old}`,
    foundBy: 'ledger',
    service: 'able',
  },
  {
    name: 'says that nothing of a chain is archived',
    sql: `update ledger.heads set archive = null, archived = 0, archived_hash = null where workflow_id = ${old}`,
    foundBy: 'ledger',
    service: 'able',
  },
  {
    name: 'makes a target forget what an archived operation did',
    sql: `update ledger.targets set accepted_verb = null, accepted_flow_log_id = null, accepted_at = null where target = ${target('old')}`,
    foundBy: 'ledger',
    service: 'able',
  },
  {
    name: 'edits what is kept of an archived target, and the target to match',
    sql: `update ledger.archived_targets set accepted_flow_log_id = 'fl-other';
      update ledger.targets set accepted_flow_log_id = 'fl-other' where target = ${target('old')}`,
    foundBy: 'ledger',
  },
  {
    name: 'deletes a flow log that an archived operation made from what is kept',
    sql: 'delete from ledger.archived_flow_logs',
    foundBy: 'ledger',
  },
  {
    name: 'takes rows out by the function of the schema, and names a file that there is not',
    sql: `select ledger.archive_chains(now(), 10, (select ledger.text_digest(string_agg(ledger.head_field(a.workflow_id, a.run_id, a.count, a.hash), '' order by a.workflow_id, a.run_id))
      from ledger.archivable(now(), 10) a), '{"file": "none", "sha256": "none"}')`,
    foundBy: 'never',
    archiver: 'able',
    reason:
      'whoever may archive may lose the file: the rows are gone, but not unseen, since `verify` names every archive whose file it was not given, and ends with 5',
  },
];
