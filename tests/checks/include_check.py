#!/usr/bin/env python3
"""Checks that #include lines follow the project's dependency directions.

    main -> app -> capability -> storage, rpc -> common -> proto
    main -> app -> sources, state, uplink -> host -> common -> proto   (agent)

Capabilities see each other only along the edges of CAPABILITY_EDGES. The agent
and the collector share common and proto, and nothing else. Tests may include
everything; nothing outside tests/ includes tests/.

Run it anywhere inside the checkout; it prints path:line: reason for every
include that goes the wrong way, and exits with 1 if there is one.
"""

import fnmatch
import pathlib
import re
import sys

AGENT_LAYERS = {
    "main": {"app", "common"},
    "app": {"sources", "state", "uplink", "host", "common"},
    "sources": {"host", "common"},
    "state": {"host", "common"},
    "uplink": {"host", "common"},
    "host": {"common"},
}

CAPABILITY_EDGES = {
    "ingest": {"identity", "inventory"},
    "identity": {"changes", "ledger"},
    "inventory": set(),
    "catalog": {"inventory"},
    "ledger": set(),
    "registers": {"changes", "identity"},
    "alerts": {"catalog", "changes", "contracts", "identity", "inventory", "reconcile"},
    "contracts": {"catalog", "changes", "inventory"},
    "changes": {"ledger"},
    "reconcile": {"catalog", "changes", "contracts", "inventory", "registers", "identity"},
    "presence": {"registers", "inventory", "identity"},
}
BELOW_CAPABILITIES = {"storage", "rpc", "csv", "common"}

COLLECTOR_LAYERS = {
    "main": {"app", "common"},
    "app": set(CAPABILITY_EDGES) | BELOW_CAPABILITIES,
    "storage": {"common"},
    "rpc": {"common"},
    # Reading and writing CSV, shared by all that import or list.
    "csv": {"common"},
    # The command line speaks to the collector over the wire only; what it shares
    # with it besides is LEDGER_FORMAT_FILES.
    "cli": {"common"},
    **{name: edges | BELOW_CAPABILITIES for name, edges in CAPABILITY_EDGES.items()},
}

# How the ledger is written, and checked without a collector: what the command
# line shares with it.
LEDGER_FORMAT_FILES = [
    "collector/ledger/checkpoint.*",
    "collector/ledger/kept_checkpoint.*",
    "collector/ledger/ledger_file.*",
    "collector/ledger/ledger_key.*",
    "collector/ledger/ledger_line.*",
    "collector/ledger/ledger_verification.*",
    "collector/ledger/merkle_tree.*",
]

# Rules are functions of values: these files know no RPC, no storage, no clock.
RULE_FILES = [
    # Values and their arithmetic.
    "collector/contracts/civil_date.*",
    "collector/contracts/decimal.*",
    "collector/contracts/money.*",
    "collector/contracts/quantity.*",
    "collector/contracts/rational.*",
    "collector/contracts/exchange/cyclonedx_*",
    "collector/contracts/exchange/record_mapper.*",
    "collector/contracts/exchange/unstated_fields.*",
    "collector/contracts/invoices/invoice_facts.*",
    "collector/contracts/invoices/timeline.h",
    "collector/registers/mac_address.*",
    "collector/alerts/key_dates.*",
    "collector/alerts/calendar_file.*",
    # Parsing.
    "collector/csv/*",
    "collector/*/*_csv.*",
    "collector/*/*_parser.*",
    *LEDGER_FORMAT_FILES,
    # Recognition.
    "collector/catalog/package_version.*",
    "collector/catalog/recogniser.*",
    "collector/catalog/rule_pack.*",
    # Matching, metrics and assignment.
    "collector/*/*match*",
    "collector/*/*metric*",
    "collector/*/*_rules.*",
    "collector/reconcile/metrics/*",
]
# Not rules, whatever they are called: the metrics here are the process's own.
NO_RULE_FILES = ["collector/app/*", "collector/rpc/*"]
# Who may do what, as values: rules may know it, and it is as pure as they are.
RIGHTS = {"collector/rpc/access.h", "collector/rpc/role_set.h"}

# Debian's Abseil hunts for deadlocks at every lock unless main() says otherwise.
MAY_NAME_ABSL_MUTEX = {"agent/main.cc", "collector/main.cc"}

GRPC = re.compile(r"^(grpc|grpcpp|grpc\+\+)/|\.grpc\.pb\.h$")
ROCKSDB = re.compile(r"^rocksdb/")
CLOCK = re.compile(r"^(common|absl/time)/clock\.h$")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">]+)[">]')
SOURCE_SUFFIXES = {".h", ".cc"}
TOP_FOLDERS = ("common", "agent", "collector", "tests")


