#!/usr/bin/env bash
# Tests deploy/pki.sh: that its certificates say what they must, that repeating it
# changes nothing, and that it refuses what it should.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

pki=$(mktemp -d)/pki
trap 'rm -rf "${pki%/pki}"' EXIT
checks=0

fail() {
  printf 'pki: %s\n' "$*"
  exit 1
}

# expect DESCRIPTION COMMAND...
expect() {
  local description=$1
  shift
  "$@" >"$pki.out" 2>&1 || { cat "$pki.out"; fail "not so: $description"; }
  checks=$((checks + 1))
}

# refuse DESCRIPTION COMMAND...
refuse() {
  local description=$1
  shift
  ! "$@" >"$pki.out" 2>&1 || fail "not so: $description"
  checks=$((checks + 1))
}

# says CERTIFICATE TEXT: whether its printed form contains the text.
says() {
  openssl x509 -in "$pki/$1.pem" -noout -text | grep -q -F "$2"
}

verifies() {
  openssl verify -purpose "$2" -CAfile "$pki/ca.pem" "$pki/$1.pem"
}

# issued_verifies USAGE PURPOSE: whether what the issuer signs for USAGE is good for
# PURPOSE.
issued_verifies() {
  openssl req -new -key "$pki/server.key" -subj /CN=x -config /dev/null -out "$pki.csr" &&
    openssl x509 -req -in "$pki.csr" -CA "$pki/issuer.pem" -CAkey "$pki/issuer.key" -days 1 \
      -extfile <(echo "extendedKeyUsage = $1") -out "$pki.issued" &&
    openssl verify -purpose "$2" -CAfile "$pki/ca.pem" -untrusted "$pki/issuer.pem" "$pki.issued"
}

digest() {
  cat "$pki"/*.pem "$pki"/*.key | sha256sum
}

make_all() {
  deploy/pki.sh init "$pki"
  deploy/pki.sh issuer "$pki"
  deploy/pki.sh server "$pki"
  id=$(deploy/pki.sh agent "$pki" here)
  deploy/pki.sh admin "$pki" auditor.1
}

test_contents() {
  local der_id
  der_id=$(openssl x509 -in "$pki/agent-here.pem" -noout -pubkey |
    openssl pkey -pubin -outform DER | sha256sum | cut -c1-32)
  expect 'the printed id is the fingerprint of the key' test "$id" = "$der_id"
  expect 'the agent is named by its id' says agent-here "URI:rollcall://agent/$id"
  expect 'the administrator is named' says admin-auditor.1 'URI:rollcall://principal/auditor.1'
  expect 'keys are P-256' says server prime256v1
  expect 'the collector is found by name' says server DNS:localhost
  expect 'the collector is found by address' says server 'IP Address:127.0.0.1'
  expect 'the agent may be a client' verifies agent-here sslclient
  expect 'the administrator may be a client' verifies admin-auditor.1 sslclient
  expect 'the collector may be a server' verifies server sslserver
  refuse 'an agent may be a server' verifies agent-here sslserver
  refuse 'the collector may be a client' verifies server sslclient
  expect 'the issuer vouches for clients' issued_verifies clientAuth sslclient
  refuse 'the issuer vouches for servers' issued_verifies serverAuth sslserver
  expect 'the issuer has none under it' says issuer 'CA:TRUE, pathlen:0'
  expect 'keys are for their owner alone' \
    test -z "$(find "$pki" -name '*.key' -not -perm 600)"
}

test_repetition() {
  local before
  before=$(digest)
  make_all
  expect 'repeating changes nothing' test "$before" = "$(digest)"
  expect 'nothing is left behind' test -z "$(find "$pki" -name '.pki*')"
  deploy/pki.sh server "$pki" --host=rollcall.example,192.0.2.7
  expect 'a new name is added' says server DNS:rollcall.example
  expect 'a new address is added' says server 'IP Address:192.0.2.7'
  before=$(digest)
  deploy/pki.sh server "$pki"
  expect 'a name that is there already stays' test "$before" = "$(digest)"
}

test_ends() {
  local kept
  kept=$(deploy/pki.sh agent "$pki" late --days=-1)
  refuse 'a negative life is still good' verifies agent-late sslclient
  expect 'renewal keeps the id' test "$kept" = "$(deploy/pki.sh agent "$pki" late)"
  expect 'what had expired is renewed' verifies agent-late sslclient
  deploy/pki.sh admin "$pki" past --not-after=20200102030405Z
  expect 'the end is the one asked for' says admin-past 'Jan  2 03:04:05 2020'
  deploy/pki.sh agent "$pki" other "--id=$id" >"$pki.out"
  expect 'a foreign id can be certified' says agent-other "rollcall://agent/$id"
}

# An authority from before there were issuers.
test_older_authority() {
  local older=$pki.older
  mkdir "$older"
  cp "$pki/ca.key" "$older"
  printf '[req]\ndistinguished_name = name\n[name]\n' >"$older/openssl.cnf"
  openssl req -new -x509 -key "$older/ca.key" -subj '/CN=Rollcall private CA' -days 10 \
    -config "$older/openssl.cnf" -out "$older/ca.pem" \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0'
  deploy/pki.sh issuer "$older"
  expect 'an older authority may have an issuer' \
    openssl verify -CAfile "$older/ca.pem" "$older/issuer.pem"
  rm -rf "$older"
}

test_refusals() {
  refuse 'a principal in upper case' deploy/pki.sh admin "$pki" Bob
  refuse 'a principal that is too long' deploy/pki.sh admin "$pki" "$(printf 'a%.0s' {1..65})"
  refuse 'a name that leaves the folder' deploy/pki.sh agent "$pki" ../x
  refuse 'a host that is none' deploy/pki.sh server "$pki" '--host=a b'
  refuse 'no such command' deploy/pki.sh sign "$pki"
  refuse 'days that are none' deploy/pki.sh admin "$pki" a --days=soon
  refuse 'days with a leading zero, which would be octal' deploy/pki.sh admin "$pki" a --days=030
}

make_all
test_contents
test_repetition
test_ends
test_older_authority
test_refusals
echo "$checks facts hold"
