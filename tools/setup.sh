#!/bin/sh
# Makes a clone ready to run: the npm packages, then the engine. Does only what is missing; a second run takes under a second.
# Usage: setup.sh [--dev | --no-engine | --as-before]
#   --dev        also what the tests and checks need
#   --no-engine  the npm packages only, now and at later starts: for nodes that run jobs but no stages of workflows
#   --as-before  what this clone was set up with: the engine unless it was left out
set -eu
cd "$(dirname "$0")/.."

NPM_VERSION=11.19.1
# Stays while the engine is left out.
NO_ENGINE=.cache/no-engine

say() { printf 'setup: %s\n' "$1" >&2; }
fail() {
  say "$1"
  exit 1
}

# timed TITLE COMMAND...: runs it with its output on standard error, says how long it took.
timed() {
  title=$1
  shift
  say "$title ..."
  started=$(date +%s)
  "$@" >&2 9>&- || fail "$title failed; its output is above"
  say "$title: done in $(($(date +%s) - started)) s"
}

install_packages() {
  lock_hash=$(sha256sum package-lock.json | cut -d ' ' -f 1)
  stamp=node_modules/.weir-setup
  if [ -x node_modules/.bin/node ] && [ "$(cat "$stamp" 2>/dev/null)" = "$lock_hash" ]; then return; fi
  command -v npm >/dev/null || fail 'npm is missing: install Node.js 18 or later with npm'
  # Not `npm ci`: it refuses a lock file that lacks packages of other platforms, which registries do not always hold.
  # --no-save keeps an older npm from rewriting the lock file.
  if ! node_is_new_enough; then fetch_newer_node; fi
  timed 'installing npm packages' npm install --no-save --no-audit --no-fund --loglevel=error
  rm -rf .cache/node
  [ -x node_modules/.bin/node ] || fail 'the npm package "node" brought no node: it needs install scripts (npm config ignore-scripts must be false)'
  printf '%s\n' "$lock_hash" >"$stamp"
}

# npm leaves out native parts that ask for a newer Node than the one it runs on, without a word.
node_is_new_enough() {
  node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)'
}

# An old Node with its npm only fetches a newer one with its npm, which then installs the packages.
fetch_newer_node() {
  wanted=$(node -p 'require("./package.json").dependencies.node')
  mkdir -p .cache/node
  timed "fetching Node.js $wanted, $(node --version) is too old to install everything" \
    npm install --prefix .cache/node --no-save --no-audit --no-fund --loglevel=error "node@$wanted" "npm@$NPM_VERSION"
  PATH=$PWD/.cache/node/node_modules/.bin:$PATH
}

# The engine gets a virtual environment of its own; Debian ships that part of Python apart.
require_venv() {
  if [ -x engines/fuxictr/.venv/bin/python ]; then return; fi
  command -v python3 >/dev/null || fail 'python3 is missing: install Python 3.10 or later'
  if python3 -c 'import ensurepip, venv' 2>/dev/null; then return; fi
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    timed 'installing the Debian package python3-venv' install_debian_package python3-venv
  else
    fail 'python3 has no venv module: install it (Debian: apt-get install python3-venv) and run this again'
  fi
}

install_debian_package() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y -qq --no-install-recommends "$@" || { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; }
}

# Real servers for the tests, which start and stop their own: PostgreSQL, Redis, Docker; the network tools and the clock of the chaos run.
install_servers() {
  missing=
  ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
  command -v redis-server >/dev/null || missing="$missing redis-server"
  command -v ip >/dev/null || missing="$missing iproute2"
  command -v iptables >/dev/null || missing="$missing iptables"
  ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || missing="$missing libfaketime"
  command -v dockerd >/dev/null || missing="$missing docker.io"
  command -v docker-compose >/dev/null || docker compose version >/dev/null 2>&1 || missing="$missing docker-compose"
  command -v debootstrap >/dev/null || missing="$missing debootstrap"
  if [ -z "$missing" ]; then return; fi
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    # shellcheck disable=SC2086 # a list of words
    timed "installing the Debian packages$missing for the tests" install_quietly $missing
  else
    say "the tests need$missing: install them as root (Debian: apt-get install$missing)"
  fi
}

# Debian starts what it installs; the tests want servers of their own.
install_quietly() {
  policy=/usr/sbin/policy-rc.d
  if [ -e "$policy" ]; then
    install_debian_package "$@"
    return
  fi
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  status=0
  install_debian_package "$@" || status=$?
  rm -f "$policy"
  return "$status"
}

# wants_engine WAY: says whether the engine is to be there, and remembers it.
wants_engine() {
  case $1 in
    --no-engine) : >"$NO_ENGINE" ;;
    --as-before) ;;
    *) rm -f "$NO_ENGINE" ;;
  esac
  [ ! -e "$NO_ENGINE" ]
}

install_engine() {
  started=$(date +%s)
  bash engines/fuxictr/setup.sh "$@" >&2 9>&- || fail 'installing the engine failed; its output is above'
  took=$(($(date +%s) - started))
  if [ "$took" -gt 1 ]; then say "engine: done in $took s"; fi
}

way=${1:-}
case $#$way in
  0 | 1--dev | 1--no-engine | 1--as-before) ;;
  *)
    say "it takes --dev, --no-engine, --as-before or nothing, not: $*"
    exit 64
    ;;
esac
mkdir -p .cache
# Two setups at once would install into each other's tree.
if command -v flock >/dev/null; then
  exec 9>.cache/setup.lock
  flock 9
fi
install_packages
if [ "$way" = --dev ]; then install_servers; fi
if wants_engine "$way"; then
  require_venv
  if [ "$way" = --dev ]; then install_engine --dev; else install_engine; fi
elif [ "$way" = --no-engine ]; then
  say 'without the engine: this machine runs jobs, but no stages of workflows; npm run setup adds it'
fi