def unit_of(path):
    """The part of the project that a path lies in, such as ("agent", "host").

    ("agent", "main") is a file directly in agent/. None: not the project's.
    """
    parts = path.split("/")
    if parts[0] not in TOP_FOLDERS:
        return None
    if parts[0] in ("common", "tests"):
        return (parts[0], "")
    return (parts[0], parts[1] if len(parts) > 2 else "main")


def fits(path, patterns):
    return any(fnmatch.fnmatch(path, pattern) for pattern in patterns)


def allowed_units(unit):
    """The units that a file of `unit` may include, besides its own."""
    layers = AGENT_LAYERS if unit[0] == "agent" else COLLECTOR_LAYERS
    names = layers.get(unit[1])
    if names is None:
        return None
    return {("common", "") if name == "common" else (unit[0], name) for name in names}


def direction_error(path, target):
    """Why the project's file `path` may not include the project's `target`."""
    unit, other = unit_of(path), unit_of(target)
    if other is None or unit == other or unit[0] == "tests":
        return None
    if other[0] == "tests":
        return "only tests may include tests/"
    if unit[0] == "common":
        return "common may include only common and the protos"
    if {unit[0], other[0]} == {"agent", "collector"}:
        return "agent and collector share only common and the protos"
    if unit == ("collector", "cli") and fits(target, LEDGER_FORMAT_FILES):
        return None
    allowed = allowed_units(unit)
    if allowed is None:
        return f"{unit[0]}/{unit[1]} is no folder of the design"
    if other not in allowed:
        return f"{'/'.join(unit)} may not depend on {'/'.join(filter(None, other))}"
    return None


def is_rule_file(path):
    return path in RIGHTS or (fits(path, RULE_FILES) and not fits(path, NO_RULE_FILES))


def may_read_stored(path, target):
    """The agent's stored protos are for agent/state, all others for the collector."""
    of_agent = target.startswith("rollcall/stored/v1/agent_")
    return path.startswith("agent/state/" if of_agent else "collector/")


def library_error(path, target):
    """Why `path` may not include the library header or generated `target`."""
    top, folder = unit_of(path)
    if top == "tests":
        return None
    if ROCKSDB.search(target) and (top, folder) != ("collector", "storage"):
        return "only collector/storage may include RocksDB headers"
    if GRPC.search(target):
        if top == "agent" and folder != "uplink":
            return "in the agent only uplink may include gRPC headers"
        if top == "common" and not path.startswith("common/pch/"):
            return "common may not include gRPC headers"
        if (top, folder) == ("collector", "storage"):
            return "storage may not include gRPC headers"
    if target.startswith("rollcall/stored/") and not may_read_stored(path, target):
        return "what one keeps on disk is nobody else's"
    if target.startswith("absl/synchronization/mutex") and path not in MAY_NAME_ABSL_MUTEX:
        return "use common/sync.h: ThreadSanitizer cannot see through Debian's absl::Mutex"
    return None


def rule_file_error(path, target):
    """Why the rule file `path` may not include `target`."""
    if target in RIGHTS:
        return None
    if GRPC.search(target) or target.startswith("collector/rpc/"):
        return "rules are pure: no gRPC"
    if ROCKSDB.search(target) or target.startswith(("collector/storage/", "rollcall/stored/")):
        return "rules are pure: no storage"
    if CLOCK.search(target):
        return "rules are pure: no clock"
    return None


def include_error(path, bracket, target):
    """Why `path` may not include `target`, or None where it may."""
    if ".." in target.split("/"):
        return "include from the project's root, without .."
    if unit_of(target) is not None and bracket == "<":
        return 'the project\'s own headers are included with ""'
    error = direction_error(path, target) or library_error(path, target)
    if error is None and is_rule_file(path):
        error = rule_file_error(path, target)
    return error


def check_text(path, text):
    """Yields (line number, included, reason) for each wrong include of a file."""
    for number, line in enumerate(text.splitlines(), start=1):
        match = INCLUDE.match(line)
        if match:
            error = include_error(path, match.group(1), match.group(2))
            if error:
                yield number, match.group(2), error


def project_sources(root):
    for top in TOP_FOLDERS:
        for path in sorted((root / top).rglob("*")):
            if path.suffix in SOURCE_SUFFIXES and path.is_file():
                yield path.relative_to(root).as_posix(), path


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    files = errors = 0
    for name, path in project_sources(root):
        files += 1
        for number, target, reason in check_text(name, path.read_text(encoding="utf-8")):
            errors += 1
            print(f"{name}:{number}: {target}: {reason}")
    if files == 0:
        print("include check: no source files found")
        return 1
    print(f"{files} files, {errors} wrong includes")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
