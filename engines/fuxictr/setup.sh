#!/usr/bin/env bash
# Installs the engine into .venv beside this file. Usage: setup.sh [--dev]
# Environment: PYTHON (default python3), WEIR_TORCH_INDEX (an index that holds torch wheels), WEIR_TORCH (cpu or cuda).
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
venv="$here/.venv"
python="${PYTHON:-python3}"
torch_version="2.13.0"
extras=""
[[ "${1:-}" == "--dev" ]] && extras="[dev]"

say() { printf 'engine setup: %s\n' "$*"; }
fail() { printf 'engine setup: %s\n' "$*" >&2; exit 1; }

checksum() {
  cat "$here/pyproject.toml" "$here/constraints.txt" "$here/setup.sh" | { sha256sum 2>/dev/null || shasum -a 256; } | cut -d' ' -f1
}

stamp="$(checksum)"
for done in "$venv/.weir-setup$extras" "$venv/.weir-setup[dev]"; do
  if [[ -x "$venv/bin/python" && -f "$done" && "$(cat "$done")" == "$stamp" ]]; then
    say "up to date"
    exit 0
  fi
done

command -v "$python" >/dev/null || fail "there is no $python. Install Python 3.10 or newer (Debian: apt install python3 python3-venv)."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
  fail "$("$python" --version) is too old. Install Python 3.10 or newer and set PYTHON to it."
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
  fail "$python cannot make virtual environments. Install them (Debian: apt install python3-venv)."

if [[ ! -x "$venv/bin/python" ]]; then
  say "1/3 creating $venv"
  "$python" -m venv "$venv"
else
  say "1/3 reusing $venv"
fi

pip_install() { "$venv/bin/python" -m pip install --disable-pip-version-check --progress-bar off --quiet "$@"; }

has_gpu() {
  case "${WEIR_TORCH:-}" in
    cpu) return 1 ;;
    cuda) return 0 ;;
    *) command -v nvidia-smi >/dev/null && nvidia-smi -L 2>/dev/null | grep -q . ;;
  esac
}

index=()
[[ -n "${WEIR_TORCH_INDEX:-}" ]] && index=(--extra-index-url "$WEIR_TORCH_INDEX")
if "$venv/bin/python" -c "from importlib.metadata import version; assert version('torch').split('+')[0] == '$torch_version'" 2>/dev/null; then
  say "2/3 torch $torch_version is there"
elif has_gpu; then
  say "2/3 installing torch $torch_version for the GPU (several GB)"
  pip_install ${index[@]+"${index[@]}"} "torch==$torch_version"
else
  say "2/3 installing torch $torch_version for the CPU"
  if ! pip_install ${index[@]+"${index[@]}"} "torch==$torch_version+cpu" 2>/dev/null; then
    say "    no CPU wheel at the configured indexes, taking the default one (several GB; WEIR_TORCH_INDEX may name another index)"
    pip_install ${index[@]+"${index[@]}"} "torch==$torch_version"
  fi
fi

say "3/3 installing weir-fuxictr$extras"
pip_install --constraint "$here/constraints.txt" --editable "$here$extras"
"$venv/bin/python" -c 'import torch, weir_fuxictr' || fail "the installed packages cannot be imported; see the message above."
printf '%s\n' "$stamp" >"$venv/.weir-setup$extras"
say "done"
