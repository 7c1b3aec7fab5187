#!/usr/bin/env bash
# The fault tests at length, over programs as users run them:  long.sh [TEST...]
#
# Builds what they need of the bench preset. Each test says in its first lines what
# its variables mean; those that are set already are kept, for example:
#
#   ROLLCALL_FAULT_SEED=11 ROLLCALL_KILL_ROUNDS=50 tests/checks/long.sh kill_test
#
# If ROLLCALL_COUNTS names a file, "passed failed skipped" is written to it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=deploy/progress.sh
source deploy/progress.sh

export ROLLCALL_KILL_ROUNDS=${ROLLCALL_KILL_ROUNDS:-500}
export ROLLCALL_FAULT_PLACES=${ROLLCALL_FAULT_PLACES:-150}
export ROLLCALL_FAULT_FILLINGS=${ROLLCALL_FAULT_FILLINGS:-50}
export ROLLCALL_POWER_LOSSES=${ROLLCALL_POWER_LOSSES:-1000}
export ROLLCALL_DAMAGED_STARTS=${ROLLCALL_DAMAGED_STARTS:-40}
export ROLLCALL_FLOOD_SECONDS=${ROLLCALL_FLOOD_SECONDS:-120}
export ROLLCALL_NEIGHBOUR_SECONDS=${ROLLCALL_NEIGHBOUR_SECONDS:-30}
export ROLLCALL_PAUSES=${ROLLCALL_PAUSES:-20}
export ROLLCALL_PAUSE_SECONDS=${ROLLCALL_PAUSE_SECONDS:-30}
export ROLLCALL_SLOW_ROUNDS=${ROLLCALL_SLOW_ROUNDS:-100}
export ROLLCALL_CLOCK_JUMPS=${ROLLCALL_CLOCK_JUMPS:-2000}
tests=(kill_test corruption_test damaged_collector_test disk_full_test power_loss_test
  descriptor_flood_test bad_neighbours_test pause_test slow_disk_test clock_jump_test)
(($# == 0)) || tests=("$@")

mkdir -p build/bench
build_preset bench build/bench/build.log "${tests[@]}"
passed=0 failed=0 skipped=0
for test in "${tests[@]}"; do
  log=build/bench/$test.log
  printf -- '--- %s\n' "$test"
  temporary=/tmp
  # Opens its stores by the thousand, and what a disk does is not its subject.
  [[ $test != corruption_test && $test != power_loss_test ]] || temporary=/dev/shm
  if TEST_TMPDIR=$temporary "build/bench/tests/$test" >"$log" 2>&1; then
    passed=$((passed + 1))
    # What it has to say, without the framework's lines and the collector's.
    grep -vE '^(\[|time=|Note: |$)' "$log" || true
  else
    failed=$((failed + 1))
    tail -n 60 "$log"
  fi
  if grep -q '^\[  SKIPPED \]' "$log"; then
    skipped=$((skipped + 1))
    grep -B 1 '^\[  SKIPPED \]' "$log" | grep -v '^\[' || true
  fi
done
[[ -z ${ROLLCALL_COUNTS:-} ]] || printf '%d %d %d\n' "$passed" "$failed" "$skipped" >"$ROLLCALL_COUNTS"
echo "$((passed + failed)) fault tests at length, $failed failed"
((failed == 0))
