#!/bin/sh
# Makes the databases, and the logins with the roles of docs/ledger.md, and gives each its password. May be run again: that is how a password
# is changed (write the new one into its file, then `docker compose up -d`).
set -eu
PGPASSWORD=$(cat /run/secrets/postgres-password)
export PGPASSWORD

psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --dbname postgres <<'END'
\set temporal `cat /run/secrets/temporal-password`
\set migrate `cat /run/secrets/migrate-password`
\set worker `cat /run/secrets/worker-password`
\set auditor `cat /run/secrets/auditor-password`

select format('create role %I nologin', name) from unnest(array['flowlog_service', 'flowlog_auditor', 'flowlog_archiver']) name
  where not exists (select from pg_roles where rolname = name) \gexec
select format('create role %I login', name) from unnest(array['temporal', 'migrate', 'worker', 'auditor']) name
  where not exists (select from pg_roles where rolname = name) \gexec
alter role temporal password :'temporal';
alter role migrate password :'migrate';
alter role worker password :'worker';
alter role auditor password :'auditor';
grant flowlog_service to worker;
grant flowlog_auditor to auditor;

select format('create database %I owner %I', name, owner)
  from (values ('flowlog', 'migrate'), ('temporal', 'temporal'), ('temporal_visibility', 'temporal')) wanted (name, owner)
  where not exists (select from pg_database where datname = name) \gexec
revoke all on database flowlog, temporal, temporal_visibility from public;
grant connect on database flowlog to worker, auditor;

\connect flowlog
revoke create on schema public from public;
-- By its history the ledger knows a fail-over from a restart.
grant execute on function pg_control_system(), pg_control_checkpoint() to migrate;
END
echo 'databases and logins are there'
