#!/usr/bin/env python3
"""Says what came of a ctest run:  ctest_report.py RESULTS [COUNTS]

RESULTS is the folder with ctest.xml, ctest's own JUnit report, and cases/, the
reports of the GoogleTest programs. Prints the output of every test that failed
and every skipped test with its reason. COUNTS, if given, names a file to write
"passed failed skipped" to. Exits with 1 if a test failed or none ran.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

MAX_OUTPUT = 12000


# A test prints what it likes; these bytes have no place in XML.
CONTROL_CHARACTERS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def parse(path):
    return ElementTree.fromstring(CONTROL_CHARACTERS.sub(b"?", path.read_bytes()))


def status_of(case):
    """passed, failed or skipped. A test whose program is missing has failed."""
    if case.get("status") == "run":
        return "passed"
    reason = case.find("skipped")
    told_to = reason is not None and (reason.get("message") or "").startswith("SKIP_")
    return "skipped" if told_to or case.get("status") == "disabled" else "failed"


def read_tests(path):
    """Yields (name, status, seconds, output) of each test in ctest's report."""
    for case in parse(path).iter("testcase"):
        output = case.findtext("system-out") or ""
        yield case.get("name"), status_of(case), float(case.get("time") or 0), output


def count_cases(folder):
    """(cases, skipped cases) over the GoogleTest reports; names of the skipped."""
    total, skipped = 0, []
    for path in sorted(folder.glob("*.xml")):
        try:
            root = parse(path)
        except ElementTree.ParseError:
            continue  # A program that was killed leaves half a report; ctest has it as failed.
        for case in root.iter("testcase"):
            total += 1
            reason = case.find("skipped")
            if reason is not None:
                text = (reason.get("message") or "").strip().splitlines()
                name = f"{case.get('classname')}.{case.get('name')}"
                skipped.append((name, text[-1] if text else ""))
    return total, skipped


def show_failures(tests):
    for name, status, seconds, output in tests:
        if status == "failed":
            print(f"--- {name} failed after {seconds:.1f} s ---")
            if len(output) > MAX_OUTPUT:
                print(f"[... {len(output) - MAX_OUTPUT} characters before this]")
            print(output[-MAX_OUTPUT:].rstrip())


def show_skipped(tests, cases):
    for name, status, _, output in tests:
        if status == "skipped":
            lines = output.strip().splitlines()
            print(f"skipped: {name}: {lines[-1] if lines else 'no reason given'}")
    for name, reason in cases:
        print(f"skipped: {name}: {reason or 'no reason given'}")


def main():
    results = pathlib.Path(sys.argv[1])
    tests = list(read_tests(results / "ctest.xml"))
    cases, skipped_cases = count_cases(results / "cases")
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for _, status, _, _ in tests:
        counts[status] += 1
    show_failures(tests)
    show_skipped(tests, skipped_cases)
    slowest = max(tests, key=lambda test: test[2], default=None)
    if slowest:
        print(f"slowest: {slowest[0]}, {slowest[2]:.1f} s")
    print(f"{counts['passed']} of {len(tests)} tests passed ({cases} cases)")
    if len(sys.argv) > 2 and sys.argv[2]:
        text = "{passed} {failed} {skipped}\n".format(**counts)
        pathlib.Path(sys.argv[2]).write_text(text, encoding="ascii")
    return 1 if counts["failed"] or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
