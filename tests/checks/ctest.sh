#!/usr/bin/env bash
# Builds a preset and runs its tests:  ctest.sh PRESET [CTEST_ARGUMENT...]
#
# Prints what failed. If ROLLCALL_COUNTS names a file, "passed failed skipped" is
# written to it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=deploy/progress.sh
source deploy/progress.sh

preset=$1
shift
build=build/$preset
mkdir -p "$build"
build_preset "$preset" "$build/build.log"

# Debian's libraries are not instrumented, so ThreadSanitizer is told to keep to
# our own code, and the container checks that need both sides stay off.
export ASAN_OPTIONS=${ASAN_OPTIONS:-halt_on_error=1:detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:detect_container_overflow=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-ignore_noninstrumented_modules=1:halt_on_error=1:second_deadlock_stack=1:suppressions=$PWD/tests/support/tsan.suppressions:print_suppressions=0}
# A few bytes that Debian's resolver library keeps for good; print no table of it.
export LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$PWD/tests/support/lsan.suppressions:print_suppressions=0}
symbolizer=$(command -v llvm-symbolizer || true)
[[ -z $symbolizer ]] || export ASAN_SYMBOLIZER_PATH=$symbolizer

results=$PWD/$build/results
rm -rf "$results"
mkdir -p "$results"
status=0
# Tests of processes wait about as much as they compute.
parallel=$(($(nproc) * 3 / 2))
GTEST_BRIEF=1 GTEST_OUTPUT=xml:$results/cases/ ctest --preset "$preset" --no-tests=error --parallel "$parallel" \
  --output-junit "$results/ctest.xml" --output-log "$results/ctest.log" "$@" |
  grep -E '^ *[0-9]+/[0-9]+ Test ' || status=$?
tests/checks/ctest_report.py "$results" "${ROLLCALL_COUNTS:-}" || status=1
exit "$status"
