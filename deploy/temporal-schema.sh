#!/bin/sh
# Brings Temporal's databases to the schema of the tools' version. May be run again: what is there is left as it is.
set -eu
SQL_PASSWORD=$(cat /run/secrets/temporal-password)
export SQL_PASSWORD

versioned=${TEMPORAL_SCHEMA_FOLDER:-/etc/temporal/schema/postgresql/v12}

bring_up() {
  database=$1
  folder=$2
  tool="temporal-sql-tool --plugin $DB --ep $POSTGRES_SEEDS --port $DB_PORT --user $POSTGRES_USER --database $database"
  # A database that has a version already needs no first one, and refuses it.
  $tool setup-schema --version 0.0 || echo "$database has a schema; it is updated where it is older"
  $tool update-schema --schema-dir "$versioned/$folder/versioned"
}

bring_up temporal temporal
bring_up temporal_visibility visibility
