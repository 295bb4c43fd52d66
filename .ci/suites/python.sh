#!/usr/bin/env bash
# The Python SDK's own client, PluginRunner, unmodified from PyPI, before replays: test/python.
# REPRISE_TEST_VENV names a folder in which its virtual environment is kept; without it there is a new one each time.
# Other words are pytest's: `bash .ci/suites/python.sh -k misses`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "Failed to run the Python suite: $1"
  echo '0 passed, 1 failed'
  exit 1
}

# The SDK needs Python 3.12; Debian's has `ensurepip` in a package of its own.
find_python() {
  local candidate
  for candidate in python3.12 python3.13 python3.14 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/python3 python3; do
    if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

if ! python=$(find_python); then
  echo 'Skipped: all of test/python, the tests of the Python SDK (dify-plugin). They need Python 3.12 or newer with venv and ensurepip: install it, as python3.12 on the PATH or with `pyenv install 3.12`.'
  echo '0 passed, 0 failed'
  exit 0
fi

venv=${REPRISE_TEST_VENV:-$work/venv}
"$python" -m venv "$venv" || fail "$python made no virtual environment in $venv."
"$venv/bin/python" -m pip install --quiet --requirement test/python/requirements.txt ||
  fail 'test/python/requirements.txt could not be installed. It needs PyPI, or a REPRISE_TEST_VENV in which it is installed.'
node scripts/setup.mjs || fail 'reprise could not be built.'

# pytest's own time limit is for a test; this one is for what that can't end, such as a thread that never does.
watch() {
  if command -v timeout >/dev/null; then timeout --kill-after=10 300 "$@"; else "$@"; fi
}

status=0
watch "$venv/bin/python" -m pytest test/python --basetemp="$work/tmp" --junitxml="$work/junit.xml" "$@" || status=$?
[ -s "$work/junit.xml" ] || fail "pytest ended with status $status and no results."
"$venv/bin/python" - "$work/junit.xml" <<'PYTHON'
import sys
from xml.etree import ElementTree

suite = ElementTree.parse(sys.argv[1]).getroot().find("testsuite")
tests, skipped, *bad = (int(suite.get(name)) for name in ("tests", "skipped", "failures", "errors"))
print(f"{tests - skipped - sum(bad)} passed, {sum(bad)} failed")
PYTHON
[ "$status" -eq 0 ] || exit 1
