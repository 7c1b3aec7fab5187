#!/usr/bin/env python3
"""Prints the figures of a JSON lines file as a table:  bench_table.py FILE

Exits with 1 if a figure's line does not hold, or if there are no figures.
"""

import json
import sys

COLUMNS = ("figure", "value", "unit", "baseline", "ratio", "line", "holds")


def cell(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        figures = [json.loads(line) for line in file]
    wrong = [figure for figure in figures if set(figure) != set(COLUMNS)]
    for figure in wrong:
        print(f"not a figure: {json.dumps(figure)}")
    rows = [COLUMNS] + [[cell(figure.get(name)) for name in COLUMNS] for figure in figures]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())
    broken = [figure for figure in figures if figure.get("holds") is False]
    return 1 if wrong or broken or not figures else 0


if __name__ == "__main__":
    sys.exit(main())
