#!/usr/bin/env python3
"""Shows that the include check catches each way to break a dependency direction."""

import subprocess
import sys
import tempfile
import pathlib
import shutil
import unittest

import include_check

WRONG = [
    # (file, include as written, a part of the reason)
    ("agent/host/proc.cc", '"agent/sources/cpu.h"', "agent/host may not depend"),
    ("agent/sources/cpu.cc", '"agent/state/spool.h"', "agent/sources may not depend"),
    ("agent/state/spool.cc", '"agent/uplink/client.h"', "agent/state may not depend"),
    ("agent/uplink/client.cc", '"agent/app/app.h"', "agent/uplink may not depend"),
    ("agent/app/app.cc", '"agent/options.h"', "agent/app may not depend on agent/main"),
    ("agent/main.cc", '"agent/sources/cpu.h"', "agent/main may not depend"),
    ("agent/host/proc.h", '"collector/storage/engine.h"', "share only common"),
    ("collector/rpc/listener.cc", '"agent/host/host_fs.h"', "share only common"),
    ("collector/main.cc", '"collector/storage/engine.h"', "collector/main may not depend"),
    ("collector/storage/engine.cc", '"collector/rpc/caller.h"', "may not depend on collector/rpc"),
    ("collector/rpc/caller.cc", '"collector/identity/subject.h"', "may not depend on"),
    ("collector/inventory/sets.cc", '"collector/ingest/stream.h"', "may not depend on"),
    ("collector/catalog/rules.cc", '"collector/contracts/ledger.h"', "may not depend on"),
    ("collector/contracts/import.cc", '"collector/reconcile/position.h"', "may not depend on"),
    ("collector/presence/list.cc", '"collector/contracts/ledger.h"', "may not depend on"),
    ("collector/presence/list.cc", '"collector/app/app.h"', "may not depend on"),
    ("collector/cli/devices.cc", '"collector/inventory/device.h"', "may not depend on"),
    ("collector/cli/ledger.cc", '"collector/ledger/ledger_writer.h"', "may not depend on"),
    ("collector/ledger/writer.cc", '"collector/contracts/import.h"', "may not depend on"),
    ("collector/ledger/checkpoint.cc", '"collector/storage/table.h"', "no storage"),
    ("collector/ledger/merkle_tree.cc", '"common/clock.h"', "no clock"),
    ("collector/inventory/store_check.cc", '"collector/ledger/ledger_check.h"',
     "may not depend on"),
    ("collector/extras/extra.cc", '"common/id.h"', "no folder of the design"),
    ("common/id.h", '"agent/host/host_fs.h"', "common may include only"),
    ("common/id.h", '"collector/storage/engine.h"', "common may include only"),
    ("common/clock.cc", '"tests/support/fake_clock.h"', "only tests"),
    ("collector/app/app.cc", '"tests/support/fake_clock.h"', "only tests"),
    ("collector/inventory/sets.cc", "<rocksdb/db.h>", "only collector/storage"),
    ("collector/inventory/sets.cc", '"rocksdb/db.h"', "only collector/storage"),
    ("agent/sources/cpu.cc", "<grpcpp/grpcpp.h>", "only uplink"),
    ("agent/app/app.cc", '"rollcall/v1/sync.grpc.pb.h"', "only uplink"),
    ("common/tls.cc", '"grpcpp/security/credentials.h"', "common may not include gRPC"),
    ("collector/storage/table.h", '"grpcpp/grpcpp.h"', "storage may not include gRPC"),
    ("agent/state/acked.cc", '"rollcall/stored/v1/meta.pb.h"', "nobody else's"),
    ("agent/uplink/client.cc", '"rollcall/stored/v1/agent_state.pb.h"', "nobody else's"),
    ("collector/storage/schema.cc", '"rollcall/stored/v1/agent_state.pb.h"', "nobody else's"),
    ("collector/reconcile/metrics/core.cc", '"grpcpp/grpcpp.h"', "no gRPC"),
    ("collector/reconcile/metrics/core.cc", '"collector/rpc/caller.h"', "no gRPC"),
    ("collector/reconcile/metrics/core.cc", '"collector/storage/table.h"', "no storage"),
    ("collector/reconcile/metrics/core.cc", '"common/clock.h"', "no clock"),
    ("collector/catalog/debian_rules.cc", '"absl/time/clock.h"', "no clock"),
    ("collector/rpc/access.h", '"grpcpp/server_context.h"', "no gRPC"),
    ("collector/rpc/role_set.h", '"collector/rpc/caller.h"', "no gRPC"),
    ("collector/rpc/executor.h", '"absl/synchronization/mutex.h"', "common/sync.h"),
    ("collector/storage/engine.cc", '"../rpc/caller.h"', "without .."),
    ("collector/app/app.cc", "<collector/rpc/caller.h>", "included with"),
]

