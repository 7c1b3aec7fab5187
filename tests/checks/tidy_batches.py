#!/usr/bin/env python3
"""Runs clang-tidy over source files:  tidy_batches.py BUILD FILE...

Nearly all of clang-tidy's time goes into the headers of gRPC, protobuf and the
standard library, the same for every file. So the files of a folder are looked at
several at a time, as if they were one. Where that is clean, each of them is; what
is not clean, or does not compile together (two files may each have a `kSection`),
is halved until the file stands alone, and only what is found then is reported.

Prints the findings and ends with 1 if there were any.
"""

import collections
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

BATCH = 10

# A batch includes sources, on purpose, and their findings are wanted.
BATCH_OPTIONS = [
    "--checks=-bugprone-suspicious-include",
    r"--header-filter=(common|agent|collector|tests)/.*\.(h|cc)$",
]


def arguments_by_file(build):
    """File -> the compiler's arguments that it is built with, without outputs."""
    result = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        words = iter(shlex.split(entry["command"])[1:])
        kept = []
        for word in words:
            if word in ("-o", "-c"):
                next(words)
            elif word in ("-isystem", "-include"):
                kept.append((word, next(words)))
            else:
                kept.append((word,))
        result[os.path.relpath(entry["file"])] = kept
    return result


def batches(files):
    """The files of a folder, at most BATCH at a time. One with main stays alone."""
    folders = collections.defaultdict(list)
    result = []
    for name in files:
        if os.path.basename(name) == "main.cc":
            result.append([name])
        else:
            folders[os.path.dirname(name)].append(name)
    for names in folders.values():
        result += [names[i : i + BATCH] for i in range(0, len(names), BATCH)]
    return sorted(result, key=len, reverse=True)


class Checker:
    def __init__(self, build):
        self.build = build
        self.arguments = arguments_by_file(build)
        self.folder = build / "batches"
        self.folder.mkdir(exist_ok=True)

    def findings(self, files):
        """What clang-tidy says about these files; empty if they are clean."""
        if len(files) == 1:
            return self._tidy(["-p", str(self.build), files[0]])
        if not self._tidy(self._batch(files)):
            return ""
        half = len(files) // 2
        return self.findings(files[:half]) + self.findings(files[half:])

    def _batch(self, files):
        place = self.folder / (files[0].replace("/", "_") + f".{len(files)}.cc")
        place.write_text("".join(f'#include "{os.path.abspath(name)}"\n' for name in files))
        merged = dict.fromkeys(word for name in files for word in self.arguments[name])
        words = [word for group in merged for word in group]
        return [*BATCH_OPTIONS, str(place), "--", *words]

    @staticmethod
    def _tidy(arguments):
        run = subprocess.run(
            ["clang-tidy", "--quiet", *arguments], capture_output=True, text=True, check=False
        )
        if run.returncode == 0:
            return ""
        # The count of suppressed warnings of system headers is noise.
        lines = [line for line in run.stderr.splitlines() if " generated" not in line]
        return run.stdout + "\n".join(lines) or f"clang-tidy ended with {run.returncode}\n"


def main(build, *files):
    checker = Checker(pathlib.Path(build))
    found = False
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", "2"))) as pool:
        for findings in pool.map(checker.findings, batches(files)):
            if findings:
                found = True
                print(findings.rstrip(), flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
