-- Up Migration
-- The ledger's memory. `entries` is the record and only ever grows; everything else points into it.

-- One row for everything that happened, in chains: one chain for each run of an operation, one for freezes, one for anchors.
-- Every column is covered by `hash` (ledger.entry_hash), so every column is text, a number or a time with one exact spelling.
create table ledger.entries (
  workflow_id text collate "C" not null,
  run_id      text collate "C" not null,
  -- 1, 2, 3, … within the chain, without gaps.
  seq         integer not null,
  kind        text not null,
  -- The database's clock: the only one that all workers share.
  at          timestamptz not null,
  -- Who wrote it: the attempt of an activity. Null where no activity did.
  activity_id text,
  attempt     integer,
  -- The change it speaks of.
  intent_id   text,
  target      text,
  verb        text,
  action      text,
  flow_log_id text,
  result      text,
  error_kind  text,
  -- Everything else, as canonical JSON text. Text, not jsonb: the bytes that were hashed are the bytes that are kept.
  body        text not null,
  prev_hash   text not null,
  hash        text not null,
  primary key (workflow_id, run_id, seq)
);
create index entries_intent on ledger.entries (intent_id) where intent_id is not null;
create index entries_flow_log on ledger.entries (flow_log_id) where flow_log_id is not null;
create index entries_at on ledger.entries (at);
-- A target is written owner/product/account/place/key: looked up whole, by account, and by resource (the last part of the key).
create index entries_target on ledger.entries (target) where target is not null;
create index entries_account on ledger.entries (split_part(target, '/', 3)) where target is not null;
create index entries_resource on ledger.entries (reverse(split_part(reverse(target), '/', 1))) where target is not null;

-- Where each chain ends. Mutable: its row is the lock under which the chain grows.
create table ledger.heads (
  workflow_id text collate "C" not null,
  run_id      text collate "C" not null,
  count       integer not null default 0,
  hash        text not null default repeat('0', 64),
  -- How much of the chain the last anchor covers.
  anchored    integer not null default 0,
  primary key (workflow_id, run_id)
);
create index heads_run on ledger.heads (run_id);
create index heads_unanchored on ledger.heads (workflow_id, run_id) where count > anchored;

-- Where each target stands. Mutable: its row is the lock under which changes of the target are admitted.
create table ledger.targets (
  target               text primary key,
  -- Rises with every attempt of every run that means to change the target; only the latest holder may.
  fence                bigint not null default 0,
  holder               text,
  -- Intents ever committed: what was looked up before is still good while this stands.
  version              bigint not null default 0,
  -- The one intent whose end is open or unclear, if any. What it was is in the entries.
  pending_intent       text,
  -- The last change known to have been accepted.
  accepted_verb        text,
  accepted_flow_log_id text,
  accepted_at          timestamptz,
  accepted_workflow_id text,
  accepted_run_id      text
);

-- Which changes are held. Null in a scope column: all of them. The audit rows are in the entries.
create table ledger.freezes (
  freeze_id  text primary key,
  account_id text,
  region     text,
  product    text,
  reason     text not null,
  frozen_by  text not null,
  at         timestamptz not null,
  thawed_at  timestamptz
);
create index freezes_standing on ledger.freezes (at) where thawed_at is null;

create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append-only: % on %.% is refused', tg_op, tg_table_schema, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;
create trigger entries_append_only before update or delete on ledger.entries
  for each row execute function ledger.refuse_change();
create trigger entries_no_truncate before truncate on ledger.entries
  for each statement execute function ledger.refuse_change();
-- `always`: a session that calls itself a replica does not get around them.
alter table ledger.entries enable always trigger entries_append_only;
alter table ledger.entries enable always trigger entries_no_truncate;
