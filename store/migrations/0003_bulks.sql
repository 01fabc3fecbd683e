-- Up Migration
-- Manifests too long for one payload, in pages, named by the SHA-256 of the whole.
create table flowlog.manifests (
  sha256 text not null,
  page integer not null,
  items jsonb not null,
  stored_at timestamptz not null default now(),
  primary key (sha256, page)
);

-- One row a run of a bulk; `run` is the first run id of its workflow, which stays when it continues as new.
create table flowlog.bulks (
  run text primary key,
  bulk text not null,
  operation text not null,
  requested_by text not null,
  reason text,
  retry_of text,
  started_at timestamptz not null default now(),
  sealed_at timestamptz,
  ended_at timestamptz,
  report jsonb
);
create index bulks_by_name on flowlog.bulks (bulk, started_at desc);
create index bulks_by_start on flowlog.bulks (started_at desc);

-- One row a target. Before the bulk is sealed targets are gathered; then they have a page, and one after another an end.
create table flowlog.targets (
  run text not null references flowlog.bulks on delete cascade,
  ordinal integer not null,
  workflow_id text not null,
  place text not null,
  target jsonb not null,
  spec jsonb,
  options jsonb,
  selected boolean not null,
  page integer,
  state text,
  ending jsonb,
  primary key (run, ordinal),
  unique (run, workflow_id)
);
create index targets_by_page on flowlog.targets (run, page, ordinal);

select flowlog.grant_roles();
