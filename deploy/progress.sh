# shellcheck shell=bash
# Shows a Ninja build's progress; sourced by deploy/quickstart.sh and tests/run.sh.

# build_jobs: how many compilers this machine can run at once. A file that uses
# gRPC takes up to 1 GiB, so memory bounds it as well as processors do.
build_jobs() {
  local available cpus fit
  cpus=$(nproc)
  available=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)
  fit=$((${available:-4194304} / 1048576))
  ((fit >= 1)) || fit=1
  printf '%d\n' $((cpus < fit ? cpus : fit))
}

# show_progress LOG: reads Ninja's output, keeps all of it in LOG, and shows one
# moving line on a terminal, or a line at every tenth part elsewhere.
show_progress() {
  local line done_count all_count tenth last=-1 width
  width=$(($(tput cols 2>/dev/null || echo 80) - 1))
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$1"
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\ (.*) ]] || continue
    done_count=${BASH_REMATCH[1]} all_count=${BASH_REMATCH[2]}
    line="  [$done_count/$all_count] ${BASH_REMATCH[3]}"
    if [[ -t 1 ]]; then
      printf '\r\033[K%s' "${line:0:width}"
      continue
    fi
    tenth=$((done_count * 10 / all_count))
    ((tenth == last)) || printf '  [%d/%d]\n' "$done_count" "$all_count"
    last=$tenth
  done
  [[ ! -t 1 ]] || printf '\r\033[K'
}

# configure_preset PRESET LOG: on failure, the end of what CMake said is printed.
configure_preset() {
  cmake --preset "$1" >"$2" 2>&1 && return
  tail -n 30 "$2"
  return 1
}

# build_preset PRESET LOG [TARGET...]: configures and builds, by default all. On
# failure, what failed is printed, and the whole output stays in LOG.
build_preset() {
  local preset=$1 log=$2
  shift 2
  configure_preset "$preset" "$log" || return
  if ! cmake --build --preset "$preset" --parallel "$(build_jobs)" ${1:+--target "$@"} 2>&1 |
    show_progress "$log"; then
    # From the first failed step on, without the steps that went well around it.
    if grep -q '^FAILED: ' "$log"; then
      sed -n '/^FAILED: /,$p' "$log" | grep -v '^\[[0-9]*/[0-9]*\] ' | head -n 80
    else
      tail -n 30 "$log"
    fi
    printf 'The build of the %s preset failed; all of its output is in %s\n' "$preset" "$log"
    return 1
  fi
}
