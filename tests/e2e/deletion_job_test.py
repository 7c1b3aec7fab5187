"""Deleting devices and keeping history for a while, with the real programs."""

import unittest

from stack import Stack, make_machine, package, wait_until


class DeletionJobTest(unittest.TestCase):

    def report(self, stack, name, packages):
        root = make_machine(stack.dir / name, name, packages)
        sent = stack.run_agent(name, "--once", f"--root={root}")
        self.assertEqual(sent.returncode, 0, sent.stderr)

    def hosts(self, stack, *options):
        return sorted(device["hostname"] for device in stack.rollcall_json(
            "devices", *options).get("devices", []))

    def test_a_device_goes_only_when_it_is_said_and_stays_gone(self):
        with Stack() as stack:
            self.report(stack, "stays", [package("shared", "1")])
            self.report(stack, "goes", [package("shared", "1"),
                                        package("only-here", "1")])
            asked = stack.rollcall("device", "delete", "goes", "--reason=sold")
            self.assertNotEqual(asked.returncode, 0)
            self.assertIn("Nothing was deleted", asked.stderr)
            self.assertEqual(self.hosts(stack), ["goes", "stays"])
            proof = stack.rollcall_json("device", "delete", "goes",
                                        "--reason=sold", "--yes")
            self.assertEqual(proof["reason"], "sold")
            self.assertEqual(self.hosts(stack), ["stays"])
            software = stack.rollcall_json("software")["software"]
            self.assertEqual([row["package"]["name"] for row in software],
                             ["shared"])
            self.assertEqual(
                stack.rollcall("device", "show", "goes").returncode, 5)
            # A restart brings nothing back, and the proof is still there.
            stack.end(stack.collector)
            stack.start_collector()
            self.assertEqual(self.hosts(stack), ["stays"])
            again = stack.call("DeviceService.GetDeletion",
                               {"deletion_id": proof["deviceId"]})["proof"]
            self.assertEqual(again["sha256"], proof["sha256"])
            listed = stack.rollcall_json("deletions")["deletions"]
            self.assertEqual([one["deviceId"] for one in listed],
                             [proof["deviceId"]])

    def test_a_held_device_is_not_deleted_until_it_is_released(self):
        with Stack(["--keep-history-days=1",
                    "--keep-history-days=server=0"]) as stack:
            self.report(stack, "held", [package("shared", "1")])
            hold = stack.rollcall_json("device", "hold", "held",
                                       "--reason=case 4711")
            asked = stack.rollcall("device", "delete", "held", "--reason=sold")
            self.assertIn("cannot be deleted", asked.stderr)
            self.assertIn(hold["holdId"], asked.stderr)
            refused = stack.rollcall("device", "delete", "held",
                                     "--reason=sold", "--yes")
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("case 4711", refused.stderr)
            shown = stack.rollcall_json("device", "show", "held")["device"]
            self.assertEqual(shown["holds"], [hold])
            released = stack.rollcall_json("device", "release", "held",
                                           "--reason=closed")
            self.assertEqual(released["holdId"], hold["holdId"])
            listed = stack.rollcall_json("holds", "--released")["holds"]
            self.assertEqual(listed, [released])
            self.assertEqual(stack.rollcall_json("holds").get("holds", []), [])
            stack.rollcall_json("device", "delete", "held", "--reason=sold",
                                "--yes")
            self.assertEqual(self.hosts(stack), [])

    def test_a_device_that_was_merged_says_where_it_went(self):
        with Stack() as stack:
            for name in ("into", "from"):
                self.report(stack, name, [package("shared", "1")])
            hold = stack.rollcall_json("device", "hold", "from",
                                       "--reason=case 4711")
            merged = stack.rollcall_json("device", "merge", "into", "from",
                                         "--reason=one machine")
            into = merged["event"]["moves"][0]["toDeviceId"]
            shown = stack.rollcall("device", "show", hold["deviceId"])
            self.assertEqual(shown.returncode, 5)
            self.assertIn(f"part of device {into}", shown.stderr)
            listed = stack.rollcall_json("holds")["holds"]
            self.assertEqual([one["currentDeviceIds"] for one in listed],
                             [[into]])
            released = stack.rollcall_json("device", "release", into,
                                           "--reason=closed")
            self.assertEqual(released["holdId"], hold["holdId"])

    def test_an_agent_that_still_reports_is_a_new_device(self):
        with Stack(["--check-in-seconds=1", "--scan-seconds=1"]) as stack:
            root = make_machine(stack.dir / "m", "daemon", [package("a", "1")])
            stack.start_agent("d", f"--root={root}")
            first = wait_until(
                lambda: stack.rollcall_json("devices").get("devices"),
                "the first report")[0]["deviceId"]
            proof = stack.rollcall_json("device", "delete", first,
                                        "--reason=mistaken", "--yes")
            self.assertEqual(proof["deviceId"], first)
            second = wait_until(
                lambda: stack.rollcall_json("devices").get("devices"),
                "the report as a new device")[0]["deviceId"]
            self.assertNotEqual(second, first)


if __name__ == "__main__":
    unittest.main()
