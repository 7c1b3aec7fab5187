#!/usr/bin/env bash
# Lints the protos as buf.yaml says.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/checks/files.sh
source tests/checks/files.sh

"$(tests/tools/install.sh --print-dir)/buf" lint
echo "$(project_files '*.proto' | wc -l) protos"
