#!/usr/bin/env bash
# Runs deploy/quickstart.sh from beginning to end in a folder of its own: that it
# shows what it promises, that a second run changes nothing and is quick, and that
# --stop ends what it started. Builds the release preset if it is not built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

dir=$(mktemp -d)/quickstart
output=${dir%/*}/output

clean_up() {
  deploy/quickstart.sh --stop "--dir=$dir" >/dev/null 2>&1 || true
  rm -rf "${dir%/*}"
}
trap clean_up EXIT

fail() {
  printf 'quickstart: %s\n' "$*"
  [[ ! -s $output ]] || tail -n 60 "$output"
  exit 1
}

# free_base: a port base whose three ports are free.
free_base() {
  local base
  for base in $(shuf -i 20000-50000 -n 50); do
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$base" || exec 3<>"/dev/tcp/127.0.0.1/$((base + 1))" ||
      exec 3<>"/dev/tcp/127.0.0.1/$((base + 1000))") 2>/dev/null; then
      printf '%d\n' "$base"
      return
    fi
  done
}

run() {
  deploy/quickstart.sh "--dir=$dir" "$@" >"$output" 2>&1 || fail "quickstart.sh $* failed"
}

shows() {
  grep -q -e "$1" "$output" || fail "the output lacks: $1"
}

# What must not change in a second run.
identities() {
  cat "$dir"/run/*.pid "$dir"/pki/*.pem "$dir/state/agent.pem" "$dir"/*.toml "$dir/register.csv" | sha256sum
}

run "--port-base=$(free_base)"
shows "$(uname -n)"
for product in PostgreSQL Python OpenJDK MariaDB Redis nginx; do shows "$product"; done
shows 'no rule recognises it'
for tag in HL-0001 HL-0002 HL-0004; do shows "$tag"; done
shows 'grpcurl -cacert'
shows 'procurement by installation'
# Two people agreed to the contracts, and what took effect is what they agreed to.
shows 'awaits procurement and itam'
shows 'is approved by procurement as procurement; it awaits itam still'
lines=$(($(wc -l <deploy/sample/entitlements.csv) - 1))
change_set=$(sed -n "s/^Change-set \([0-9a-f]*\) is in effect since .*: +$lines\.\$/\1/p" "$output")
[[ -n $change_set ]] || fail 'the contracts are not in effect'
for finding in price-above-contract rise-above-cap billed-twice after-end; do shows "$finding"; done
rollcall=(build/release/bin/rollcall "--config=$dir/rollcall.toml")
digest=$("${rollcall[@]}" changes difference "$change_set" | sha256sum | cut -d' ' -f1)
"${rollcall[@]}" changes list --kind=contracts --output=csv | grep -q "$digest" ||
  fail 'the digest is not that of the difference'
! grep -q 'HL-9000' "$output" || fail 'this machine is on the undiscovered list'
! build/release/bin/rollcall "--config=$dir/rollcall.toml" contracts import \
  deploy/sample/entitlements.csv >"$output" 2>&1 || fail 'an admin imported contracts'
shows 'for itam and procurement'
[[ -s $dir/root/ca.key && ! -e $dir/pki/ca.key ]] || fail "the root's key is not apart"

before=$(identities)
begin=$SECONDS
run
((SECONDS - begin < 20)) || fail "the second run took $((SECONDS - begin)) s"
[[ $(identities) == "$before" ]] || fail 'the second run changed something'
shows PostgreSQL

# A collector that died and comes back on other ports: the agent goes along.
agent_before=$(cat "$dir/run/agent.pid")
kill -KILL "$(cut -d' ' -f1 "$dir/run/collector.pid")"
run "--port-base=$(free_base)"
[[ $(cat "$dir/run/agent.pid") != "$agent_before" ]] || fail 'the agent calls the ports of before'
shows "$(uname -n)"

mapfile -t pids < <(cut -d' ' -f1 "$dir/run/collector.pid" "$dir/run/agent.pid")
deploy/quickstart.sh --stop "--dir=$dir" >"$output"
for pid in "${pids[@]}"; do
  # One that has ended and that nobody has waited for yet is a zombie.
  state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$pid/status" 2>/dev/null || true)
  [[ -z $state || $state == Z ]] || fail "process $pid is still there after --stop"
done
run
shows PostgreSQL
echo 'the quickstart does what it promises'
