#!/usr/bin/env bash
# Makes a private certificate authority and the certificates that Rollcall needs.
# See usage() for the commands. Every step may be repeated: a key is made once,
# and a certificate is issued again, for the same key, only when it is missing,
# not of this authority, or past two thirds of its life.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: deploy/pki.sh COMMAND DIR [NAME] [OPTION...]

  init DIR         the authority:      DIR/ca.pem, ca.key
  issuer DIR       an authority under it, which the collector gives certificates to
                   agents and administrators with: DIR/issuer.pem, issuer.key
  server DIR       the collector:      DIR/server.pem, server.key
  agent DIR NAME   an agent:           DIR/agent-NAME.pem, agent-NAME.key
                   (prints the agent id: the fingerprint of its key)
  admin DIR NAME   an administrator:   DIR/admin-NAME.pem, admin-NAME.key
                   (NAME is the principal: 1 to 64 of a-z 0-9 . _ -)

issuer, server, agent and admin make the authority first if there is none.

  --host=NAME[,NAME...]        further names or addresses of the collector, beside
                               localhost, 127.0.0.1, ::1 and this machine's name
  --days=N                     life in days (default: authority 3650, issuer 1825,
                               others 397);
                               N below 0 makes a certificate that has expired
  --not-after=YYYYMMDDHHMMSSZ  the end itself, in UTC, instead of --days; a past
                               time makes a certificate that has expired
  --id=HEX                     the agent id to certify, 32 hex digits, instead of
                               the key's own. The collector refuses such a
                               certificate; it exists to test that it does.

Keys are P-256, in files only their owner can read. Whoever holds ca.key can let
anyone in: keep it off the machines that need only certificates. The collector
needs issuer.key and never ca.key; what issuer.key signs is taken for an agent's or an
administrator's certificate, and never for a collector's.
TEXT
}

die() {
  printf 'pki.sh: %s\n' "$*" >&2
  exit 1
}

# --- certificates -----------------------------------------------------------

# ensure_key FILE
ensure_key() {
  [[ -s $1 ]] && return
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.tmp" 2>/dev/null ||
    die "cannot make the key $1"
  chmod 600 "$1.tmp"
  mv "$1.tmp" "$1"
}

# fingerprint KEYFILE: the first 16 bytes of SHA-256 over its DER
# SubjectPublicKeyInfo, as 32 hex digits.
fingerprint() {
  openssl pkey -in "$1" -pubout -outform DER | sha256sum | cut -c1-32
}

# asn1_time SECONDS: epoch seconds as YYYYMMDDHHMMSSZ.
asn1_time() {
  date -u -d "@$1" +%Y%m%d%H%M%SZ
}

# epoch ASN1_TIME: the other way round.
epoch() {
  local t=$1
  date -u -d "${t:0:4}-${t:4:2}-${t:6:2} ${t:8:2}:${t:10:2}:${t:12:2}Z" +%s
}

# validity DEFAULT_DAYS: sets start_date and end_date. A certificate starts five
# minutes ago, for clocks that differ, or a day before its end if that has passed.
validity() {
  local now start end
  now=$(date +%s)
  if [[ -n $not_after ]]; then
    end=$(epoch "$not_after") || die "--not-after=$not_after is no such time"
  else
    end=$((now + ${days:-$1} * 86400))
  fi
  start=$((now - 300))
  ((start < end)) || start=$((end - 86400))
  start_date=$(asn1_time "$start")
  end_date=$(asn1_time "$end")
}

# is_current CERT KEY DEFAULT_DAYS: whether CERT may stay as it is.
is_current() {
  [[ -s $1 && -z $not_after ]] || return 1
  local life=$((${days:-$3} * 86400))
  ((life > 0)) || return 1
  openssl x509 -in "$1" -noout -checkend $((life / 3)) >/dev/null 2>&1 || return 1
  openssl verify -CAfile "$dir/ca.pem" "$1" >/dev/null 2>&1 || return 1
  [[ $(openssl x509 -in "$1" -noout -pubkey) == "$(openssl pkey -in "$2" -pubout)" ]]
}

