#!/usr/bin/env bash
# Runs shellcheck over every shell script.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/checks/files.sh
source tests/checks/files.sh

scripts=()
while IFS= read -r file; do
  case $file in
    *.sh) scripts+=("$file") ;;
    *) IFS= read -r -n 32 first <"$file" 2>/dev/null || true
       [[ $first != '#!'*sh ]] || scripts+=("$file") ;;
  esac
done < <(project_files '*.sh' '.ci/*' 'deploy/*')
((${#scripts[@]})) || { echo 'shell: no scripts found'; exit 1; }
shellcheck --external-sources "${scripts[@]}"
echo "${#scripts[@]} scripts"