RIGHT = [
    ("agent/main.cc", '"agent/app/app.h"'),
    ("agent/app/app.cc", '"agent/uplink/client.h"'),
    ("agent/sources/cpu.cc", '"agent/host/host_fs.h"'),
    ("agent/sources/cpu.cc", '"rollcall/v1/inventory.pb.h"'),
    ("agent/state/acked.cc", '"rollcall/stored/v1/agent_state.pb.h"'),
    ("agent/uplink/client.cc", '"rollcall/v1/sync.grpc.pb.h"'),
    ("agent/uplink/client.cc", "<grpcpp/grpcpp.h>"),
    ("collector/app/app.cc", '"collector/presence/list.h"'),
    ("collector/app/metrics.cc", '"common/clock.h"'),
    ("collector/main.cc", "<absl/synchronization/mutex.h>"),
    ("collector/reconcile/position.cc", '"collector/contracts/ledger.h"'),
    ("collector/ingest/stream.cc", '"collector/rpc/caller.h"'),
    ("collector/ingest/stream.cc", '"grpcpp/grpcpp.h"'),
    ("collector/storage/rocksdb_engine.cc", '"rocksdb/db.h"'),
    ("collector/storage/schema.cc", '"rollcall/stored/v1/meta.pb.h"'),
    ("collector/cli/devices.cc", '"rollcall/v1/device_service.grpc.pb.h"'),
    ("collector/cli/ledger.cc", '"collector/ledger/ledger_verification.h"'),
    ("collector/changes/change_sets.cc", '"collector/ledger/ledger_writer.h"'),
    ("collector/ledger/ledger_writer.cc", '"collector/storage/table.h"'),
    ("collector/reconcile/metrics/core.cc", '"rollcall/v1/quantity.pb.h"'),
    ("collector/identity/token_rules.h", '"collector/rpc/access.h"'),
    ("common/pch/grpc.h", '"grpcpp/grpcpp.h"'),
    ("common/id.h", "<string>"),
    ("tests/unit/agent/cpu_test.cc", '"agent/sources/cpu.h"'),
    ("tests/swarm/swarm.cc", '"collector/storage/engine.h"'),
]


def findings(path, include):
    return list(include_check.check_text(path, f"// a comment\n#include {include}\n"))


class IncludeCheckTest(unittest.TestCase):
    def test_catches_each_wrong_direction(self):
        for path, include, reason in WRONG:
            with self.subTest(path=path, include=include):
                found = findings(path, include)
                self.assertEqual(1, len(found), found)
                self.assertEqual(2, found[0][0], "the line number")
                self.assertIn(reason, found[0][2])

    def test_admits_the_right_directions(self):
        for path, include in RIGHT:
            with self.subTest(path=path, include=include):
                self.assertEqual([], findings(path, include))

    def test_every_capability_edge_of_the_table_is_admitted_and_no_other(self):
        for unit in include_check.CAPABILITY_EDGES:
            for other in include_check.CAPABILITY_EDGES:
                wanted = unit == other or other in include_check.CAPABILITY_EDGES[unit]
                found = findings(f"collector/{unit}/a.cc", f'"collector/{other}/b.h"')
                self.assertEqual(wanted, not found, (unit, other))

    def test_an_indented_include_counts(self):
        found = list(include_check.check_text("common/a.h", '  #  include "agent/host/b.h"\n'))
        self.assertEqual(1, len(found))

    def test_an_include_in_a_comment_does_not_count(self):
        self.assertEqual([], list(include_check.check_text("common/a.h", '// #include "agent/a.h"\n')))


class CommandTest(unittest.TestCase):
    """Runs the program on a small tree of its own."""

    def run_on(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            script = root / "tests/checks/include_check.py"
            script.parent.mkdir(parents=True)
            shutil.copy(include_check.__file__, script)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            return subprocess.run(
                [sys.executable, str(script)], capture_output=True, text=True, check=False
            )

    def test_fails_and_names_the_place(self):
        done = self.run_on({"common/a.h": '#pragma once\n#include "agent/host/b.h"\n'})
        self.assertEqual(1, done.returncode)
        self.assertIn("common/a.h:2: agent/host/b.h: ", done.stdout)

    def test_passes_a_tree_in_order(self):
        done = self.run_on({"common/a.h": "#include <string>\n"})
        self.assertEqual(0, done.returncode, done.stdout)

    def test_fails_where_there_is_nothing_to_check(self):
        self.assertEqual(1, self.run_on({}).returncode)


if __name__ == "__main__":
    unittest.main()