# has_names CERT NAME...: whether CERT is good for each name or address.
has_names() {
  local cert=$1 name option
  shift
  for name in "$@"; do
    option=-checkhost
    is_address "$name" && option=-checkip
    # The exit code says nothing in OpenSSL 3.0; the text does.
    openssl x509 -in "$cert" -noout "$option" "$name" | grep -q 'does match' || return 1
  done
}

is_address() {
  [[ $1 =~ ^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$ || $1 == *:* ]]
}

# issue OUT KEY COMMON_NAME DEFAULT_DAYS EXTENSION...: a certificate for KEY, signed
# by the authority, or by KEY itself if that is the authority's.
issue() {
  local out=$1 key=$2 name=$3 default_days=$4 extension
  local signer=(-cert "$dir/ca.pem" -keyfile "$dir/ca.key")
  shift 4
  [[ $key == "$dir/ca.key" ]] && signer=(-selfsign -keyfile "$key")
  validity "$default_days"
  {
    printf '[ca]\ndefault_ca = authority\n[authority]\n'
    printf 'database = %s/index.txt\nnew_certs_dir = %s\n' "$work" "$work"
    printf 'unique_subject = no\nrand_serial = yes\ndefault_md = sha256\npolicy = any\n'
    printf '[any]\ncommonName = supplied\n[extensions]\nsubjectKeyIdentifier = hash\n'
    for extension in "$@"; do printf '%s\n' "$extension"; done
  } >"$work/openssl.cnf"
  : >"$work/index.txt"
  openssl req -new -key "$key" -subj "/CN=$name" -config /dev/null -out "$work/request.pem" \
    2>"$work/log" || { cat "$work/log" >&2; die "cannot make a request for $out"; }
  openssl ca -batch -notext -config "$work/openssl.cnf" -extensions extensions \
    "${signer[@]}" -startdate "$start_date" -enddate "$end_date" \
    -in "$work/request.pem" -out "$work/certificate.pem" >"$work/log" 2>&1 ||
    { cat "$work/log" >&2; die "cannot issue $out"; }
  chmod 644 "$work/certificate.pem"
  mv "$work/certificate.pem" "$out"
}

# issue_leaf STEM COMMON_NAME USAGE SUBJECT_ALTERNATIVE_NAME
issue_leaf() {
  issue "$1.pem" "$1.key" "$2" 397 'authorityKeyIdentifier = keyid' \
    'basicConstraints = critical, CA:FALSE' 'keyUsage = critical, digitalSignature' \
    "extendedKeyUsage = $3" "subjectAltName = $4"
}

# --- commands ---------------------------------------------------------------

# make_authority [renew]: an authority that exists stays as it is, unless asked,
# since its end is not that of the certificate that is being made.
make_authority() {
  ensure_key "$dir/ca.key"
  if [[ -s $dir/ca.pem ]]; then
    [[ ${1:-} == renew ]] || return 0
    is_current "$dir/ca.pem" "$dir/ca.key" 3650 && return 0
  fi
  issue_authority
}

issue_authority() {
  issue "$dir/ca.pem" "$dir/ca.key" 'Rollcall private CA' 3650 \
    'basicConstraints = critical, CA:TRUE, pathlen:1' \
    'keyUsage = critical, keyCertSign, cRLSign'
}

# The authority that a leaf needs: made with its own default life.
need_authority() {
  local days='' not_after=''
  make_authority
}

# What it signs is good for clients only.
make_issuer() {
  need_authority
  if openssl x509 -in "$dir/ca.pem" -noout -text | grep -q -F 'pathlen:0'; then
    # From before there were issuers: the same key, with leave to have one.
    local days='' not_after=''
    issue_authority
  fi
  ensure_key "$dir/issuer.key"
  is_current "$dir/issuer.pem" "$dir/issuer.key" 1825 ||
    issue "$dir/issuer.pem" "$dir/issuer.key" 'Rollcall issuer' 1825 \
      'authorityKeyIdentifier = keyid' 'basicConstraints = critical, CA:TRUE, pathlen:0' \
      'keyUsage = critical, keyCertSign, cRLSign' 'extendedKeyUsage = clientAuth'
}

