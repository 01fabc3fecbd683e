#!/bin/sh
# Makes the namespace where it is not there, as soon as the server can.
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
