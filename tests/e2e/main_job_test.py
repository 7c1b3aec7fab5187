"""The main job from end to end: from machines to a licence position and an
undiscovered list, asked for with the real grpcurl and with rollcall."""

import csv
import io
import json
import shutil
import ssl
import subprocess
import unittest
import urllib.request

from stack import BIN, Stack, make_machine, package, wait_until

ENTITLEMENT_HEADER = (
    "contract_number,vendor,publisher,product,version,edition,metric,quantity,"
    "start_date,end_date,unit_price,currency,purchase_order,line,"
    "organisation_unit\n")
ENTITLEMENTS = ENTITLEMENT_HEADER + (
    "C-1,Seller,PostgreSQL Global Development Group,PostgreSQL,,,core,6,"
    "2020-01-01,,100,EUR,PO-1,1,\n"
    "C-1,Seller,F5,nginx,,,device,5,2020-01-01,,10.5,EUR,PO-1,2,\n"
    "C-1,Seller,Redis,Redis,,,device,1,2020-01-01,2020-12-31,10,EUR,PO-1,3,\n")
REGISTER_HEADER = ("asset_tag,serial,hostname,mac,owner,status,location,"
                   "cost_centre,purchase_date\n")


class MainJobTest(unittest.TestCase):
    """One stack for all tests; each test only reads, or brings its own names."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack()
        cls.stack.__enter__()
        cls.addClassCleanup(cls.stack.__exit__)
        cls.db = make_machine(cls.stack.dir / "db", "db-1", [
            package("postgresql-15", "15.5-0+deb12u1"),
            package("postgresql-client-15", "15.5-0+deb12u1"),
            package("nginx", "1.22.1-9"),
            package("redis-server", "5:7.0.15-1", "deinstall ok config-files"),
        ], sockets=2, cores=4)
        cls.web = make_machine(cls.stack.dir / "web", "web-1", [
            package("nginx", "1.22.1-9"), package("libpq5", "15.5-0+deb12u1"),
        ], mac="00:00:5e:00:53:bb")
        for name, root in (("db", cls.db), ("web", cls.web)):
            sent = cls.stack.run_agent(name, "--once", f"--root={root}")
            assert sent.returncode == 0, sent.stderr
        for file, content in (("entitlements.csv", ENTITLEMENTS),
                              ("register.csv", REGISTER_HEADER +
                               "A-1,,db-1,,Ada,deployed,Here,CC-1,2024-01-31\n"
                               "A-2,SN-2,nowhere-1,,Bob,deployed,,,\n")):
            (cls.stack.dir / file).write_text(content)
        cls.stack.import_contracts(cls.stack.dir / "entitlements.csv")
        result = cls.stack.rollcall("register", "import",
                                    str(cls.stack.dir / "register.csv"))
        assert result.returncode == 0, result.stdout + result.stderr

    def devices(self):
        return {device["hostname"]: device for device in
                self.stack.call("DeviceService.ListDevices")["devices"]}

    # --- devices and software ---------------------------------------------------

    def test_devices_carry_the_facts_of_their_machines(self):
        device = self.devices()["db-1"]
        self.assertEqual(device["cpu"]["sockets"], 2)
        self.assertEqual(device["cpu"]["onlineCores"], 8)
        self.assertEqual(device["os"], "Debian GNU/Linux 12")
        self.assertEqual(device["softwareCount"], 3)
        self.assertEqual(device["macs"], ["00:00:5e:00:53:aa"])
        self.assertNotIn("serialNumber", device)  # unknown stays absent

    def test_a_removed_but_configured_package_is_not_installed(self):
        answer = self.stack.call("DeviceService.ListSoftware",
                                 {"name_contains": "redis"})
        self.assertEqual(answer.get("totalCount", 0), 0)

    def test_software_counts_devices_and_names_products(self):
        answer = self.stack.call("DeviceService.ListSoftware")
        rows = {row["package"]["name"]: row for row in answer["software"]}
        self.assertEqual(rows["nginx"]["deviceCount"], 2)
        self.assertEqual(rows["nginx"]["product"]["product"], "nginx")
        self.assertIsNone(rows["postgresql-client-15"].get("product"))
        self.assertIsNone(rows["libpq5"].get("product"))

    def test_which_devices_have_a_product(self):
        answer = self.stack.call("DeviceService.ListSoftwareDevices",
                                 {"product": "postgresql"})
        self.assertEqual([d["hostname"] for d in answer["devices"]], ["db-1"])

    def test_pages_join_without_gap_or_repetition(self):
        whole = self.stack.call("DeviceService.ListSoftware")["software"]
        joined, token = [], ""
        while True:
            page = self.stack.call("DeviceService.ListSoftware",
                                   {"page_size": 1, "page_token": token})
            joined += page["software"]
            token = page.get("nextPageToken", "")
            if not token:
                break
        self.assertEqual(joined, whole)

    def test_a_page_token_of_another_request_is_refused(self):
        page = self.stack.call("DeviceService.ListSoftware", {"page_size": 1})
        result = self.stack.grpcurl(
            "rollcall.v1.DeviceService/ListSoftware",
            data={"page_token": page["nextPageToken"], "name_contains": "x"})
        self.assertIn("InvalidArgument", result.stderr)

    def test_an_unknown_device_is_not_found(self):
        result = self.stack.grpcurl("rollcall.v1.DeviceService/GetDevice",
                                    data={"device_id": "no-such-host"})
        self.assertIn("NotFound", result.stderr)
        self.assertEqual(self.stack.rollcall("device", "show",
                                             "no-such-host").returncode, 5)

    def test_history_and_the_past_after_an_upgrade(self):
        packages = [package("tool", "1.0")]
        root = make_machine(self.stack.dir / "hist", "hist-1", packages,
                            mac="00:00:5e:00:53:cc")
        self.assertEqual(
            self.stack.run_agent("hist", "--once", f"--root={root}").returncode, 0)
        before = self.devices()["hist-1"]["lastSeen"]
        make_machine(root, "hist-1", [package("tool", "2.0")],
                     mac="00:00:5e:00:53:cc")
        self.assertEqual(
            self.stack.run_agent("hist", "--once", f"--root={root}").returncode, 0)
        history = self.stack.call("DeviceService.ListDeviceHistory",
                                  {"device_id": "hist-1",
                                   "sections": ["software"]})["changes"]
        self.assertEqual([change["summary"] for change in history],
                         ["software package tool amd64: version 1.0 -> 2.0"])
        rows = self.stack.call("DeviceService.ListDeviceRows",
                               {"device_id": "hist-1", "sections": ["software"],
                                "as_of": before})["rows"]
        self.assertEqual(
            [row["row"]["softwarePackage"]["version"] for row in rows], ["1.0"])

    # --- positions ----------------------------------------------------------------

    def position(self, product, **more):
        answer = self.stack.call("ReconciliationService.ListPositions",
                                 {"product": product, **more})
        self.assertEqual(len(answer["positions"]), 1, answer)
        return answer["positions"][0]

    def test_a_core_product_is_short_by_the_cores_that_are_not_covered(self):
        position = self.position("PostgreSQL")
        self.assertEqual(position["state"], "STATE_SHORTFALL")
        self.assertEqual(position["entitled"]["value"]["numerator"], "6")
        self.assertEqual(position["consumed"]["expected"]["value"]["numerator"], "8")
        self.assertEqual(position["shortfall"]["value"]["numerator"], "2")

    def test_a_device_product_has_a_surplus(self):
        position = self.position("nginx")
        self.assertEqual(position["state"], "STATE_COVERED")
        self.assertEqual(position["surplus"]["value"]["numerator"], "3")

    def test_an_ended_entitlement_does_not_count_and_is_shown(self):
        position = self.position("Redis")
        self.assertEqual(position["entitlementCount"], 0)
        self.assertEqual(position["entitlementOutOfTermCount"], 1)
        self.assertEqual(
            self.position("Redis", effective_date="2020-12-31")["entitlementCount"],
            1)
        self.assertEqual(
            self.position("Redis", effective_date="2021-01-01")["entitlementCount"],
            0)

    def test_a_position_drills_down_to_device_row_and_line(self):
        answer = self.stack.call("ReconciliationService.ExplainPosition",
                                 {"product": "postgresql"})
        [consumption] = answer["consumptions"]
        self.assertEqual(consumption["hostname"], "db-1")
        self.assertEqual(consumption["evidence"][0]["package"]["name"],
                         "postgresql-15")
        self.assertEqual(
            consumption["factRows"][0]["row"]["cpuTopology"]["onlineCores"], 8)
        [line] = answer["entitlements"]
        self.assertTrue(line["counts"])
        self.assertEqual(line["entitlement"]["purchaseOrder"], "PO-1")

    def test_the_same_question_gets_the_same_bytes(self):
        ask = lambda: self.stack.rollcall("position", "--output=json",
                                          "--date=2026-06-01").stdout
        self.assertEqual(json.loads(ask())["positions"],
                         json.loads(ask())["positions"])

    def test_the_store_agrees_with_itself(self):
        answer = self.stack.call("StoreService.CheckStore", {})
        self.assertEqual([check["part"] for check in answer["checks"]],
                         ["rows", "row numbers", "bases", "heads", "postings",
                          "ledger", "documents"])
        for check in answer["checks"]:
            self.assertEqual(int(check["differenceCount"]), 0, check)
        result = self.stack.rollcall("store", "check")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Everything agrees.", result.stdout)

    def test_postings_are_rebuilt_on_demand(self):
        rebuilt = self.stack.rollcall_json("store", "rebuild")
        self.assertEqual(int(rebuilt["correctedCount"]), 0, rebuilt)
        self.assertGreater(int(rebuilt["comparedCount"]), 0)
        self.assertEqual(
            self.stack.rollcall_json("store", "show")["schemaVersion"], 5)

    # --- contracts ------------------------------------------------------------------

    def write(self, name, content):
        path = self.stack.dir / name
        path.write_text(content)
        return str(path)

    def test_a_repeated_import_changes_nothing_and_says_so(self):
        answer = self.stack.rollcall_json(
            "contracts", "import", str(self.stack.dir / "entitlements.csv"))
        self.assertEqual(answer.get("unchangedCount"), 3)
        self.assertEqual(answer.get("addedCount", 0), 0)

    def test_a_bad_line_stops_the_whole_file_and_is_named(self):
        file = self.write("bad.csv", ENTITLEMENT_HEADER +
                          "C-9,S,P,GoodProduct,,,core,1,2024-01-01,,,,PO,1,\n"
                          "C-9,S,P,BadProduct,,,core,-5,2024-02-30,,,,PO,2,\n")
        result = self.stack.rollcall("contracts", "import", file)
        self.assertEqual(result.returncode, 1)
        text = result.stdout + result.stderr
        self.assertIn("quantity", text)
        self.assertIn("start_date", text)
        self.assertIn("3", text)
        listed = self.stack.call("ContractService.ListEntitlements",
                                 {"product": "GoodProduct"})
        self.assertFalse(listed.get("entitlements"))

    def test_quarantine_keeps_bad_lines_aside_and_imports_the_good(self):
        file = self.write("mixed.csv", ENTITLEMENT_HEADER +
                          "C-8,S,P,KeptProduct,,,core,1,2024-01-01,,,,PO,1,\n"
                          "C-8,S,P,OtherProduct,,,core,none,2024-01-01,,,,PO,2,\n")
        self.stack.import_contracts(file, "--quarantine")
        listed = self.stack.call("ContractService.ListEntitlements",
                                 {"contract_number": "C-8"})["entitlements"]
        self.assertEqual([line["product"] for line in listed], ["KeptProduct"])
        lines = self.stack.call("ContractService.ListQuarantinedLines",
                                {"change_set_id": listed[0]["changeSetId"]})
        self.assertIn("OtherProduct", lines["lines"][0]["content"])
        for option in ([], ["--dry-run"]):
            again = self.stack.rollcall("contracts", "import", file,
                                        "--quarantine", *option)
            self.assertIn("1 unchanged, 1 kept aside already.\n"
                          "Nothing was changed.\n", again.stdout)

    def test_a_file_that_is_only_a_header_is_said_to_have_no_lines(self):
        file = self.write("header.csv", ENTITLEMENT_HEADER)
        result = self.stack.rollcall("contracts", "import", file)
        self.assertIn("has no lines", result.stdout)

    def test_a_formula_in_a_cell_is_refused_with_its_place(self):
        file = self.write("formula.csv", ENTITLEMENT_HEADER +
                          "C-7,S,P,\"=HYPERLINK(\"\"x\"\")\",,,core,1,2024-01-01,,,,"
                          "PO,1,\n")
        result = self.stack.rollcall("contracts", "import", file)
        self.assertEqual(result.returncode, 1)
        self.assertIn("formula", (result.stdout + result.stderr).lower())

    # --- register and undiscovered list -----------------------------------------------

    def undiscovered(self):
        answer = self.stack.call("RegisterService.ListUndiscovered",
                                 {"page_size": 1000})
        return answer, {
            (row["state"], (row.get("expected") or {}).get("assetTag")
             or row.get("hostname")): row for row in answer["devices"]}

    def test_an_owned_device_that_no_agent_speaks_for_is_listed(self):
        _, rows = self.undiscovered()
        row = rows[("STATE_NEVER_SEEN", "A-2")]
        self.assertTrue(row["reason"])

    def test_a_device_that_nobody_owns_is_listed(self):
        _, rows = self.undiscovered()
        self.assertIn(("STATE_NOT_OWNED", "web-1"), rows)

    def test_an_owned_device_with_an_agent_is_not_listed(self):
        answer, rows = self.undiscovered()
        self.assertFalse([key for key in rows if key[1] in ("A-1", "db-1")])
        self.assertEqual(answer["matchedCount"], 1)

    # --- the command ------------------------------------------------------------------

    def test_every_listing_prints_as_table_json_and_csv(self):
        for command in (["devices"], ["software"], ["position"], ["undiscovered"],
                        ["device", "show", "db-1"],
                        ["position", "explain", "nginx"]):
            table = self.stack.rollcall(*command)
            self.assertEqual(table.returncode, 0, table.stderr)
            self.assertTrue(table.stdout.strip(), command)
            json.loads(self.stack.rollcall(*command, "--output=json").stdout)
            rows = list(csv.reader(io.StringIO(
                self.stack.rollcall(*command, "--output=csv").stdout)))
            self.assertGreater(len(rows), 1, command)

    def test_the_command_says_what_to_do_when_there_is_no_collector(self):
        result = subprocess.run(
            [BIN / "rollcall", "--collector=localhost:1",
             f"--ca={self.stack.dir}/pki/ca.pem",
             f"--cert={self.stack.dir}/pki/admin-all.pem",
             f"--key={self.stack.dir}/pki/admin-all.key", "--timeout=5",
             "devices"],
            capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 3)
        self.assertIn("localhost:1", result.stderr)

    def test_a_certificate_file_that_is_missing_is_wrong_usage(self):
        result = self.stack.rollcall("devices", certificate="admin-nobody")
        self.assertEqual(result.returncode, 2)
        self.assertIn("admin-nobody.pem", result.stderr)

    # --- the ports ------------------------------------------------------------------

    def test_reflection_lists_services_and_describes_them_with_comments(self):
        services = self.stack.grpcurl("list").stdout.split()
        for name in ("Device", "Contract", "Reconciliation", "Register"):
            self.assertIn(f"rollcall.v1.{name}Service", services)
        text = self.stack.grpcurl(
            "describe", "rollcall.v1.CpuTopology.online_cores").stdout
        self.assertIn("Cores with at least one thread online", text)

    def test_every_listed_service_can_be_described(self):
        for service in self.stack.grpcurl("list").stdout.split():
            described = self.stack.grpcurl("describe", service)
            self.assertEqual(described.returncode, 0, described.stderr)

    def test_health_answers(self):
        result = self.stack.grpcurl("grpc.health.v1.Health/Check", data={})
        self.assertIn("SERVING", result.stdout)

    def test_without_a_certificate_nobody_gets_in(self):
        for port in ("admin_port", "agent_port"):
            result = self.stack.grpcurl("list", certificate=None, port=port)
            self.assertNotEqual(result.returncode, 0)

    def test_an_agents_certificate_is_no_admins(self):
        result = self.stack.grpcurl("rollcall.v1.DeviceService/ListDevices",
                                    data={}, certificate="agent-db")
        self.assertIn("Unauthenticated", result.stderr)
        self.assertEqual(
            self.stack.rollcall("devices", certificate="agent-db").returncode, 4)

    def get(self, path):
        context = ssl.create_default_context(
            cafile=str(self.stack.dir / "pki/ca.pem"))
        url = f"https://localhost:{self.stack.ports['https_port']}{path}"
        with urllib.request.urlopen(url, context=context, timeout=30) as answer:
            return answer.read().decode()

    def test_health_and_metrics_over_https(self):
        self.assertEqual(self.get("/healthz"), "ok\n")
        self.assertRegex(self.get("/metrics"),
                         r"(?m)^rollcall_syncs_committed_total \d+")


class AgentTest(unittest.TestCase):
    """What an agent prints is what it sends, and how it fails."""

    def test_print_is_one_json_document_of_what_is_sent(self):
        with Stack() as stack:
            root = make_machine(stack.dir / "m", "printed",
                                [package("tool", "1.0")])
            printed = json.loads(stack.run_agent(
                "p", "--print", f"--root={root}").stdout)
            self.assertEqual(
                stack.run_agent("p", "--once", f"--root={root}").returncode, 0)
            rows = stack.call("DeviceService.ListDeviceRows",
                              {"device_id": "printed"})["rows"]
            sent = sorted(json.dumps([row["section"], strip(row["row"])],
                                     sort_keys=True) for row in rows)
            told = sorted(json.dumps([section["section"], strip(row)],
                                     sort_keys=True)
                          for section in printed["sections"]
                          for row in section.get("rows", []))
            self.assertEqual(sent, told)

    def test_a_daemon_follows_changes_and_outlives_the_collector(self):
        with Stack(["--check-in-seconds=1", "--scan-seconds=1"]) as stack:
            root = make_machine(stack.dir / "m", "daemon",
                                [package("tool", "1.0")])
            agent = stack.start_agent("d", f"--root={root}")

            def versions():
                answer = stack.grpcurl(
                    "rollcall.v1.DeviceService/ListSoftware",
                    data={"name_contains": "tool"})
                if answer.returncode != 0:
                    return []
                return [row["package"]["version"] for row in
                        json.loads(answer.stdout).get("software", [])]

            wait_until(lambda: versions() == ["1.0"], "the first report")
            make_machine(root, "daemon", [package("tool", "2.0")])
            wait_until(lambda: versions() == ["2.0"], "the change")
            self.assertEqual(stack.end(agent), 0)

    def test_software_that_was_not_seen_is_said_and_not_counted_as_none(self):
        with Stack() as stack:
            root = make_machine(stack.dir / "m", "half-seen",
                                [package("postgresql-15", "15.5-1")])
            self.assertEqual(stack.run_agent(
                "h", "--once", f"--root={root}",
                "--sources=hardware.cpu,os").returncode, 0)
            answer = stack.call("ReconciliationService.ListPositions")
            self.assertEqual(answer["deviceCount"], 1)
            self.assertEqual(answer["softwareUnseenCount"], 1)
            statuses = {status["source"]: status["outcome"] for status in
                        stack.call("DeviceService.GetDevice",
                                   {"device_id": "half-seen"})["sourceStatus"]}
            self.assertEqual(statuses["software"], "OUTCOME_DISABLED")
            self.assertEqual(statuses["os"], "OUTCOME_COMPLETE")
            self.assertEqual(stack.run_agent(
                "h", "--once", f"--root={root}").returncode, 0)
            answer = stack.call("ReconciliationService.ListPositions")
            self.assertEqual(answer.get("softwareUnseenCount", 0), 0)

    def test_an_expired_certificate_is_named(self):
        with Stack() as stack:
            stack.pki("agent", "old", "--days=-1")
            result = stack.run_agent("old", "--once")
            self.assertEqual(result.returncode, 1)
            self.assertIn("expired", result.stderr)
            self.assertIn("agent-old.pem", result.stderr)

    def test_the_collector_refuses_an_expired_certificate_itself(self):
        with Stack() as stack:
            stack.pki("admin", "late", "--days=-1")
            result = stack.grpcurl("list", certificate="admin-late")
            self.assertNotEqual(result.returncode, 0)

    def test_a_certificate_that_names_another_agent_is_refused(self):
        with Stack() as stack:
            stack.pki("agent", "liar", "--id=" + "ab" * 16)
            result = stack.run_agent("liar", "--once")
            self.assertEqual(result.returncode, 1)
            self.assertIn("fingerprint", result.stderr)

    def test_another_devices_certificate_is_refused_and_counted(self):
        with Stack() as stack:
            one = make_machine(stack.dir / "one", "one", [package("a", "1")],
                               mac="00:00:5e:00:53:01")
            two = make_machine(stack.dir / "two", "two", [package("a", "1")],
                               mac="00:00:5e:00:53:02")
            self.assertEqual(stack.run_agent(
                "one", "--once", f"--root={one}").returncode, 0)
            result = stack.run_agent("two", "--once", f"--root={two}",
                                     certificate="one")
            self.assertEqual(result.returncode, 1)
            self.assertIn("another device", result.stderr)
            devices = stack.call("DeviceService.ListDevices")["devices"]
            self.assertEqual([d["hostname"] for d in devices], ["one"])
            self.assertIn("certificate used on another device",
                          stack.collector_log())

    def test_a_port_that_takes_no_agents_is_named(self):
        with Stack() as stack:
            stack.ports["agent_port"] = stack.ports["admin_port"]
            result = stack.run_agent("lost", "--once")
            self.assertEqual(result.returncode, 1)
            self.assertIn(
                f"127.0.0.1:{stack.ports['admin_port']} does not take agents",
                result.stderr)

    def test_wrong_usage_says_what_is_needed(self):
        for options, word in ((["--once"], "--collector"),
                              (["--print", "--sources=nonsense"], "nonsense"),
                              (["--print", "--once"], "--print")):
            result = subprocess.run([BIN / "rollcall-agent", *options],
                                    capture_output=True, text=True, check=False)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn(word, result.stderr)


class CollectorTest(unittest.TestCase):
    """How a collector starts, or does not."""

    def test_it_keeps_everything_across_a_restart(self):
        with Stack() as stack:
            root = make_machine(stack.dir / "m", "kept", [package("a", "1")])
            self.assertEqual(stack.run_agent(
                "k", "--once", f"--root={root}").returncode, 0)
            before = stack.call("DeviceService.ListDevices")["devices"]
            self.assertEqual(stack.end(stack.collector), 0)
            stack.start_collector()
            after = stack.call("DeviceService.ListDevices")["devices"]
            # Vitals are of the running collector only.
            for device in before + after:
                device.pop("vitals", None)
            self.assertEqual(after, before)

    def test_a_restored_store_is_told_so_and_agents_learn_it(self):
        with Stack() as stack:
            root = make_machine(stack.dir / "box", "box", [package("a", "1")])
            once = lambda: stack.run_agent("box", "--once", f"--root={root}")
            for _ in range(3):
                self.assertEqual(once().returncode, 0)
            stack.end(stack.collector)
            backup = stack.dir / "backup"
            shutil.copytree(stack.dir / "data", backup)
            stack.start_collector()
            for _ in range(3):
                self.assertEqual(once().returncode, 0)
            in_use = subprocess.run(
                [BIN / "rollcall-collector", f"--data={stack.dir / 'data'}",
                 "--restored"], capture_output=True, text=True, timeout=60,
                check=False)
            self.assertEqual(in_use.returncode, 1)
            stack.end(stack.collector)
            shutil.rmtree(stack.dir / "data")
            shutil.copytree(backup, stack.dir / "data")
            told = subprocess.run(
                [BIN / "rollcall-collector", f"--data={stack.dir / 'data'}",
                 "--restored"], capture_output=True, text=True, timeout=60,
                check=False)
            self.assertEqual(told.returncode, 0, told.stderr)
            self.assertIn("incarnation", told.stdout)
            stack.start_collector()
            for _ in range(4):
                self.assertEqual(once().returncode, 0)
            identity = stack.rollcall_json("device", "identity", "box")
            self.assertEqual(identity["subjects"][0]["contacts"]["verdict"],
                             "VERDICT_NORMAL")
            nothing = subprocess.run(
                [BIN / "rollcall-collector", f"--data={stack.dir / 'none'}",
                 "--restored"], capture_output=True, text=True, timeout=60,
                check=False)
            self.assertEqual(nothing.returncode, 1)
            self.assertIn("there is no store", nothing.stderr)

    def test_a_store_in_use_is_named(self):
        with Stack() as stack:
            second = Stack()
            second._folder.cleanup()
            second.dir = stack.dir
            with self.assertRaisesRegex(AssertionError,
                                        "another collector has .*data open"):
                second.start_collector()

    def test_missing_options_are_named(self):
        result = subprocess.run([BIN / "rollcall-collector"],
                                capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("--", result.stderr)


def strip(value):
    """A row without what grpcurl shows of fields that are not set."""
    if isinstance(value, dict):
        return {key: strip(inner) for key, inner in value.items()
                if inner is not None and inner != []}
    return value


if __name__ == "__main__":
    unittest.main()
