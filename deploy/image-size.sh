#!/bin/sh
# Prints what an image of flowlog adds to its base, and fails where that is more than 150 MB.
#
#   deploy/image-size.sh [IMAGE] [BASE]
set -eu
engine=${ENGINE:-docker}
image=${1:-flowlog}
base=${2:-node:20-bookworm-slim}
size_of() { $engine image inspect --format '{{.Size}}' "$1"; }
size=$(size_of "$image")
below=$(size_of "$base")
added=$(((size - below + 500000) / 1000000))
echo "$image: $((size / 1000000)) MB, of which $added MB are added to $base"
[ "$added" -le 150 ]
