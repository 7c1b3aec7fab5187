#!/usr/bin/env bash
# Installs the pinned tools that the tests run and Debian does not have, into
# .cache/tools/ of the checkout, which git ignores:
#
#   .cache/tools/grpcurl   built from the Go module proxy
#   .cache/tools/buf       from npm, as package-lock.json pins it
#
# Does nothing where they are there already. `--print-dir` only says where that is.
set -euo pipefail

# The newest grpcurl that Go 1.19, which Debian 12 has, can build.
grpcurl_version=v1.9.1

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=$(cd "$here/../.." && pwd)/.cache/tools

die() {
  printf 'tests/tools/install.sh: %s\n' "$*" >&2
  exit 1
}

# try LOG COMMAND...: the command's output is shown only if it fails.
try() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 && return
  tail -n 30 "$log" >&2
  return 1
}

install_grpcurl() {
  local stamp=$tools/grpcurl-$grpcurl_version.stamp work
  [[ -x $tools/grpcurl && -e $stamp ]] && return
  command -v go >/dev/null || die 'go is missing; run deploy/install-deps.sh --tests'
  printf 'Building grpcurl %s ...\n' "$grpcurl_version"
  work=$(mktemp -d "$tools/go.XXXXXX")
  # A module cache of its own, so that nothing is left outside the checkout; and
  # the Go that is there, never one that it would download.
  GOBIN=$tools GOPATH=$work GOCACHE=$work/build GOTOOLCHAIN=local \
    GOFLAGS="${GOFLAGS:-} -modcacherw" CGO_ENABLED=0 \
    try "$tools/grpcurl.log" go install "github.com/fullstorydev/grpcurl/cmd/grpcurl@$grpcurl_version" ||
    { rm -rf "$work"; die 'cannot build grpcurl; see above. It needs the Go module proxy.'; }
  rm -rf "$work"
  "$tools/grpcurl" -version >/dev/null 2>&1 || die 'the grpcurl just built does not run'
  rm -f "$tools"/grpcurl-*.stamp
  touch "$stamp"
}

install_buf() {
  local stamp=$tools/npm/package-lock.json program
  [[ -x $tools/buf ]] && cmp -s "$here/package-lock.json" "$stamp" && return
  command -v npm >/dev/null || die 'npm is missing; run deploy/install-deps.sh --tests'
  printf 'Installing buf ...\n'
  rm -rf "$tools/npm"
  mkdir -p "$tools/npm"
  cp "$here/package.json" "$here/package-lock.json" "$tools/npm/"
  try "$tools/buf.log" npm ci --prefix "$tools/npm" --cache "$tools/npm/cache" \
    --ignore-scripts --no-audit --no-fund ||
    { rm -rf "$tools/npm"; die 'cannot install buf; see above. It needs the npm registry.'; }
  rm -rf "$tools/npm/cache"
  for program in "$tools"/npm/node_modules/@bufbuild/buf-linux-*/bin/buf; do
    ln -sfn "${program#"$tools/"}" "$tools/buf"
  done
  "$tools/buf" --version >/dev/null || die 'the buf just installed does not run'
}

case ${1:-} in
  --print-dir) printf '%s\n' "$tools" ;;
  '')
    mkdir -p "$tools"
    install_grpcurl
    install_buf
    ;;
  *) die "unknown option $1" ;;
esac
