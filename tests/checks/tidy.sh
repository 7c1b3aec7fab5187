#!/usr/bin/env bash
# Runs clang-tidy, with the checks of .clang-tidy, over the source files that
# differ from the last commit of main (in a clean tree of main: over the files of
# its last commit), or with --all over every one.
#
# A header is checked through the source file of the same name, else through one
# that includes it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/checks/files.sh
source tests/checks/files.sh
# shellcheck source=deploy/progress.sh
source deploy/progress.sh

build=build/tidy

# changed_files: what differs from main, else what the last commit touched.
changed_files() {
  local base changed
  base=$(git merge-base HEAD main 2>/dev/null || git merge-base HEAD origin/main 2>/dev/null ||
    git rev-parse HEAD)
  changed=$(
    git diff --name-only "$base" --
    git ls-files --others --exclude-standard
  )
  [[ -n $changed ]] || changed=$(git show --pretty= --name-only HEAD)
  sort -u <<<"$changed"
}

# source_for HEADER: a source file that includes it.
source_for() {
  local stem=${1%.h}
  if [[ -f $stem.cc ]]; then
    printf '%s\n' "$stem.cc"
  else
    project_files '*.cc' | xargs -d '\n' grep -l -m 1 -F "#include \"$1\"" | head -n 1 || true
  fi
}

# sources_to_check: those of the chosen files that the build compiles.
sources_to_check() {
  local file
  : >"$build/not_compiled"
  if [[ $1 == --all ]]; then
    project_files '*.cc'
  else
    changed_files | while IFS= read -r file; do
      [[ -f $file ]] || continue
      case $file in
        *.cc) printf '%s\n' "$file" ;;
        *.h) source_for "$file" ;;
      esac
    done
  fi | sort -u | while IFS= read -r file; do
    if grep -q -F "\"file\": \"$PWD/$file\"" "$build/compile_commands.json"; then
      printf '%s\n' "$file"
    else
      printf '%s\n' "$file" >>"$build/not_compiled"
    fi
  done
}

# generate_protos: clang-tidy compiles what includes them.
generate_protos() {
  local targets
  mapfile -t targets < <(ninja -C "$build" -t targets all |
    sed -n 's/^\([^ ]*\.pb\.\(h\|cc\)\): CUSTOM_COMMAND$/\1/p')
  ((${#targets[@]} == 0)) || ninja -C "$build" "${targets[@]}"
}

mkdir -p "$build"
configure_preset tidy "$build.log"
generate_protos >"$build.log" 2>&1 || { tail -n 30 "$build.log"; exit 1; }
mapfile -t sources < <(sources_to_check "${1:-}")
if [[ -s $build/not_compiled ]]; then
  echo "$(wc -l <"$build/not_compiled") files are not in this preset's build and so not checked:"
  sed 's/^/  /' "$build/not_compiled"
fi
if ((${#sources[@]} == 0)); then
  echo '0 files: no source file differs'
  exit 0
fi
JOBS=$(build_jobs) tests/checks/tidy_batches.py "$build" "${sources[@]}"
echo "${#sources[@]} files"
