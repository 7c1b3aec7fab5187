#!/usr/bin/env bash
# Builds the bench preset and runs the benchmarks:  bench.sh [NAME [OPTION...]]
#
# The options are the benchmark's own, for example:  bench.sh sync --long
#
# A benchmark is an executable file in tests/bench/ or a program in
# build/bench/benchmarks/; its name is the file's without an ending. It finds the
# programs to measure in $ROLLCALL_BIN and prints each figure as one line of JSON:
#
#   {"figure": "scan.cpu", "value": 0.05, "unit": "s", "baseline": 1.9,
#    "ratio": 0.026, "line": 0.15, "holds": true}
#
# baseline is the same measured on something else in the same run, ratio is value /
# baseline, line is what the value may not pass; each is null where there is none.
# Other lines are for people. Fails if a benchmark does, or a line does not hold.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=deploy/progress.sh
source deploy/progress.sh

only=${1:-}
options=("${@:2}")
mkdir -p build/bench
# The preset has the tests as well, which nothing here needs.
configure_preset bench build/bench/build.log
mapfile -t programs < <(ninja -C build/bench -t targets all |
  sed -n 's/^\(\(bin\|benchmarks\)\/[^:]*\): .*EXECUTABLE.*/\1/p')
build_preset bench build/bench/build.log "${programs[@]}"
export ROLLCALL_BIN=$PWD/build/bench/bin
figures=build/bench/figures.jsonl
: >"$figures"
count=0 failures=0
for benchmark in tests/bench/* build/bench/benchmarks/*; do
  [[ -f $benchmark && -x $benchmark ]] || continue
  name=$(basename "$benchmark")
  name=${name%.*}
  [[ -z $only || $name == "$only" ]] || continue
  count=$((count + 1))
  printf -- '--- %s\n' "$name"
  "$benchmark" "${options[@]}" | tee build/bench/output || { failures=$((failures + 1)); echo "$name failed"; }
  grep '^{' build/bench/output >>"$figures" || true
done
((count > 0)) || { echo "bench: there is no benchmark${only:+ $only}"; exit 1; }
echo
tests/checks/bench_table.py "$figures" || failures=$((failures + 1))
echo "$count benchmarks, figures in $figures"
((failures == 0))
