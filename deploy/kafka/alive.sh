#!/bin/bash
# Healthy: the broker answers a metadata request and lists itself, so its controller knows it.
# Written by hand (Metadata v1, no topics), because a JVM for every check would cost two seconds.
set -euo pipefail
exec 3<>/dev/tcp/127.0.0.1/9092
printf '\0\0\0\x0e\0\x03\0\x01\0\0\0\x01\xff\xff\0\0\0\0' >&3
# size, correlation id, number of brokers: four bytes each
brokers=$(head -c 12 <&3 | od -An -tu1 -j 11)
[ "$brokers" -ge 1 ]
