#!/usr/bin/env python3
"""What an import of 100,000 entitlement lines costs, one in a hundred of them bad,
beside reading the same file with Python's csv module.

Each round has a collector of its own. The import is that of the rollcall command:
validated, bad lines kept aside and each named, all others proposed as one
change-set; then the change-set is shown, both sides agree to it, the lines are
listed, and it is shown which positions that moved. Memory is the collector's peak, of
everything since its start and before that.
"""

import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
os.environ.setdefault("ROLLCALL_BIN", "build/bench/bin")
from stack import Stack  # noqa: E402

ROUNDS = 5
LINES = 100_000
BAD_EVERY = 100
SECONDS_LINE = 10
MEMORY_LINE_MB = 300

READ_WITH_CSV = """
import csv, sys
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    print(sum(1 for _ in csv.reader(file)))
"""

HEADER = ("contract_number,vendor,publisher,product,version,edition,metric,quantity,"
          "start_date,end_date,unit_price,currency,purchase_order,line,"
          "organisation_unit\n")


def write_file(path):
    """A file of 40 contracts with some vendors; returns the numbers of bad lines."""
    draw = random.Random(7)
    bad = []
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEADER)
        for n in range(LINES):
            contract = n % 40
            quantity = str(draw.randint(1, 5000))
            start, end = "2024-01-01", draw.choice(["", "2026-12-31"])
            if n % BAD_EVERY == BAD_EVERY - 1:
                bad.append(n + 2)
                if n % (2 * BAD_EVERY) == BAD_EVERY - 1:
                    quantity = "-" + quantity
                else:
                    start = "2024-02-30"
            file.write(f"HL-{contract:03},Vendor {contract % 12},Publisher {n % 25},"
                       f"Product {n % 300},{draw.choice(['', '15', '2022'])},"
                       f"{draw.choice(['', 'Enterprise'])},"
                       f"{draw.choice(['device', 'core'])},{quantity},{start},{end},"
                       f"{draw.randint(1, 900)}.50,EUR,PO-{n // 50},{n % 50 + 1},"
                       f"{draw.choice(['', 'Finance', 'Sales'])}\n")
    return bad


def timed(work):
    begin = time.monotonic()
    result = work()
    return time.monotonic() - begin, result


def checked(result, codes=(0,)):
    if result.returncode not in codes:
        sys.exit(f"{result.args} ended with {result.returncode}:\n"
                 f"{result.stdout[-2000:]}{result.stderr[-2000:]}")
    return result


def peak_mb(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024 / 1e6


def one_round(file, bad):
    """Seconds of each step, and the collector's peaks of memory."""
    with Stack() as stack:
        before = peak_mb(stack.collector)
        took = {}
        took["csv"], _ = timed(lambda: checked(subprocess.run(
            [sys.executable, "-c", READ_WITH_CSV, str(file)], capture_output=True,
            text=True, check=False)))
        took["import"], result = timed(lambda: checked(stack.rollcall(
            "contracts", "import", str(file), "--quarantine", "--new-contracts",
            "--output=json"), codes=(0, 1)))
        answer = json.loads(result.stdout)
        named = sorted({error["line"] for error in answer["errors"]})
        if named != bad or answer["addedCount"] != LINES - len(bad):
            sys.exit(f"{len(named)} bad lines were named, {len(bad)} there are; "
                     f"{answer['addedCount']} lines are proposed")
        change_set = answer["changeSetId"]
        took["show"], _ = timed(lambda: checked(stack.rollcall(
            "changes", "show", change_set, "--no-preview")))
        peak_proposed = peak_mb(stack.collector)
        took["approve"], applied = timed(lambda: stack.agree_to(change_set))
        if applied["state"] != "STATE_APPLIED":
            sys.exit(f"the change-set is not in effect: {applied}")
        listed = checked(stack.rollcall("contracts", "list", "--limit=1000000",
                                        "--output=csv")).stdout.count("\n") - 1
        if listed != LINES - len(bad):
            sys.exit(f"{listed} lines are listed")
        peak_applied = peak_mb(stack.collector)
        took["effect"], _ = timed(lambda: checked(stack.rollcall(
            "changes", "show", change_set, "--effect")))
        return took, before, peak_proposed, peak_applied


def figure(name, value, unit, baseline=None, line=None):
    print(json.dumps({
        "figure": name, "value": round(value, 3), "unit": unit,
        "baseline": None if baseline is None else round(baseline, 3),
        "ratio": None if baseline is None else round(value / baseline, 2),
        "line": line, "holds": None if line is None else value <= line}))


def main():
    folder = pathlib.Path(os.environ.get("TMPDIR", "/tmp"))
    file = folder / f"rollcall-contracts-{os.getpid()}.csv"
    try:
        bad = write_file(file)
        print(f"{LINES} lines, {file.stat().st_size / 1e6:.1f} MB, {len(bad)} bad")
        rounds = []
        for n in range(ROUNDS):
            rounds.append(one_round(file, bad))
            took, before, proposed, applied = rounds[-1]
            print(f"round {n + 1}: " + ", ".join(
                f"{name} {seconds:.2f} s" for name, seconds in took.items()) +
                f"; the collector's peak {before:.0f}, {proposed:.0f} MB proposed, "
                f"{applied:.0f} MB in effect")
    finally:
        file.unlink(missing_ok=True)

    def median(pick):
        return statistics.median(pick(one) for one in rounds)

    csv_seconds = median(lambda one: one[0]["csv"])
    figure("contracts.import_and_show",
           median(lambda one: one[0]["import"] + one[0]["show"]), "s", csv_seconds,
           SECONDS_LINE)
    figure("contracts.import", median(lambda one: one[0]["import"]), "s", csv_seconds)
    figure("contracts.approve", median(lambda one: one[0]["approve"]), "s", csv_seconds)
    figure("contracts.show_effect", median(lambda one: one[0]["effect"]), "s",
           csv_seconds)
    figure("contracts.memory_proposed", median(lambda one: one[2]), "MB",
           median(lambda one: one[1]), MEMORY_LINE_MB)
    figure("contracts.memory_in_effect", median(lambda one: one[3]), "MB",
           median(lambda one: one[1]))


if __name__ == "__main__":
    main()
