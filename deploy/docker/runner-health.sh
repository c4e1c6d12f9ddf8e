#!/bin/sh
# Healthy: the runner has its session. The host closes the connection of a runner that it does not accept, so an open one tells.
set -eu
port=$(printf '%04X' "${WEIR_HOST_URL##*:}")
cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port=":$port" 'substr($3, length($3) - 4) == port && $4 == "01" { found = 1 } END { exit !found }'
