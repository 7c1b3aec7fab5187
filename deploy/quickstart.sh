#!/usr/bin/env bash
# From a fresh clone to a licence position of this machine, in one command. See
# usage(). Every step may be repeated and does only what is missing.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: deploy/quickstart.sh [--dir=DIR] [--port-base=N]
       deploy/quickstart.sh --stop [--dir=DIR]

Installs the Debian packages that Rollcall needs, builds it, makes a certificate
authority, starts a collector and an agent on this machine, brings in the
sample company, whose contracts two principals approve, and shows what all that says
about this machine.

  --dir=DIR      where everything is kept (default .rollcall in the checkout)
  --port-base=N  agents connect to port N, administrators to N+1, HTTPS is at N+1000,
                 all on 127.0.0.1 only (default 7443: 7443, 7444, 8443)
  --stop         stop the collector and the agent; what they know is kept

To forget everything: deploy/quickstart.sh --stop, then delete DIR.
TEXT
}

say() { printf '%s\n' "$*"; }
heading() { printf '\n=== %s\n' "$*"; }

die() {
  printf '\nquickstart: %s\n' "$*" >&2
  exit 1
}

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=deploy/progress.sh
source "$checkout/deploy/progress.sh"
# shellcheck source=deploy/process.sh
source "$checkout/deploy/process.sh"
bin=$checkout/build/release/bin

# --- packages and build -----------------------------------------------------

install_packages() {
  heading '1/5 Packages'
  "$checkout/deploy/install-deps.sh" || exit 1
  say 'All packages are there.'
}

build_release() {
  heading '2/5 Build'
  if [[ ! -x $bin/rollcall ]]; then
    say 'Building the release. The first time takes several minutes.'
  fi
  (cd "$checkout" && build_preset release "$dir/build.log") ||
    die "the build failed; see above and $dir/build.log.
If a compiler was killed, there was too little memory: close what you can and run this again;
it goes on where it stopped."
  say "Built: $bin"
}

# --- certificates and configuration -----------------------------------------

# Who may do what: NAME:ROLE[,ROLE...]. Contracts take two people, so that there are
# two for them, and one who runs the collector.
principals=('quickstart:admin,auditor' 'itam:itam' 'procurement:procurement')

# The root's key is in a folder of its own, which no process is told of: the
# collector issues certificates with the issuer's key.
make_certificates() {
  heading '3/5 Certificates'
  keep_root_apart
  "$checkout/deploy/pki.sh" init "$dir/root"
  "$checkout/deploy/pki.sh" issuer "$dir/root"
  "$checkout/deploy/pki.sh" server "$dir/root"
  mkdir -p "$dir/pki"
  local principal file files=(ca.pem issuer.pem issuer.key server.pem server.key)
  for principal in "${principals[@]%%:*}"; do
    "$checkout/deploy/pki.sh" admin "$dir/root" "$principal"
    files+=("admin-$principal.pem" "admin-$principal.key")
  done
  for file in "${files[@]}"; do
    cmp -s "$dir/root/$file" "$dir/pki/$file" || cp -p "$dir/root/$file" "$dir/pki/$file"
  done
  say "A private authority is in $dir/root, and what is used of it in $dir/pki."
}

