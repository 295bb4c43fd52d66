#!/usr/bin/env bash
# Bundles and a real registry: Debian's docker-registry on loopback, with and without a password, and skopeo between two.
# It installs both by apt-get where they are missing and it may; nothing but this machine is talked to after that.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
work=$(mktemp -d)
declare -A servers=()
trap 'kill -KILL "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
passed=0
failed=0

finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] || exit 1
  exit 0
}

missing() {
  local name
  for name in docker-registry skopeo htpasswd; do command -v "$name" >/dev/null || return 0; done
  return 1
}

if missing && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends docker-registry skopeo apache2-utils; } \
    >"$work/apt" 2>&1 || tail -n 5 "$work/apt"
fi
if missing; then
  echo 'Skipped: all of .ci/suites/registry.sh, the tests of push and pull with a real registry. They need docker-registry, skopeo and htpasswd: on Debian, `apt-get install docker-registry skopeo apache2-utils`.'
  finish
fi
if ! node scripts/setup.mjs; then
  echo 'Failed to run the registry suite: reprise could not be built.'
  failed=1
  finish
fi

# Nothing of the machine's own settings is seen.
for name in ${!REPRISE_@}; do unset "$name"; done
unset REGISTRY_AUTH_FILE
export TMPDIR=$work HOME=$work/home REPRISE_CACHE_DIR=$work/cache DOCKER_CONFIG=$work/docker
mkdir -p "$work"/{home,docker,project,helpers}
export PATH=$work/helpers:$PATH
cp -r "$root/recordings" "$work/project/recordings"
git init --quiet "$work/project"
cd "$work/project"

# Runs a command, and the rest of the suite when it fails.
check() {
  local sentence=$1 status=0
  shift
  "$@" >"$work/output" 2>&1 || status=$?
  if [ "$status" -eq 0 ]; then
    passed=$((passed + 1))
    echo "ok     $sentence"
  else
    failed=$((failed + 1))
    echo "FAILED $sentence (status $status)"
    cat "$work/output"
  fi
}

reprise() { timeout --kill-after=10 120 node "$root/bin/reprise.js" "$@"; }

# refuses TEXT COMMAND…: the command ends with status 2, and says so in these words.
refuses() {
  local text=$1 status=0 output
  shift
  output=$("$@" 2>&1) || status=$?
  echo "$output"
  [ "$status" -eq 2 ] && grep -qF -- "$text" <<<"$output"
}

