#!/bin/sh
# Asks by the command, waits, and tells by its exit code: 0 done, 4 another operation runs, 3 Temporal is out of reach.
set -eu
flowlog enable "${1:?the id of a VPC}" --region cn-hangzhou --project netlogs --log-store flow --reason "${2:-baseline}" --wait --json
