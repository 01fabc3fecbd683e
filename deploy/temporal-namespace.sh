#!/bin/sh
# Makes the namespace where it is not there, as soon as the server can, and ends once the server hands out work.
set -eu

attempt=0
until temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 720h; do
  attempt=$((attempt + 1))
  if [ "$attempt" -ge 30 ]; then
    echo "namespace $TEMPORAL_NAMESPACE could not be made at $TEMPORAL_ADDRESS" >&2
    exit 1
  fi
  sleep 2
done
echo "namespace $TEMPORAL_NAMESPACE is there"

# A server that comes back counts the hosts of its last life for about half a minute, and refuses workers and queries meanwhile ("Not enough
# hosts to serve the request"), although its port is open and it knows its namespaces.
attempt=0
until temporal task-queue describe --namespace "$TEMPORAL_NAMESPACE" --task-queue flow-log >/dev/null 2>&1; do
  attempt=$((attempt + 1))
  if [ "$attempt" -ge 60 ]; then
    echo "Temporal at $TEMPORAL_ADDRESS hands out no work" >&2
    exit 1
  fi
  sleep 2
done
echo "Temporal at $TEMPORAL_ADDRESS hands out work"
