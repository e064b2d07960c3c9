#!/bin/bash
# Draws the key file at the first start, then starts mongod as its image does. With a key file
# mongod asks every client for a password; members of a larger set would share the file.
set -euo pipefail
key=/data/configdb/keyfile
if [ ! -s "$key" ]; then
  rm -f "$key.draft"
  (umask 0277 && head -c 756 /dev/urandom | base64 -w 0 > "$key.draft")
  mv "$key.draft" "$key"
fi
exec docker-entrypoint.sh mongod --keyFile "$key" "$@"
