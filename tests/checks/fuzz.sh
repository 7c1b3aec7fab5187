#!/usr/bin/env bash
# Builds the fuzz preset and runs every fuzzer:  fuzz.sh SECONDS [NAME]
#
# A fuzzer is a program build/fuzz/tests/fuzz_*. It starts from the files in
# tests/fuzz/corpus/NAME/ and those of earlier runs in build/fuzz/corpus/NAME/,
# which it adds to; an input that fails is kept in build/fuzz/failures/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=deploy/progress.sh
source deploy/progress.sh

seconds=$1 only=${2:-}
mkdir -p build/fuzz
build_preset fuzz build/fuzz/build.log fuzzers
count=0 failures=0
mkdir -p build/fuzz/failures
for fuzzer in build/fuzz/tests/fuzz_*; do
  [[ -x $fuzzer && -f $fuzzer ]] || continue
  name=$(basename "$fuzzer")
  [[ -z $only || $name == "$only" ]] || continue
  corpus=(build/fuzz/corpus/"$name")
  mkdir -p "${corpus[0]}"
  [[ ! -d tests/fuzz/corpus/$name ]] || corpus+=(tests/fuzz/corpus/"$name")
  count=$((count + 1))
  log=build/fuzz/$name.log
  if "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
    -artifact_prefix="build/fuzz/failures/$name-" "${corpus[@]}" >"$log" 2>&1; then
    printf '%-32s %s\n' "$name" "$(grep -E '^Done [0-9]+ runs' "$log" || tail -n 1 "$log")"
  else
    failures=$((failures + 1))
    printf '%s failed:\n' "$name"
    tail -n 40 "$log"
  fi
done
((count > 0)) || { echo 'fuzz: no fuzzers found'; exit 1; }
[[ -z ${ROLLCALL_COUNTS:-} ]] || printf '%d %d 0\n' $((count - failures)) "$failures" >"$ROLLCALL_COUNTS"
echo "$count fuzzers, $seconds s each, $failures failed"
((failures == 0))
