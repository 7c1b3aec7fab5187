#!/usr/bin/env bash
# Lints the manual pages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

pages=(deploy/man/*.[1-8])
[[ -f ${pages[0]} ]] || { echo 'manual: no pages found'; exit 1; }
mandoc -T lint -W warning "${pages[@]}"
echo "${#pages[@]} pages"