digest() { cut -d ' ' -f 1 <<<"$1"; }
forget() { rm -rf "$REPRISE_CACHE_DIR"; }
free_port() { node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'; }

# serve NAME PORT [MORE]: a registry with a folder of its own. Its access log says what it was asked.
serve() {
  local name=$1 port=$2 more=${3:-}
  cat >"$work/$name.yml" <<YAML
version: 0.1
log: {level: warn, accesslog: {disabled: false}}
storage: {filesystem: {rootdirectory: $work/$name}}
http: {addr: "127.0.0.1:$port"}
$more
YAML
  docker-registry serve "$work/$name.yml" >>"$work/$name.log" 2>&1 &
  servers[$name]=$!
  disown
  local try
  for try in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then return 0; fi
    sleep 0.1
  done
  cat "$work/$name.log"
  return 1
}
stop() { kill -KILL "${servers[$1]}" 2>/dev/null || true; unset "servers[$1]"; }
writes() { grep -cE '"(POST|PUT|PATCH) ' "$work/$1.log" || true; }

open_port=$(free_port)
closed_port=$(free_port)
htpasswd -Bbn anna 'pass:word' >"$work/htpasswd"
serve open "$open_port"
serve closed "$closed_port" "auth: {htpasswd: {realm: test, path: $work/htpasswd}}"
open=oci://127.0.0.1:$open_port
closed=oci://127.0.0.1:$closed_port

push_first() { pushed=$(reprise push recordings "$open/team/fixtures:1") && [ "$(writes open)" -gt 8 ]; }
check 'a bundle is pushed to a registry without a password' push_first

push_again() {
  local before again
  before=$(writes open)
  again=$(reprise push recordings "$open/team/fixtures:1" 2>"$work/said") && [ "$again" = "$pushed" ] &&
    [ "$(writes open)" -eq "$before" ] && grep -q 'nothing was sent' "$work/said"
}
check 'pushed again, nothing is sent: the registry is asked for no write' push_again

push_changed() {
  local before
  before=$(writes open)
  mkdir -p "$work/changed" && cp recordings/* "$work/changed" && cp recordings/regex.jsonl "$work/changed/one-more.jsonl" &&
    sed -i '1s/"v20[^"]*"/"v20.0.0"/' "$work/changed/one-more.jsonl" &&
    reprise push "$work/changed" "$open/team/fixtures:2" 2>"$work/said" && cat "$work/said" &&
    grep -q '2 files sent' "$work/said" && [ "$(($(writes open) - before))" -eq 5 ]
}
check 'of a changed bundle only the new recording and the manifest are sent' push_changed

pull_equal() {
  forget
  local pulled
  pulled=$(reprise pull "$open/team/fixtures:1" -o "$work/pulled") && [ "$pulled" = "$pushed" ] &&
    for file in recordings/*.jsonl; do cmp "$file" "$work/pulled/$file" || return 1; done &&
    grep -q "$(digest "$pushed")" reprise.lock.json
}
check 'it is pulled again, equal, and pinned in the lock' pull_equal

by_digest() {
  forget
  local name
  name=$open/team/fixtures@$(digest "$pushed")
  [ "$(digest "$(cd "$work" && reprise pull "$name")")" = "$(digest "$pushed")" ] && reprise check "$name"
}
check 'it is pulled by its digest' by_digest
check 'another digest is not found' refuses 'has no such bundle' reprise pull "$open/team/fixtures@sha256:$(printf '0%.0s' $(seq 64))"
check 'an unknown tag is told' refuses "Failed to find $open/team/fixtures:9: 127.0.0.1:$open_port has no such bundle. Check its name and its tag." reprise pull "$open/team/fixtures:9"
check 'an unknown name is told' refuses 'has no such bundle' reprise pull "$open/team/nothing:1"

replays() {
  reprise pull >/dev/null && reprise check "$open/team/fixtures:1" && 
    [ "$(reprise inspect "$open/team/fixtures:1" | grep -c "^$open/team/fixtures:1#recordings/")" -eq 8 ] &&
    reprise replay "$open/team/fixtures:1" --pace instant --exit-on-eof </dev/null | grep -q plugin_ready &&
    reprise stub "$open/team/fixtures:1" -o "$work/dify" && (cd / && "$work/dify" --about | grep -qF "@$(digest "$pushed")")
}
check 'replay, check, inspect and stub take its reference' replays

moved_tag() {
  reprise push "$work/changed" "$open/team/fixtures:1" && forget && [ "$(digest "$(reprise pull)")" = "$(digest "$pushed")" ] &&
    [ "$(digest "$(reprise pull --locked)")" = "$(digest "$pushed")" ] &&
    [ "$(digest "$(reprise pull "$open/team/fixtures:1")")" != "$(digest "$pushed")" ] &&
    reprise push recordings "$open/team/fixtures:1" && reprise pull "$open/team/fixtures:1"
}
check 'a tag that was moved changes nothing until it is pulled by its name' moved_tag

locked() {
  echo "{\"bundles\":[\"$open/team/fixtures:1\",\"$open/team/fixtures:2\"]}" >reprise.config.json
  refuses "it does not pin $open/team/fixtures:2" reprise pull --locked && reprise pull && reprise pull --locked &&
    echo "{\"bundles\":[\"$open/team/fixtures:1\"]}" >reprise.config.json &&
    refuses "it pins $open/team/fixtures:2, which the configuration does not name" reprise pull --locked && reprise pull && reprise pull --locked
}
check '--locked fails where the configuration and the lock disagree' locked
rm reprise.config.json

at_once() {
  forget
  local each
  local -a all=()
  for each in 1 2 3 4; do
    reprise pull "$open/team/fixtures:1" -o "$work/at-once" >"$work/once-$each" 2>&1 &
    all+=($!)
  done
  for each in "${all[@]}"; do wait "$each" || { cat "$work"/once-*; return 1; }; done
  reprise check "$work/at-once" && [ -z "$(ls "$REPRISE_CACHE_DIR/part")" ] && [ "$(find "$work" -maxdepth 1 -name 'at-once.*' | wc -l)" -eq 0 ]
}
check 'four processes that pull into one folder at once leave whole files, and nothing else' at_once

login() { printf '{"auths":{"127.0.0.1:%s":{"auth":"%s"}}}' "$closed_port" "$(printf '%s' "$1" | base64)" >"$DOCKER_CONFIG/config.json"; }
check 'without a password the other registry is closed' refuses 'it wants a password, and there is none for it' reprise push recordings "$closed/team/fixtures:1"
login 'anna:wrong'
check 'a wrong password is told, and not shown' refuses 'it refuses the name or the password' reprise push recordings "$closed/team/fixtures:1"
check 'a wrong password is told by pull, too' refuses 'it refuses the name or the password' reprise pull "$closed/team/fixtures:1"
login 'anna:pass:word'
with_password() {
  forget
  [ "$(digest "$(reprise push recordings "$closed/team/fixtures:1")")" = "$(digest "$pushed")" ] &&
    [ "$(digest "$(reprise pull "$closed/team/fixtures:1")")" = "$(digest "$pushed")" ]
}
check "with the password of Docker's config.json it is pushed and pulled" with_password

with_helper() {
  forget
  cat >"$work/helpers/docker-credential-test" <<'SH'
#!/bin/sh
read -r server
[ "$1" = get ] && [ "$server" = "$SERVER" ] && echo '{"ServerURL":"'"$server"'","Username":"anna","Secret":"pass:word"}'
SH
  chmod +x "$work/helpers/docker-credential-test"
  export SERVER=127.0.0.1:$closed_port
  echo "{\"credHelpers\":{\"$SERVER\":\"test\"}}" >"$DOCKER_CONFIG/config.json"
  reprise pull "$closed/team/fixtures:1" || return 1
  forget
  echo '{"credsStore":"test"}' >"$DOCKER_CONFIG/config.json"
  reprise pull "$closed/team/fixtures:1" || return 1
  forget
  echo '{"credsStore":"missing"}' >"$DOCKER_CONFIG/config.json"
  refuses 'Failed to ask docker-credential-missing: it is not on the PATH' reprise pull "$closed/team/fixtures:1"
}
check "Docker's credential helpers are asked" with_helper
login 'anna:pass:word'

copied() {
  skopeo copy --src-tls-verify=false --dest-tls-verify=false --dest-creds anna:pass:word \
    "docker://127.0.0.1:$open_port/team/fixtures:1" "docker://127.0.0.1:$closed_port/copied/fixtures:1" || return 1
  forget
  [ "$(digest "$(reprise pull "$closed/copied/fixtures:1" -o "$work/copied")")" = "$(digest "$pushed")" ] &&
    for file in recordings/*.jsonl; do cmp "$file" "$work/copied/$file" || return 1; done
}
check 'copied by skopeo to another registry, and pulled from there, it is equal' copied

page() {
  local before
  before=$(writes open)
  (cd "$root" && TEST_REGISTRY=127.0.0.1:$open_port npx vitest run test/sharing/page.test.ts) && [ "$(writes open)" -gt "$before" ]
}
check "the ten commands of docs/sharing.md, and the README's three, lead to another team's CI" page

# A recording of 200 MB, so that there is a middle of a transfer.
mkdir "$work/large"
node -e '
  const { readFileSync, writeSync, openSync } = require("node:fs");
  const [header] = readFileSync("recordings/regex.jsonl", "utf8").split("\n");
  const out = openSync(process.argv[1], "w");
  writeSync(out, header + "\n");
  const line = JSON.stringify({ at: 1, from: "plugin", stream: "stderr", text: "x".repeat(1 << 20) }) + "\n";
  for (let count = 0; count < 200; count++) writeSync(out, line);
' "$work/large/large.jsonl"

# killed_in COMMAND…: the server is held once something has come, and killed.
killed_in() {
  local watch=$1 child try
  shift
  reprise "$@" >"$work/killed" 2>&1 &
  child=$!
  for try in $(seq 600); do
    if [ -n "$(find "$watch" -type f -size +1000k 2>/dev/null | head -n 1)" ]; then break; fi
    sleep 0.02
  done
  kill -STOP "${servers[open]}"
  stop open
  local status=0
  wait "$child" || status=$?
  cat "$work/killed"
  [ "$status" -eq 2 ] && grep -q "Failed to reach 127.0.0.1:$open_port: " "$work/killed"
}
push_killed() { killed_in "$work/open/docker/registry/v2/repositories/team/large/_uploads" push "$work/large" "$open/team/large:1"; }
check 'a server that is killed in mid-push is told' push_killed
check 'a server that is not there is told' refuses "Failed to reach 127.0.0.1:$open_port: nothing listens there." reprise pull "$open/team/large:1"
check 'what is pinned, and in the cache, needs no server' bash -c "cd '$work/project' && node '$root/bin/reprise.js' check '$closed/copied/fixtures:1'"
serve open "$open_port"
check 'a push that was broken off has left no bundle' refuses 'has no such bundle' reprise pull "$open/team/large:1"
check 'started again, it takes the push' reprise push "$work/large" "$open/team/large:1"
forget
pull_killed() {
  killed_in "$REPRISE_CACHE_DIR/part" pull "$open/team/large:1" && [ -z "$(ls "$REPRISE_CACHE_DIR/part")" ] &&
    [ ! -e "$REPRISE_CACHE_DIR/bundles" ] && ! grep -q team/large reprise.lock.json
}
check 'a server that is killed in mid-pull is told, and nothing half-written is left' pull_killed
serve open "$open_port"
check 'started again, it gives the pull' bash -c "cd '$work/project' && node '$root/bin/reprise.js' pull '$open/team/large:1' -o '$work/large-again' && cmp '$work/large/large.jsonl' '$work/large-again/recordings/large.jsonl'"
finish
