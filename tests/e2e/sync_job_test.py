"""The sync protocol over time, with the real programs: an upgrade that switches
the row schema level, agents that hang up and call back, and a slow start."""

import http.client
import pathlib
import ssl
import unittest

from stack import Stack, make_machine, package, wait_until


class SyncStack(Stack):
    def restart(self, *options):
        self.end(self.collector)
        self._options = list(options)
        self.start_collector()

    def machine(self, name, version="1.0"):
        number = sum(name.encode())
        root = make_machine(self.dir / name, name, [package("tool", version)],
                            mac=f"00:00:5e:00:53:{number & 255:02x}")
        with open(pathlib.Path(root) / "etc/os-release", "a",
                  encoding="ascii") as file:
            file.write("SUPPORT_END=2028-06-10\n")
        return root

    def report(self, name):
        result = self.run_agent(name, f"--root={self.machine(name)}", "--once")
        assert result.returncode == 0, result.stderr

    def rows(self, name, section, **more):
        answer = self.call("DeviceService.ListDeviceRows",
                           {"deviceId": name, "sections": [section], **more})
        return [row["row"] for row in answer["rows"]]

    def metric(self, name):
        context = ssl.create_default_context(cafile=self.dir / "pki" / "ca.pem")
        connection = http.client.HTTPSConnection(
            "localhost", self.ports["https_port"], context=context, timeout=60)
        try:
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
        finally:
            connection.close()
        for line in text.splitlines():
            if line.startswith(name + " "):
                return int(line.split()[1])
        raise AssertionError(f"no metric {name}")


class SyncJob(unittest.TestCase):
    def test_an_upgrade_of_agents_is_not_a_change_of_the_fleet(self):
        with SyncStack(["--row-level=1"]) as stack:
            stack.report("laptop")
            [release] = [row["osRelease"] for row in stack.rows("laptop", "os")
                         if "osRelease" in row]
            self.assertNotIn("supportEnd", release)
            stack.restart()
            stack.report("laptop")
            [release] = [row["osRelease"] for row in stack.rows("laptop", "os")
                         if "osRelease" in row]
            self.assertEqual(release["supportEnd"], "2028-06-10")
            changes = stack.call("DeviceService.ListDeviceHistory",
                                 {"deviceId": "laptop"})["changes"]
            self.assertEqual([change["cause"] for change in changes],
                             ["CAUSE_SCHEMA", "CAUSE_FIRST_REPORT"])
            self.assertEqual(changes[0]["rowLevelBefore"], 1)
            # As the collector knew it before, the old level stands.
            before = stack.rows("laptop", "os", asOf=changes[1]["knownTime"])
            self.assertNotIn("supportEnd", str(before))
            shown = stack.rollcall("device", "show", "laptop", "--history")
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertIn("row schema level 1 -> 2", shown.stdout)

    def test_agents_that_are_not_held_call_back_with_what_is_so_then(self):
        with SyncStack(["--held-streams=1", "--call-back-seconds=1",
                        "--check-in-seconds=1", "--scan-seconds=1"]) as stack:
            names = ["alpha", "beta", "gamma"]
            for name in names:
                stack.start_agent(name, f"--root={stack.machine(name)}")
            wait_until(lambda: stack.metric(
                "rollcall_agent_streams_hung_up_total") > 4, "agents to hang up")
            for name in names:
                stack.machine(name, "2.0")

            def versions():
                return {row["softwarePackage"]["version"] for name in names
                        for row in stack.rows(name, "software")}
            wait_until(lambda: versions() == {"2.0"}, "all to report")
            self.assertEqual(stack.metric(
                "rollcall_agent_streams_turned_away_total"), 0)

    def test_after_a_start_agents_are_let_in_one_after_the_other(self):
        with SyncStack(["--slow-start-rate=1", "--slow-start-seconds=60"]) as stack:
            names = ["alpha", "beta", "gamma"]
            for name in names:
                stack.start_agent(name, f"--root={stack.machine(name)}")
            wait_until(lambda: len(stack.call("DeviceService.ListDevices")
                                   ["devices"]) == len(names), "all to be in")
            self.assertGreater(stack.metric(
                "rollcall_agent_streams_slow_started_total"), 0)


if __name__ == "__main__":
    unittest.main()
