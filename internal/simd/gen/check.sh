#!/bin/sh
# Shows that the committed assembly is what the generator writes: generates
# it anew in a temporary directory and compares. Exits 1 on a difference.
set -eu
cd "$(dirname "$0")"
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
go run . -dir "$fresh"
status=0
for f in "$fresh"/*; do
	diff -q "$f" "../$(basename "$f")" || status=1
done
exit $status
