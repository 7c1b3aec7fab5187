#!/usr/bin/env python3
"""What a full scan of this machine costs, beside two inventory agents of Debian.

Measures rollcall-agent --print, fusioninventory-agent and ocsinventory-agent (where
they are installed: deploy/install-deps.sh --bench) in turns, so that what else the
machine does meets all three alike, and compares medians. The two write to a
temporary folder and have no server; run as root, they have no network either.
"""

import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

ROUNDS = 7
CPU_LINE_SECONDS = 0.15
RSS_LINE_MIB = 24
LINES_ARE_FOR_PACKAGES = 900


def rollcall_command():
    program = pathlib.Path(os.environ.get("ROLLCALL_BIN", "build/bench/bin")) / "rollcall-agent"
    if not program.exists():
        sys.exit(f"{program} is missing; tests/run.sh --bench builds it")
    return [str(program), "--print"]


def without_network(command):
    """Belt and braces: as root, in a network namespace without interfaces."""
    return ["unshare", "--net"] + command if os.geteuid() == 0 else command


def baseline_commands(folder):
    """The other agents that are installed, by name."""
    commands = {
        "fusioninventory-agent": [
            f"--local={folder}", "--config=none", "--tasks=inventory", "--logger=Stderr",
        ],
        "ocsinventory-agent": [
            f"--local={folder}", f"--basevardir={folder}", "--force",
        ],
    }
    found = {}
    for name, options in commands.items():
        program = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
        if program is None:
            print(f"{name} is not installed; deploy/install-deps.sh --bench installs it")
        else:
            found[name] = without_network([program] + options)
    return found


def measure(command, folder):
    """(CPU seconds, peak RSS in MiB) of a command with all its children.

    GNU time stands between, since the peak that the kernel reports includes what
    the process was before exec: this interpreter, without it.
    """
    peak = folder / "peak"
    with open(folder / "output", "wb") as output:
        process = subprocess.Popen(
            ["/usr/bin/time", "--quiet", "--format=%M", f"--output={peak}"] + command,
            stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        text = (folder / "output").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"{command} ended with {process.returncode}:\n{text[-2000:]}")
    return usage.ru_utime + usage.ru_stime, int(peak.read_text().split()[-1]) / 1024


def count_children(command, folder):
    """How many processes a command starts, or None where tracing is not possible.

    A thread is not a process: clone calls with CLONE_THREAD do not count.
    """
    trace = folder / "trace"
    strace = shutil.which("strace")
    if strace is None:
        return None
    done = subprocess.run(
        [strace, "-f", "-qq", "-e", "trace=fork,vfork,clone,clone3,execve", "-o", str(trace)] + command,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=False,
    )
    if done.returncode != 0 or not trace.exists():
        return None
    calls = [line for line in trace.read_text(errors="replace").splitlines()
             if re.search(r" (fork|vfork|clone3?)\(", line)]
    return sum("CLONE_THREAD" not in line for line in calls)


def installed_packages():
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status}\n"], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines().count("installed")


def those_that_run(commands, folder):
    """Runs each once, which fills the page cache, and drops what does not run."""
    runnable = {}
    for name, command in commands.items():
        try:
            measure(command, folder)
            runnable[name] = command
        except RuntimeError as error:
            if name == "rollcall-agent":
                raise
            print(f"{name} is left out: {error}")
    return runnable


def measure_in_turns(commands, folder):
    """Medians by name: (CPU seconds, peak RSS in MiB)."""
    samples = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            samples[name].append(measure(command, folder))
    return {name: tuple(statistics.median(column) for column in zip(*rows))
            for name, rows in samples.items()}


def figure(name, value, unit, baseline, line):
    if value is None:
        print(f"{name} could not be measured")
        return
    value, baseline = round(value, 4), baseline and round(baseline, 4)
    ratio = round(value / baseline, 4) if baseline else None
    holds = None if line is None else value <= line
    print(json.dumps({"figure": name, "value": value, "unit": unit, "baseline": baseline,
                      "ratio": ratio, "line": line, "holds": holds}))


def print_figures(costs, children, packages):
    cpu, peak = costs.pop("rollcall-agent")
    own_children = children.pop("rollcall-agent")
    figure("scan.packages", packages, "packages", None, None)
    figure("scan.cpu", cpu, "s", None, CPU_LINE_SECONDS)
    figure("scan.peak_rss", peak, "MiB", None, RSS_LINE_MIB)
    figure("scan.child_processes", own_children, "processes", None, 0)
    for name, (other_cpu, other_peak) in costs.items():
        figure(f"scan.cpu beside {name}", cpu, "s", other_cpu, CPU_LINE_SECONDS)
        figure(f"scan.peak_rss beside {name}", peak, "MiB", other_peak, RSS_LINE_MIB)
        figure(f"scan.child_processes beside {name}", own_children, "processes", children[name], 0)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        commands = {"rollcall-agent": rollcall_command(), **baseline_commands(folder)}
        packages = installed_packages()
        if packages < LINES_ARE_FOR_PACKAGES:
            print(f"This machine has {packages} packages; the lines are for {LINES_ARE_FOR_PACKAGES} and more.")
        commands = those_that_run(commands, folder)
        costs = measure_in_turns(commands, folder)
        children = {each: count_children(command, folder) for each, command in commands.items()}
        print_figures(costs, children, packages)


if __name__ == "__main__":
    main()
