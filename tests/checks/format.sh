#!/usr/bin/env bash
# Checks that the C++ sources are formatted as .clang-format says.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/checks/files.sh
source tests/checks/files.sh

mapfile -t files < <(project_files '*.cc' '*.h')
((${#files[@]})) || { echo 'format: no source files found'; exit 1; }
if ! printf '%s\0' "${files[@]}" | xargs -0 clang-format --dry-run --Werror; then
  echo 'Format them with: clang-format -i FILE...'
  exit 1
fi
echo "${#files[@]} files"
