# shellcheck shell=bash
# Starting, watching and stopping background processes; sourced by
# deploy/quickstart.sh, which sets dir and defines say and die.
#
# A process is remembered in $dir/run/NAME.pid as "PID START BOOT": its number, its
# start in clock ticks since boot, and the boot. Only a process that fits all
# three is ours, so that one that got the same number later is left alone.
: "${dir:=}"

# start_ticks PID: when it started, in ticks since boot; nothing if it is gone.
start_ticks() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  # The name is in parentheses and may itself contain any character; after the
  # last ")" the start is the 20th field.
  # shellcheck disable=SC2086
  set -- ${stat##*)}
  [[ $1 == Z ]] || printf '%s\n' "${20}"
}

boot_id() {
  cat /proc/sys/kernel/random/boot_id
}

# process_id NAME: its number, if it is running.
process_id() {
  local pid='' start='' boot=''
  [[ -f $dir/run/$1.pid ]] || return 1
  read -r pid start boot <"$dir/run/$1.pid" || return 1
  [[ $pid =~ ^[0-9]+$ && -n $start && $boot == "$(boot_id)" ]] || return 1
  [[ $(start_ticks "$pid") == "$start" ]] || return 1
  printf '%s\n' "$pid"
}

is_running() {
  process_id "$1" >/dev/null
}

# start_process NAME PROGRAM ARGUMENT...: in the background and in a session of its
# own, so that it outlives the terminal; its output goes to $dir/log/NAME.log.
start_process() {
  local name=$1 pid
  shift
  [[ -x $1 ]] || die "$1 is missing; delete build/release and run this again"
  setsid "$@" >>"$dir/log/$name.log" 2>&1 </dev/null 9>&- &
  pid=$!
  printf '%s %s %s\n' "$pid" "$(start_ticks "$pid")" "$(boot_id)" >"$dir/run/$name.pid"
}

# show_logs NAME...: the end of each log that says anything.
show_logs() {
  local name
  for name in "$@"; do
    [[ -s $dir/log/$name.log ]] || continue
    say "The end of $dir/log/$name.log:"
    tail -n 20 "$dir/log/$name.log" | sed 's/^/  /'
  done
}

# wait_until SECONDS NAMES COMMAND...: until the command succeeds; gives up, and
# says why, when one of the processes NAMES ends or the time is over. What the
# command prints on standard error goes to $dir/log/wait.log.
wait_until() {
  local deadline=$((SECONDS + $1)) names name
  read -r -a names <<<"$2"
  shift 2
  until "$@" 2>"$dir/log/wait.log"; do
    for name in "${names[@]}"; do
      is_running "$name" && continue
      show_logs "$name" >&2
      die "the $name ended; its log may say why. Put that right and run this again."
    done
    if ((SECONDS >= deadline)); then
      show_logs "${names[@]}" wait >&2
      die "the ${names[0]} runs but is not ready; the logs may say why. To try again: ${stop_command:?}, then run this again."
    fi
    sleep 0.2
  done
  rm -f "$dir/log/wait.log"
}

# stop_process NAME: asks it to end, and insists after 20 seconds.
stop_process() {
  local name=$1 pid deadline=$((SECONDS + 20))
  if ! pid=$(process_id "$name"); then
    say "The $name is not running."
    rm -f "$dir/run/$name.pid"
    return
  fi
  kill -TERM "$pid" 2>/dev/null || true
  while is_running "$name"; do
    if ((SECONDS >= deadline)); then
      say "The $name did not end when asked; ending it by force."
      kill -KILL "$pid" 2>/dev/null || true
      deadline=$((SECONDS + 20))
    fi
    sleep 0.1
  done
  rm -f "$dir/run/$name.pid"
  say "The $name has stopped."
}