# An earlier quickstart had all in one folder.
keep_root_apart() {
  [[ -s $dir/pki/ca.key && ! -s $dir/root/ca.key ]] || return 0
  mkdir -p "$dir/root"
  mv "$dir"/pki/* "$dir/root/"
}

# write_file FILE: standard input becomes FILE, unless that is what it is already.
write_file() {
  local text
  text=$(cat)
  [[ -f $1 && $(cat "$1") == "$text" ]] || printf '%s\n' "$text" >"$1"
}

# A file for each principal; that of who runs the collector is rollcall.toml.
write_configuration() {
  local principal file
  for principal in "${principals[@]%%:*}"; do
    file=$dir/$principal.toml
    [[ $principal != quickstart ]] || file=$dir/rollcall.toml
    write_file "$file" <<TEXT
# For the rollcall command: ROLLCALL_CONFIG=$file
collector = "127.0.0.1:$admin_port"
ca = "$dir/pki/ca.pem"
cert = "$dir/pki/admin-$principal.pem"
key = "$dir/pki/admin-$principal.key"
TEXT
  done
  export ROLLCALL_CONFIG=$dir/rollcall.toml
}

# this_mac: the address of the interface that the default route goes through.
this_mac() {
  local interface
  interface=$(awk '$2 == "00000000" { print $1; exit }' /proc/net/route 2>/dev/null || true)
  [[ -z $interface ]] || cat "/sys/class/net/$interface/address" 2>/dev/null || true
}

# The sample register and a line for this machine, so that one device on it is
# found and the others are missed.
write_register() {
  {
    cat "$checkout/deploy/sample/register.csv"
    printf 'HL-9000,,%s,%s,Quickstart,deployed,This machine,CC-100,\n' "$(uname -n)" "$(this_mac)"
  } | write_file "$dir/register.csv"
}

# --- processes --------------------------------------------------------------

# port_is_taken PORT: whether somebody listens there.
port_is_taken() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

require_free_ports() {
  local port
  for port in "$agent_port" "$admin_port" "$https_port"; do
    port_is_taken "$port" || continue
    die "port $port of 127.0.0.1 is taken by another program.
Choose other ports, for instance: deploy/quickstart.sh --port-base=$((port_base + 10000 > 64000 ? 17443 : port_base + 10000))"
  done
}

start_collector() {
  require_free_ports
  rm -f "$dir/run/collector.ready"
  start_process collector "$bin/rollcall-collector" "--data=$dir/data" \
    "--agent-listen=127.0.0.1:$agent_port" "--admin-listen=127.0.0.1:$admin_port" \
    "--https-listen=127.0.0.1:$https_port" "--ca=$dir/pki/ca.pem" \
    "--cert=$dir/pki/server.pem" "--key=$dir/pki/server.key" \
    "--issuer-cert=$dir/pki/issuer.pem" "--issuer-key=$dir/pki/issuer.key" \
    "${principals[@]/#/--first-principal=}" "--ready-file=$dir/run/collector.ready"
  say 'Starting the collector ...'
  wait_until 60 collector test -s "$dir/run/collector.ready"
}

# make_token: a token for this machine's agent, unless it has a certificate.
make_token() {
  local made
  openssl x509 -in "$dir/state/agent.pem" -noout -checkend 0 >/dev/null 2>&1 && return 0
  made=$("$bin/rollcall" token create --days=1 --note=quickstart) ||
    die 'the collector made no token; see above.'
  printf '%s\n' "${made%%$'\n'*}" >"$dir/state/token"
}

start_agent() {
  (umask 077 && make_token)
  start_process agent "$bin/rollcall-agent" "--collector=127.0.0.1:$agent_port" \
    "--enrol=127.0.0.1:$https_port" "--ca=$dir/pki/ca.pem" \
    "--token-file=$dir/state/token" "--state=$dir/state"
  say 'Starting the agent, which enrols with a token ...'
  wait_until 60 'agent collector' test -s "$dir/state/agent.pem"
}

# agent_fingerprint: this machine's agent: the fingerprint of its key.
agent_fingerprint() {
  openssl pkey -in "$dir/state/agent.key" -pubout -outform DER | sha256sum | cut -c1-32
}

# Where the collector listens is kept, since a later run need not name the ports.
choose_ports() {
  [[ ! -f $dir/run/port-base ]] || kept_port_base=$(cat "$dir/run/port-base")
  if is_running collector && [[ -n $kept_port_base ]]; then
    [[ -z $port_base || $port_base == "$kept_port_base" ]] ||
      die "the collector is running already, with --port-base=$kept_port_base. Stop it first: $stop_command"
  fi
  port_base=${port_base:-${kept_port_base:-7443}}
  agent_port=$port_base admin_port=$((port_base + 1)) https_port=$((port_base + 1000))
}

start_processes() {
  heading '4/5 Collector and agent'
  if is_running collector; then
    say "The collector is running (process $(process_id collector))."
  else
    # An agent that was left behind calls the ports of before.
    [[ -z $kept_port_base || $kept_port_base == "$port_base" ]] || stop_process agent
    write_file "$dir/run/port-base" <<<"$port_base"
    start_collector
  fi
  if is_running agent; then
    say "The agent is running (process $(process_id agent))."
  else
    start_agent
  fi
}

# --- facts ------------------------------------------------------------------

# propose NAME COMMAND...: who answers for what is installed proposes what a file holds;
# who answers for what is bought and he approve it, since neither changes alone what is
# owned. With the ids of the requests a run that was interrupted goes on where it stopped.
propose() {
  local name=$1 said change_set principal request
  shift
  request=quickstart-$name-${digest:0:32}
  said=$("$bin/rollcall" --config="$dir/itam.toml" "$@" --reason=quickstart \
    --request-id="$request") || {
    say "$said"
    die "the sample's $name were not proposed; see above."
  }
  say "$said"
  change_set=$(sed -n 's/^Proposed as change-set \([0-9a-f]\{32\}\).*/\1/p' <<<"$said")
  [[ -n $change_set ]] || return 0
  for principal in procurement itam; do
    "$bin/rollcall" --config="$dir/$principal.toml" changes approve "$change_set" --yes \
      --request-id="$request" || die "$principal did not approve the sample's $name; see above."
  done
}

