#!/bin/sh
# Fills the simulated cloud with sample networks and makes the schedule that keeps their flow logs on. May be run again.
set -eu
simulator=http://simulator:4510/_simulator

node -e '
const [url, file] = process.argv.slice(1);
fetch(`${url}/seed`, { method: "POST", body: require("node:fs").readFileSync(file) }).then(async (answer) => {
  if (answer.ok) return;
  console.error(`the simulator refuses the sample networks: ${await answer.text()}`);
  process.exit(1);
});' "$simulator" /demo/world.json

if ! flowlog schedule describe demo >/dev/null 2>&1; then
  flowlog schedule create demo -f /demo/order.yaml --every 10m --requested-by demo --reason 'the demonstration'
  flowlog schedule trigger demo
fi
echo 'the demonstration runs: http://localhost:8080 shows it, and: docker compose --env-file deploy/demo.env run --rm flowlog bulk list'
