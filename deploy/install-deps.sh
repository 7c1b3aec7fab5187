#!/usr/bin/env bash
# Installs the Debian packages that Rollcall needs: with apt alone, and only
# those that are missing, so a second run is done at once.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: deploy/install-deps.sh [--build] [--tests] [--bench] [--list] [--verbose]

  --build    what building and running needs (the default)
  --tests    that and what tests/run.sh needs
  --bench    all that and the two inventory agents that the scan benchmark
             measures Rollcall against; only for machines that run benchmarks,
             since Debian's packages of them install daily jobs
  --list     print the packages' names and install nothing
  --verbose  show apt's own output

Needs Debian 12, and root or sudo if a package is missing.
TEXT
}

# The packages that cmake/Dependencies.cmake looks for, and the tools. What those
# need in turn (c-ares, snappy, gflags, civetweb, ...) is left to apt.
build_packages=(
  build-essential cmake ninja-build pkg-config git ca-certificates openssl procps
  libgrpc++-dev protobuf-compiler protobuf-compiler-grpc libprotobuf-dev libabsl-dev
  librocksdb-dev libssl-dev libzstd-dev libspdlog-dev libcli11-dev prometheus-cpp-dev
  libboost-dev libre2-dev libcsv-dev libroaring-dev nlohmann-json3-dev libical-dev
  libjemalloc-dev
  # Not for the build: the sample contracts then find a product on any machine.
  python3
)
test_packages=(
  clang clang-format clang-tidy libclang-rt-14-dev lld llvm
  libgtest-dev libgmock-dev
  curl shellcheck mandoc strace time
)
# With what the two call to read hardware, so that they do the work we compare with.
bench_packages=(fusioninventory-agent ocsinventory-agent dmidecode pciutils)

die() {
  printf 'install-deps.sh: %s\n' "$*" >&2
  exit 1
}

# Tools that may come from elsewhere: what is on the PATH is used as it is, since
# Debian's package of it would be older or in conflict with it.
add_tools_from_anywhere() {
  command -v go >/dev/null || wanted+=(golang-go)
  command -v npm >/dev/null || wanted+=(nodejs npm)
}

# Prints those of the wanted packages that are not installed.
missing_packages() {
  local installed
  installed=$(dpkg-query -W -f '${db:Status-Status} ${binary:Package}\n' "${wanted[@]}" 2>/dev/null |
    sed -n 's/^installed \([^:]*\).*/\1/p') || true
  comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) <(sort -u <<<"$installed")
}

# Sets as_root to what runs a command as root.
find_root() {
  as_root=()
  ((EUID == 0)) && return
  command -v sudo >/dev/null || die "${#missing[@]} packages are missing and you are not root.
Install sudo, or run as root:
  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  as_root=(sudo)
}

check_system() {
  local id='' version='' name=''
  if [[ -r /etc/os-release ]]; then
    id=$(sed -n 's/^ID=//p' /etc/os-release | tr -d '"')
    version=$(sed -n 's/^VERSION_ID=//p' /etc/os-release | tr -d '"')
    name=$(sed -n 's/^PRETTY_NAME=//p' /etc/os-release | tr -d '"')
  fi
  [[ $id == debian && $version == 12 ]] && return
  die "this is ${name:-an unknown system}; Rollcall is built and tested on Debian 12 (bookworm).
Use a Debian 12 machine, virtual machine or container, for instance:
  docker run -it -v \"\$PWD:/rollcall\" -w /rollcall debian:12 deploy/quickstart.sh"
}

# run_apt ARGUMENT...: as root, its output in the log unless it is wanted.
run_apt() {
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q
    -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@")
  if ((verbose)); then
    "${apt[@]}"
  else
    "${apt[@]}" >>"$log" 2>&1 || {
      tail -n 20 "$log" >&2
      return 1
    }
  fi
}

install_missing() {
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  printf 'Installing %d Debian packages and what they need: %s\n' "${#missing[@]}" "${missing[*]}"
  run_apt update || die 'apt-get update failed; see above. Is there a network, and are the sources in /etc/apt right?'
  run_apt install -y --no-install-recommends "${missing[@]}" ||
    die 'apt-get install failed; see above. Put that right and run this again.'
}

wanted=("${build_packages[@]}") list=0 verbose=0
for argument in "$@"; do
  case $argument in
    --build) ;;
    --tests) wanted+=("${test_packages[@]}"); add_tools_from_anywhere ;;
    --bench) wanted+=("${test_packages[@]}" "${bench_packages[@]}"); add_tools_from_anywhere ;;
    --list) list=1 ;;
    --verbose) verbose=1 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; die "unknown option $argument" ;;
  esac
done
if ((list)); then
  printf '%s\n' "${wanted[@]}" | sort -u
  exit 0
fi
command -v dpkg-query >/dev/null || check_system
mapfile -t missing < <(missing_packages)
((${#missing[@]})) || exit 0
check_system
find_root
install_missing