make_server() {
  local stem=$dir/server names=(localhost 127.0.0.1 ::1) name alternatives='' label
  name=$(uname -n)
  label='[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?'
  [[ $name =~ ^$label(\.$label)*$ && $name != localhost ]] && names+=("$name")
  names+=("${hosts[@]}")
  need_authority
  ensure_key "$stem.key"
  if is_current "$stem.pem" "$stem.key" 397 && has_names "$stem.pem" "${names[@]}"; then return; fi
  for name in "${names[@]}"; do
    if is_address "$name"; then name="IP:$name"; else name="DNS:$name"; fi
    alternatives+="${alternatives:+, }$name"
  done
  issue_leaf "$stem" rollcall-collector serverAuth "$alternatives"
}

make_agent() {
  local stem=$dir/agent-$1 id
  need_authority
  ensure_key "$stem.key"
  id=${certified_id:-$(fingerprint "$stem.key")}
  if [[ -n $certified_id ]] || ! is_current "$stem.pem" "$stem.key" 397; then
    issue_leaf "$stem" "$1" clientAuth "URI:rollcall://agent/$id"
  fi
  printf '%s\n' "$id"
}

make_admin() {
  local stem=$dir/admin-$1
  need_authority
  ensure_key "$stem.key"
  is_current "$stem.pem" "$stem.key" 397 ||
    issue_leaf "$stem" "$1" clientAuth "URI:rollcall://principal/$1"
}

# --- arguments --------------------------------------------------------------

days='' not_after='' certified_id='' hosts=() words=()

parse_arguments() {
  local argument host host_list
  for argument in "$@"; do
    case $argument in
      -h | --help) usage; exit 0 ;;
      --days=*) days=${argument#*=} ;;
      --not-after=*) not_after=${argument#*=} ;;
      --id=*) certified_id=${argument#*=} ;;
      --host=*) IFS=, read -r -a host_list <<<"${argument#*=}"; hosts+=("${host_list[@]}") ;;
      -*) die "unknown option $argument; see deploy/pki.sh --help" ;;
      *) words+=("$argument") ;;
    esac
  done
  # Without leading zeros, which would make it octal.
  [[ -z $days || $days =~ ^(0|-?[1-9][0-9]{0,4})$ ]] || die "--days=$days is not a number of days"
  [[ -z $not_after || $not_after =~ ^[0-9]{14}Z$ ]] || die "--not-after=$not_after is not YYYYMMDDHHMMSSZ"
  [[ -z $certified_id || $certified_id =~ ^[0-9a-f]{32}$ ]] || die '--id takes 32 lower-case hex digits'
  for host in "${hosts[@]}"; do
    [[ $host =~ ^[a-zA-Z0-9.:-]{1,253}$ ]] || die "--host=$host is neither a name nor an address"
  done
}

# check_name WORDS PATTERN RULE
check_name() {
  ((${#words[@]} == 3)) || die "expected: $1"
  [[ ${words[2]} =~ $2 ]] || die "the name '${words[2]}' is not $3"
}

parse_arguments "$@"
((${#words[@]} >= 2)) || { usage >&2; exit 2; }
command -v openssl >/dev/null || die 'openssl is missing; run deploy/install-deps.sh'
command=${words[0]} dir=${words[1]}
umask 077
mkdir -p "$dir" || die "cannot create $dir"
work=$(mktemp -d "$dir/.pki.XXXXXX")
trap 'rm -rf "$work"' EXIT

case $command in
  init) make_authority renew ;;
  issuer) make_issuer ;;
  server) make_server ;;
  agent)
    check_name 'agent DIR NAME' '^[a-zA-Z0-9._-]{1,64}$' '1 to 64 of a-z A-Z 0-9 . _ -'
    make_agent "${words[2]}"
    ;;
  admin)
    check_name 'admin DIR NAME' '^[a-z0-9._-]{1,64}$' '1 to 64 of a-z 0-9 . _ -'
    make_admin "${words[2]}"
    ;;
  *) die "unknown command $command; see deploy/pki.sh --help" ;;
esac
