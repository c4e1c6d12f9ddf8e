#!/bin/sh
# Healthy: store, scheduler and workflows work, and runners find a token.
set -eu
/opt/weir/node_modules/.bin/node --eval '
  fetch("http://127.0.0.1:7766/health").then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))'
[ -s /run/weir-join/token ]
