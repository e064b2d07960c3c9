#!/bin/bash
# `alive.sh PORT PATH`: healthy if this container answers 200. Runs every few seconds in every
# container; Python would need ten times the CPU to ask the same.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/$1"
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&3
answer=$(cat <&3)
echo "${answer##*$'\n'}" # `docker inspect` keeps it: which dependency is away
[[ $answer == HTTP/1.?" 200 "* ]]
