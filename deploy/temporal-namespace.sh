#!/bin/sh
# Makes the namespace where it is not there, as soon as the server can, and ends once the server hands out work.
set -eu

# until_done TIMES FAILURE COMMAND...: repeats the command every 2 s until it succeeds, so many times at most; then says the failure and ends.
until_done() {
  left=$1 failure=$2
  shift 2
  until "$@"; do
    left=$((left - 1))
    if [ "$left" -le 0 ]; then
      echo "$failure" >&2
      exit 1
    fi
    sleep 2
  done
}

make_namespace() {
  temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 720h
}

# A server that comes back counts the hosts of its last life for about half a minute, and refuses workers and queries meanwhile ("Not enough
# hosts to serve the request"), although its port is open and it knows its namespaces.
ask_for_work() {
  temporal task-queue describe --namespace "$TEMPORAL_NAMESPACE" --task-queue flow-log >/dev/null 2>&1
}

until_done 30 "namespace $TEMPORAL_NAMESPACE could not be made at $TEMPORAL_ADDRESS" make_namespace
echo "namespace $TEMPORAL_NAMESPACE is there"
until_done 60 "Temporal at $TEMPORAL_ADDRESS hands out no work" ask_for_work
echo "Temporal at $TEMPORAL_ADDRESS hands out work"
