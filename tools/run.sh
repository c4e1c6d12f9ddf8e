#!/bin/sh
# Sets the clone up, then runs one of our TypeScript programs with the Node that the lock file names.
# Usage: run.sh [--dev] PROGRAM.ts ARGUMENTS...
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
if [ "$1" = --dev ]; then
  shift
  sh "$root/tools/setup.sh" --dev
else
  sh "$root/tools/setup.sh"
fi
program=$root/$1
shift
PATH=$root/node_modules/.bin:$PATH
NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$root/.cache/compiled}
export PATH NODE_COMPILE_CACHE
exec node "$program" "$@"
