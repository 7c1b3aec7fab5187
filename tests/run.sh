#!/usr/bin/env bash
# Installs what the tests need, builds, and runs every check and test. Works from
# any folder; goes on after a failure, so that one run shows all of them.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: tests/run.sh [OPTION...]

Without options: format, includes, protos, scripts, manual pages, the tests in the
dev build, the tests under AddressSanitizer and UndefinedBehaviorSanitizer, and
clang-tidy over the files that differ from the last commit of main.

  --quick           only the checks and the dev build with its tests
  --all             also ThreadSanitizer, clang-tidy over every file, and the
                    quickstart from beginning to end
  --bench[=NAME]    only the benchmarks, or the one of that name; with --long over
                    the sizes that their figures are meant for (an hour)
  --fuzz[=SECONDS]  only the fuzzers, each for that long (default 60)
  --long            only the fault tests, at length: hundreds of kills, full disks,
                    damaged files and power losses over a release build (an hour)

ROLLCALL_CAPTURES names a folder of captured machines for the conformance tests,
which are skipped, and say so, without it.
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# --- steps ------------------------------------------------------------------

step_names=() step_results=() step_seconds=() step_notes=()
passed=0 failed=0 skipped=0

# step NAME COMMAND...: runs one step and remembers what came of it. A command
# that wrote no counts counts as one check. Its last line is its note.
step() {
  local name=$1 begin=$SECONDS result=ok step_passed step_failed step_skipped
  shift
  printf '\n=== %s\n' "$name"
  rm -f "$work/counts"
  ROLLCALL_COUNTS=$work/counts "$@" 2>&1 | tee "$work/output" || result=FAILED
  if [[ -s $work/counts ]]; then
    read -r step_passed step_failed step_skipped <"$work/counts"
  elif [[ $result == ok ]]; then
    step_passed=1 step_failed=0 step_skipped=0
  else
    step_passed=0 step_failed=1 step_skipped=0
  fi
  # A run that failed without a failed test (a crash of ctest, say) has failed.
  [[ $result == ok ]] || ((step_failed > 0)) || step_failed=1
  passed=$((passed + step_passed)) failed=$((failed + step_failed)) skipped=$((skipped + step_skipped))
  step_names+=("$name") step_results+=("$result") step_seconds+=($((SECONDS - begin)))
  step_notes+=("$(tail -n 1 "$work/output" | cut -c1-60)")
}

# must_step NAME COMMAND...: a step that the others cannot do without.
must_step() {
  step "$@"
  ((failed == 0)) || finish
}

# finish: prints the summary and ends, with 1 if anything failed.
finish() {
  local i
  printf '\n=== Summary\n'
  for i in "${!step_names[@]}"; do
    printf '%-7s %5d s  %-28s %s\n' "${step_results[i]}" "${step_seconds[i]}" \
      "${step_names[i]}" "${step_notes[i]}"
  done
  printf '%-7s %5d s\n' '' "$SECONDS"
  ((skipped == 0)) || printf '%d skipped\n' "$skipped"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  exit $((failed > 0))
}

# --- what there is to run ---------------------------------------------------

run_checks() {
  step 'Format' tests/checks/format.sh
  step 'Include check tests itself' python3 -B tests/checks/include_check_test.py
  step 'Includes' tests/checks/include_check.py
  step 'Protos' tests/checks/proto.sh
  step 'Shell scripts' tests/checks/shell.sh
  step 'Manual pages' tests/checks/manual.sh
  step 'Certificates' tests/checks/pki_test.sh
  step 'Sample company' deploy/sample/make_sample.py --check
}

run_default() {
  run_checks
  step 'Tests (dev)' tests/checks/ctest.sh dev
  [[ $mode != quick ]] || return 0
  step 'Tests (ASan and UBSan)' tests/checks/ctest.sh asan
  if [[ $mode == all ]]; then
    step 'Tests (TSan)' tests/checks/ctest.sh tsan
    step 'clang-tidy, every file' tests/checks/tidy.sh --all
    step 'Quickstart' tests/checks/quickstart_test.sh
  else
    step 'clang-tidy, what differs' tests/checks/tidy.sh
  fi
}

# --- arguments --------------------------------------------------------------

mode=default only='' seconds=60 long=''
for argument in "$@"; do
  case $argument in
    --quick | --all | --bench | --fuzz) mode=${argument#--} ;;
    --long) long=--long ;;
    --bench=*) mode=bench only=${argument#*=} ;;
    --fuzz=*) mode=fuzz seconds=${argument#*=} ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "--fuzz=$seconds is not a number of seconds" >&2; exit 2; }

[[ -z $long || $mode == bench || $mode == default ]] || { echo "--long goes with --bench or alone" >&2; exit 2; }
[[ -z $long || $mode == bench ]] || mode=long

must_step 'Packages' deploy/install-deps.sh --tests
case $mode in
  bench) step 'Benchmarks' tests/checks/bench.sh "$only" ${long:+"$long"} ;;
  fuzz) step 'Fuzzers' tests/checks/fuzz.sh "$seconds" ;;
  long) step 'Faults, at length' tests/checks/long.sh ;;
  *)
    must_step 'Tools' tests/tools/install.sh
    run_default
    ;;
esac
finish
