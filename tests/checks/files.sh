# shellcheck shell=bash
# Which files the checks look at; sourced.

# project_files PATTERN...: the files of the checkout, tracked or new, that git
# does not ignore, one a line; every file where there is no git.
project_files() {
  local file
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files --cached --others --exclude-standard -- "$@" | sort -u
  else
    for file in "$@"; do
      find . \( -name build -o -name .cache -o -name .rollcall -o -name .git \) -prune -o \
        -type f -name "$file" -printf '%P\n'
    done | sort -u
  fi | while IFS= read -r file; do
    [[ ! -f $file ]] || printf '%s\n' "$file"
  done
}
