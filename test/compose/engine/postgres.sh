#!/bin/bash
# Does for a Debian with PostgreSQL what the vendor's image does of it: makes the database the first time, with the password of a file, and
# lets everybody in from the network who has one.
set -eu
bin=$(echo /usr/lib/postgresql/*/bin)
PATH=$bin:$PATH
data=${PGDATA:-/var/lib/postgresql/data}
[ "${1:-postgres}" = postgres ] || exec "$@"
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$data" && chown -R postgres:postgres "$data" && chmod 700 "$data"
  exec gosu postgres "$0" "$@"
fi
if [ ! -s "$data/PG_VERSION" ]; then
  if [ -z "${POSTGRES_PASSWORD_FILE:-}" ]; then
    echo 'POSTGRES_PASSWORD_FILE is not set' >&2
    exit 1
  fi
  # shellcheck disable=SC2086
  initdb --username "${POSTGRES_USER:-postgres}" --pwfile "$POSTGRES_PASSWORD_FILE" --auth-local trust --auth-host scram-sha-256 \
    --encoding UTF8 --locale C.UTF-8 ${POSTGRES_INITDB_ARGS:-} -D "$data" >/dev/null
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
fi
exec postgres -D "$data" -c listen_addresses='*'
