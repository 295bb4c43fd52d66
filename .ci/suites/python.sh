#!/usr/bin/env bash
# The Python SDK's own client, PluginRunner, unmodified from PyPI, before replays: test/python. With older SDKs, what the
# client sees of the drop-in: test_drop_in.py.
# REPRISE_TEST_VENV names a folder in which the virtual environments are kept; without it there are new ones each time.
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

newest=$(sed -n 's/^dify-plugin==//p' test/python/requirements.txt)
older=(0.9.0 0.6.0 0.4.0)
venvs=${REPRISE_TEST_VENV:-$work/venv}

# install VERSION: a virtual environment with that SDK.
install() {
  "$python" -m venv "$venvs/$1" &&
    sed "s/^dify-plugin==.*/dify-plugin==$1/" test/python/requirements.txt >"$work/requirements-$1.txt" &&
    "$venvs/$1/bin/python" -m pip install --quiet --requirement "$work/requirements-$1.txt"
}

installing=()
for version in "$newest" "${older[@]}"; do
  install "$version" &
  installing+=($!)
done
for each in "${installing[@]}"; do
  wait "$each" ||
    fail 'test/python/requirements.txt could not be installed with each of the SDKs. It needs PyPI, or a REPRISE_TEST_VENV in which they are.'
done
node scripts/setup.mjs || fail 'reprise could not be built.'

# pytest's own time limit is for a test; this one is for what that can't end, such as a thread that never does.
watch() {
  if command -v timeout >/dev/null; then timeout --kill-after=10 480 "$@"; else "$@"; fi
}

# run VERSION WORDS…: pytest with that SDK.
run() {
  local version=$1
  shift
  watch "$venvs/$version/bin/python" -m pytest --basetemp="$work/tmp-$version" --junitxml="$work/junit-$version.xml" "$@"
}

status=0
echo "== dify-plugin $newest"
run "$newest" test/python "$@" || status=1

# What older SDKs print at their end on stderr is gevent's farewell; it is shown where a test fails.
running=()
for version in "${older[@]}"; do
  run "$version" test/python/test_drop_in.py "$@" >"$work/$version.txt" 2>&1 &
  running+=($!)
done
for index in "${!older[@]}"; do
  version=${older[$index]}
  result=0
  wait "${running[$index]}" || result=$?
  echo "== dify-plugin $version"
  # 5: no test was selected
  if [ "$result" -ne 0 ] && { [ "$result" -ne 5 ] || [ $# -eq 0 ]; }; then
    status=1
    cat "$work/$version.txt"
  else
    grep -E '^=+ .* in [0-9.]+s.*=+$' "$work/$version.txt" || true
  fi
done

for version in "$newest" "${older[@]}"; do
  [ -s "$work/junit-$version.xml" ] || fail "pytest ended with no results with dify-plugin $version."
done
"$venvs/$newest/bin/python" - "$work"/junit-*.xml <<'PYTHON'
import sys
from xml.etree import ElementTree

passed = failed = 0
for file in sys.argv[1:]:
    suite = ElementTree.parse(file).getroot().find("testsuite")
    tests, skipped, *bad = (int(suite.get(name)) for name in ("tests", "skipped", "failures", "errors"))
    passed, failed = passed + tests - skipped - sum(bad), failed + sum(bad)
print(f"{passed} passed, {failed} failed")
PYTHON
[ "$status" -eq 0 ] || exit 1