# Contracts first, since lines are under them. What was billed, audited and reviewed is
# noted at once.
import_contracts() {
  local sample=$checkout/deploy/sample
  propose contracts contracts propose "$sample/contracts.json"
  propose entitlements contracts import "$sample/entitlements.csv"
  propose records contracts propose "$sample/records.json"
}

import_samples() {
  local digest
  heading '5/5 Contracts, register and this machine'
  write_register
  digest=$(cat "$checkout"/deploy/sample/{contracts.json,entitlements.csv,records.json} \
    "$dir/register.csv" | sha256sum)
  if [[ -f $dir/run/imported && $(cat "$dir/run/imported") == "$digest" ]]; then
    say 'The samples are imported already.'
    return
  fi
  # Whoever runs the collector may not: it takes who answers for the contracts.
  import_contracts
  "$bin/rollcall" --config="$dir/itam.toml" register import "$dir/register.csv" ||
    die 'the sample register was not imported; see above.'
  write_file "$dir/run/imported" <<<"$digest"
}

# find_device: sets device_id to the device that this machine's agent speaks for,
# or fails where the collector has not heard of it.
find_device() {
  local id
  for id in $("$bin/rollcall" devices --output=json |
    grep -oE '"device_?[iI]d": *"[0-9a-f]{32}"' | grep -oE '[0-9a-f]{32}'); do
    if "$bin/rollcall" device show "$id" --output=json 2>/dev/null | grep -q -F "$agent_id"; then
      device_id=$id
      return 0
    fi
  done
  return 1
}

wait_for_device() {
  say 'Waiting for the agent to report ...'
  wait_until 120 'agent collector' find_device
}

# --- what is shown ----------------------------------------------------------

show_results() {
  heading 'The device that was found'
  "$bin/rollcall" device show "$device_id"
  heading "Its software: $(software_count) packages, of which the first are"
  "$bin/rollcall" software --limit=10 2>/dev/null
  heading 'Licence position of the sample contracts'
  "$bin/rollcall" position
  heading 'What was billed wrongly, by the sample contracts'
  "$bin/rollcall" contracts invoices --state=found
  heading 'Undiscovered: expected and not seen, or seen and not expected'
  "$bin/rollcall" undiscovered
  say
  say "This machine ($(uname -n)) was added to the sample register, so it is not on this list;"
  say 'the other lines of the register are of devices that do not exist.'
}

