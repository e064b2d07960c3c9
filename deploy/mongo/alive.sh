#!/bin/bash
# Healthy: mongod answers a `hello`. Written by hand (OP_MSG, BSON {hello: 1, $db: "admin"}),
# because a mongosh for every check would cost a second of CPU.
set -euo pipefail
exec 3<>/dev/tcp/127.0.0.1/27017
printf '\x34\0\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0' >&3
printf '\x1f\0\0\0\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0' >&3
[ "$(head -c 16 <&3 | wc -c)" -eq 16 ]
