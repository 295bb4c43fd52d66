#!/usr/bin/env bash
# A client in Go, before the drop-in `dify`: docs/go.md, command by command, and what it says of folders and of -count=1.
# It needs Go 1.22 or newer, and nothing from the net.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
work=$(mktemp -d)
# Go's caches are read-only.
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
passed=0
failed=0

finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] || exit 1
  exit 0
}

if ! command -v go >/dev/null || ! go version | grep -qE 'go1\.(2[2-9]|[3-9][0-9])'; then
  echo 'Skipped: all of docs/go.md and test/fixtures/clients/go, the tests of the Go client. They need Go 1.22 or newer: install it from https://go.dev/dl.'
  finish
fi
if ! node scripts/setup.mjs; then
  echo 'Failed to run the Go suite: reprise could not be built.'
  failed=1
  finish
fi

# Tests are to see nothing of the machine's own settings, of the cache of an earlier run, or of the net.
for name in ${!REPRISE_@} DIFY_CLI_PATH PYTEST_CURRENT_TEST CI; do unset "$name"; done
export GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local GOWORK=off GOENV=off GOTELEMETRY=off
export GOCACHE=$work/cache GOPATH=$work/path TMPDIR=$work STARTS=$work/starts npm_config_offline=true

# Runs a command, and the rest of the suite when it fails.
check() {
  local sentence=$1 status=0
  shift
  watch "$@" >"$work/output" 2>&1 || status=$?
  if [ "$status" -eq 0 ]; then
    passed=$((passed + 1))
    echo "ok     $sentence"
  else
    failed=$((failed + 1))
    echo "FAILED $sentence (status $status)"
    cat "$work/output"
  fi
}

watch() {
  if command -v timeout >/dev/null; then timeout --kill-after=10 120 "$@"; else "$@"; fi
}

# Runs a shell script in the project; what a check does must not outlive it.
shell() { bash -euo pipefail -c "cd '$work/project'; $1"; }
export -f shell
export work

# A project of somebody who uses reprise, with a program that stands for the real `dify` on the PATH.
mkdir -p "$work"/{program,manifest} "$work"/project/{recordings,node_modules/.bin}
ln -s "$root/bin/reprise.js" "$work/project/node_modules/.bin/reprise"
ln -s "$root/bin/dify.js" "$work/project/node_modules/.bin/reprise-dify"
ln -s "$root/test/fixtures/clients/program.mjs" "$work/program/dify"
cp "$root"/test/fixtures/clients/go/* "$work/project"
printf 'version: 0.0.8\ntype: plugin\nauthor: langgenius\nname: regex\n' >"$work/manifest/manifest.yaml"
node "$root/bin/dify.js" plugin package "$work/manifest" -o "$work/project/regex.difypkg" 2>/dev/null
: >"$STARTS"
export PATH="$work/program:$PATH"

# The page's `sh` blocks, each a file.
awk -v to="$work/block" '/^```sh$/ { n++; inside = 1; next } /^```/ { inside = 0 } inside { print > (to n) }' docs/go.md
install=$(cat "$work/block1") record=$(cat "$work/block2") replay=$(cat "$work/block3") stub=$(cat "$work/block4")
export install record replay stub
starts() { wc -l <"$STARTS" | tr -d ' '; }
export -f starts

check 'docs/go.md has four commands' test ! -e "$work/block5"
check 'the client is formatted as gofmt does' bash -c '[ -z "$(gofmt -l "$work/project")" ]'
check 'the client is fine with go vet' bash -c 'shell "go vet ./..."'
check 'the first command of docs/go.md can be given again and again' bash -c 'shell "$install; $install"'
check 'without a recording the tests fail, and say so' bash -c '
  output=$(shell "$install; $replay" 2>&1) && exit 1
  grep -qE "holds no .jsonl file|no recording of the session TestFindsNumbers" <<<"$output" && [ "$(starts)" = 0 ]'
check 'in CI nothing is recorded' bash -c '
  output=$(shell "$install; export CI=true; $record" 2>&1) && exit 1
  grep -q "TestFindsNumbers has no recording, and this is CI" <<<"$output" && [ "$(starts)" = 0 ]'
check 'the second command records, one file a test' bash -c '
  shell "$install; $record" && [ "$(starts)" = 2 ] &&
    [ "$(ls "$work/project/recordings")" = "$(printf "%s\n" TestExplainsWhatIsWrongWithAnExpression.jsonl TestFindsNumbers.jsonl)" ]'
rm "$work/program/dify"
check 'the third command replays without the program' bash -c 'shell "$install; $replay" && [ "$(starts)" = 2 ]'
check 'without -count=1 Go does not see that a recording has gone; with it, it does' bash -c '
  trap '\''mv "$work/kept" "$work/project/recordings/TestFindsNumbers.jsonl"'\'' EXIT
  shell "$install; go test ./... && mv recordings/TestFindsNumbers.jsonl \"$work/kept\"; go test ./... | grep -q cached" || exit 1
  ! shell "$install; $replay"'
mkdir -p "$work/project/below/more"
cp "$work"/project/{client.go,client_test.go,regex.difypkg} "$work/project/below/more"
check 'tests in a folder below find the same recordings by REPRISE_RECORDINGS' bash -c 'shell "$install; $replay"'
check 'tests in a folder below find the same recordings by reprise.config.json beside go.mod' bash -c '
  trap '\''rm "$work/project/reprise.config.json"'\'' EXIT
  echo "{}" >"$work/project/reprise.config.json"
  shell "$install; unset REPRISE_RECORDINGS; $replay"'
check 'without either they fail, and name the variable' bash -c '
  output=$(shell "$install; unset REPRISE_RECORDINGS; $replay" 2>&1) && exit 1
  grep -q "REPRISE_RECORDINGS. is not set" <<<"$output"'
check 'the fourth command makes a stub, by which they find them without a variable' bash -c '
  shell "$install; $stub; unset REPRISE_RECORDINGS; $replay; bin/dify --about"
  shell "$install; test -L bin/dify"'
check 'Go refuses a `dify` in a relative folder of the PATH, as the page says' bash -c '
  output=$(shell "export PATH=bin:\$PATH; mkdir -p below/more/bin; cp -P bin/dify below/more/bin; go test -count=1 ./below/..." 2>&1) && exit 1
  grep -q "relative to current directory" <<<"$output"'
check 'a package that is not there is found by its name' bash -c '
  trap '\''mv "$work/regex.difypkg" "$work/project"'\'' EXIT
  mv "$work/project/regex.difypkg" "$work"
  ! shell "$install; go test -count=1 ." && shell "$install; REPRISE_ANY_PACKAGE=1 go test -count=1 ."'
check 'the tests may be run in any order, again and again' bash -c 'shell "$install; go test -count=3 -shuffle=on ."'
finish
