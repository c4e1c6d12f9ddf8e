#!/bin/sh
# Sets the clone up, then runs one of our TypeScript programs with the Node that the lock file names.
# Usage: run.sh [--dev | --engine] PROGRAM.ts ARGUMENTS...     --engine: the program needs the engine, also where it was left out.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
case $1 in
  --dev)
    shift
    sh "$root/tools/setup.sh" --dev
    ;;
  --engine)
    shift
    sh "$root/tools/setup.sh"
    ;;
  *) sh "$root/tools/setup.sh" --as-before ;;
esac
program=$root/$1
shift
PATH=$root/node_modules/.bin:$PATH
NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$root/.cache/compiled}
export PATH NODE_COMPILE_CACHE
exec node "$program" "$@"