software_count() {
  local count
  count=$("$bin/rollcall" device show "$device_id" --output=json |
    grep -oE '"software_?[cC]ount": *"?[0-9]+' | grep -oE '[0-9]+$' | head -n 1) || true
  printf '%s' "${count:-an unknown number of}"
}

show_principals() {
  heading 'Who may do what'
  "$bin/rollcall" principal list
  say
  say "Their certificates are in $dir/pki; the commands below are those of quickstart."
  say "To act as another: rollcall --config=$dir/itam.toml ..."
}

show_next_steps() {
  local grpcurl=grpcurl options
  [[ ! -x $checkout/.cache/tools/grpcurl ]] || grpcurl=$checkout/.cache/tools/grpcurl
  printf -v options -- '-cacert %q -cert %q -key %q 127.0.0.1:%d' "$dir/pki/ca.pem" \
    "$dir/pki/admin-quickstart.pem" "$dir/pki/admin-quickstart.key" "$admin_port"
  heading 'To ask further'
  # shellcheck disable=SC2016  # $PATH is for the shell that it is copied to
  printf 'export ROLLCALL_CONFIG=%q PATH=%q:"$PATH"\n' "$dir/rollcall.toml" "$bin"
  cat <<TEXT
rollcall whoami
rollcall devices
rollcall position explain Python
rollcall contracts show HL-2024-07
rollcall contracts invoices
rollcall changes list
rollcall undiscovered --output=csv

With grpcurl (not in Debian; tests/tools/install.sh builds it):
$grpcurl $options list
$grpcurl $options describe rollcall.v1.DeviceService
$grpcurl $options rollcall.v1.ReconciliationService/ListPositions

The collector and the agent go on running; their logs are in $dir/log.
To stop them: $stop_command
TEXT
}

stop_all() {
  stop_process agent
  stop_process collector
}

# --- arguments --------------------------------------------------------------

dir=$checkout/.rollcall port_base='' action=start agent_id='' device_id=''
agent_port='' admin_port='' https_port='' kept_port_base=''
for argument in "$@"; do
  case $argument in
    --dir=?*) dir=${argument#*=} ;;
    --port-base=*) port_base=${argument#*=} ;;
    --stop) action=stop ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
if [[ -n $port_base ]]; then
  if [[ ! $port_base =~ ^[1-9][0-9]{0,4}$ ]] || ((port_base > 64535)); then
    die "--port-base=$port_base is not a port from 1 to 64535"
  fi
fi
[[ $dir == /* ]] || dir=$PWD/$dir
[[ $dir != *[\"\\$'\n']* ]] || die "--dir=$dir: a quote, a backslash or a line break will not do in a path here"
stop_command='deploy/quickstart.sh --stop'
[[ $dir == "$checkout/.rollcall" ]] || printf -v stop_command '%s --dir=%q' "$stop_command" "$dir"

if [[ $action == stop ]]; then
  [[ -d $dir/run ]] || die "nothing was started from $dir"
  stop_all
  exit 0
fi

(umask 077 && mkdir -p "$dir") || die "cannot create $dir; choose another place with --dir=DIR"
mkdir -p "$dir/run" "$dir/log" "$dir/data" "$dir/state"
exec 9>"$dir/run/lock"
flock -n 9 || die "another quickstart is at work in $dir; wait for it to end"

choose_ports
if is_running collector && is_running agent; then
  say "The collector and the agent are running. To build again after a change: $stop_command, then run this again."
else
  install_packages
  build_release
  make_certificates
fi
write_configuration
start_processes
agent_id=$(agent_fingerprint)
import_samples
wait_for_device
show_results
show_principals
show_next_steps
