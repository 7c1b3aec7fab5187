"""Key dates with the real programs: from contracts and an audit to alerts, to
somebody who has one in hand, to those who watch, and to a calendar."""

import base64
import datetime
import json
import subprocess
import unittest

from stack import GRPCURL, Stack, make_machine, package, wait_until


def day(days):
    """So many days from today, UTC."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return (today + datetime.timedelta(days=days)).isoformat()


class AlertsJobTest(unittest.TestCase):

    def setUp(self):
        self.stack = Stack()
        self.stack.__enter__()
        self.addCleanup(self.stack.__exit__)
        for name in ("vic", "ivy", "pam", "ada"):
            self.stack.admin(name)

    def propose(self, *objects):
        """Proposes objects as they are to be; returns the change-set."""
        return self.stack.call("ContractService.ProposeChanges", {
            "changes": [{"action": "ACTION_SET", "object": one}
                        for one in objects]},
            certificate="admin-ivy")["changeSet"]

    def agree(self, *objects):
        return self.stack.agree_to(self.propose(*objects)["changeSetId"])

    @staticmethod
    def contract(number, **fields):
        return {"contract": {"contract_number": number, "vendor": "Quayside",
                             "start_date": day(-300), **fields}}

    def alerts(self, certificate="admin-vic", **request):
        return self.stack.call("AlertService.ListAlerts", request,
                               certificate=certificate).get("alerts", [])

    @staticmethod
    def words(alerts):
        return [(alert["kind"][5:], "/".join(alert["subject"]["parts"]),
                 alert["daysLeft"]) for alert in alerts]

    def test_from_a_contract_to_an_alert_that_is_in_hand(self):
        self.assertEqual(self.alerts(), [])
        empty = self.stack.rollcall("alerts")
        self.assertIn("Nothing is due", empty.stdout)
        self.agree(
            {"vendor": {"name": "Quayside"}},
            self.contract("C-1", end_date=day(80), clauses={
                "renewal": {"automatic": True, "notice_days": 30,
                            "term_months": 12}}),
            self.contract("C-2", end_date=day(200)))
        self.assertEqual(sorted(self.words(self.alerts()), key=lambda w: w[2:] + w),
                         [("NOTICE", "C-1", 50), ("REVIEW", "C-1", 65),
                          ("REVIEW", "C-2", 65), ("RENEWAL", "C-1", 80)])
        table = self.stack.rollcall("alerts", "--within=90", "--kind=renewal,notice",
                                    "--vendor=QUAYSIDE", certificate="admin-vic")
        self.assertEqual(table.returncode, 0, table.stderr)
        self.assertIn("Give notice by this day, or it renews itself for 12 months",
                      " ".join(table.stdout.split()))
        renewals = self.alerts(filter={"kinds": ["KIND_RENEWAL"]})
        alert = renewals[0]["alertId"]
        for person in ("vic", "ada"):
            refused = self.stack.rollcall("alerts", "acknowledge", alert,
                                          f"--until={day(10)}",
                                          certificate=f"admin-{person}")
            self.assertEqual(refused.returncode, 4, refused.stderr)
        done = self.stack.rollcall("alerts", "acknowledge", alert[:12],
                                   f"--until={day(10)}", "--note=offer asked for",
                                   certificate="admin-pam")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"in hand until {day(10)} by pam", done.stdout)
        self.assertEqual(self.alerts(filter={"kinds": ["KIND_RENEWAL"]}), [])
        self.stack.restart_collector()
        everything = self.stack.rollcall_json("alerts", "--all", "--kind=renewal")
        self.assertEqual(everything["alerts"][0]["acknowledgement"]["note"],
                         "offer asked for")
        self.assertEqual(
            len(self.alerts(filter={"kinds": ["KIND_RENEWAL"]},
                            effective_date=day(11))), 1)
        revoked = self.stack.rollcall("alerts", "revoke", alert[:12],
                                      certificate="admin-ivy")
        self.assertEqual(revoked.returncode, 0, revoked.stderr)
        self.assertEqual(len(self.alerts(filter={"kinds": ["KIND_RENEWAL"]})), 1)
        # The term is agreed anew: the alert of the old end is gone.
        self.agree(self.contract("C-1", end_date=day(445)))
        self.assertEqual(self.alerts(filter={"kinds": ["KIND_RENEWAL"]}), [])
        renewals = self.stack.call("AlertService.ListRenewals",
                                   certificate="admin-vic")
        self.assertEqual(
            [(one["contractNumber"], one["endDateBefore"], one["endDateAfter"],
              one["leadDays"]) for one in renewals["renewals"]],
            [("C-1", day(80), day(445), 80)])
        self.assertEqual(renewals["medianLeadDays"], 80)
        for wrong in ("--until=tomorrow", f"--until={day(367)}", f"--until={day(-1)}"):
            bad = self.stack.rollcall("alerts", "acknowledge", alert, wrong)
            self.assertEqual(bad.returncode, 2, bad.stderr)
            self.assertIn("--until", bad.stderr)

    def test_a_hold_names_the_devices_that_were_touched_since_the_notice(self):
        machine = self.stack.dir / "web"
        make_machine(machine, "web-1", [package("nginx", "1.22.1-9")])

        def report():
            ran = self.stack.run_agent("web", "--once", f"--root={machine}")
            self.assertEqual(ran.returncode, 0, ran.stderr)

        report()
        line = ("contract_number,vendor,publisher,product,metric,quantity,"
                "start_date,end_date,purchase_order,line\n"
                f"C-1,Quayside,F5,nginx,device,5,{day(-300)},{day(-3)},PO-1,1\n")
        change_set = self.stack.call("ContractService.ImportEntitlements", {
            "content": base64.b64encode(line.encode()).decode(),
            "create_contracts": True})["changeSetId"]
        self.stack.agree_to(change_set)
        noted = self.propose({"audit": {
            "vendor": "Quayside", "reference": "A-1", "contract_number": "C-1",
            "notice_date": day(0), "held_products": ["nginx"]}})
        self.assertEqual(noted["state"], "STATE_APPLIED")
        remaining = self.alerts(filter={"kinds": ["KIND_INSTALLS_REMAIN"]})
        self.assertEqual(self.words(remaining),
                         [("INSTALLS_REMAIN", "C-1/PO-1/1", -3)])
        self.assertEqual(remaining[0]["deviceCount"], 1)
        hold = self.alerts(filter={"kinds": ["KIND_AUDIT_HOLD"]})[0]
        self.assertEqual(hold["deviceCount"], 0)
        seen = self.stack.rollcall_json("alerts", "--kind=audit-hold")["asOf"]
        make_machine(machine, "web-1", [package("bash", "5.2")])
        report()
        hold = self.alerts(filter={"kinds": ["KIND_AUDIT_HOLD"]})[0]
        self.assertEqual(
            [(change["hostname"], change["product"], change["kind"])
             for change in hold["heldChanges"]],
            [("web-1", "nginx", "KIND_REMOVED")])
        self.assertEqual(self.alerts(filter={"kinds": ["KIND_INSTALLS_REMAIN"]}), [])
        table = self.stack.rollcall("alerts", "--kind=audit-hold").stdout
        self.assertIn("Under audit Quayside / A-1", table)
        self.assertIn("web-1", table)
        # Of the removal nobody was told as of then.
        acknowledge = ["alerts", "acknowledge", hold["alertId"], f"--until={day(5)}"]
        refused = self.stack.rollcall(*acknowledge, f"--as-of={seen}",
                                      certificate="admin-pam")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("says something new since", refused.stderr)
        seen = self.stack.rollcall_json("alerts", "--kind=audit-hold")["asOf"]
        done = self.stack.rollcall(*acknowledge, f"--as-of={seen}",
                                   certificate="admin-pam")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_calendar_has_an_event_for_each_alert(self):
        self.agree({"vendor": {"name": "Quayside"}},
                   self.contract("C-1", end_date=day(80)),
                   self.contract("C-2", end_date=day(30)))
        out = self.stack.dir / "contracts.ics"
        written = self.stack.rollcall("alerts", "calendar", f"--out={out}",
                                      "--kind=renewal", certificate="admin-vic")
        self.assertEqual(written.returncode, 0, written.stderr)
        self.assertIn("2 events", written.stderr)
        lines = out.read_bytes().decode().split("\r\n")
        self.assertEqual([line[4:] for line in lines if line.startswith("UID:")],
                         [alert["subjectId"] + "-1" for alert in
                          self.alerts(filter={"kinds": ["KIND_RENEWAL"]})])
        self.assertIn("DTSTART;VALUE=DATE:" + day(30).replace("-", ""), lines)
        self.assertEqual(lines.count("BEGIN:VALARM"), 2)
        printed = self.stack.rollcall("alerts", "calendar", "--kind=renewal")
        self.assertTrue(printed.stdout.startswith("BEGIN:VCALENDAR"))

    def watch(self, command, name):
        """Starts what watches; returns a function that gives its lines so far."""
        log = self.stack.dir / name
        with open(log, "wb") as out:
            process = subprocess.Popen(command, stdout=out,
                                       stderr=subprocess.STDOUT)
        self.addCleanup(self.stack.end, process)
        return process, lambda: log.read_text()

    def rollcall_command(self, *arguments, certificate="admin-vic"):
        pki = self.stack.dir / "pki"
        return [str(self.stack.collector.args[0]).replace("rollcall-collector",
                                                          "rollcall"),
                f"--collector=localhost:{self.stack.ports['admin_port']}",
                f"--ca={pki / 'ca.pem'}", f"--cert={pki / certificate}.pem",
                f"--key={pki / certificate}.key", *arguments]

    def grpcurl_watch(self):
        pki = self.stack.dir / "pki"
        return [GRPCURL, "-cacert", pki / "ca.pem", "-cert",
                pki / "admin-vic.pem", "-key", pki / "admin-vic.key", "-d", "{}",
                f"localhost:{self.stack.ports['admin_port']}",
                "rollcall.v1.AlertService/WatchAlerts"]

    def test_who_watches_is_told_what_changes(self):
        self.agree({"vendor": {"name": "Quayside"}},
                   self.contract("C-1", end_date=day(80)))
        once = self.stack.rollcall("alerts", "watch", "--once", "--kind=renewal")
        self.assertEqual(once.returncode, 0, once.stderr)
        self.assertIn("current", once.stdout)
        process, told = self.watch(
            self.rollcall_command("alerts", "watch", "--kind=renewal",
                                  "--output=json"), "watch.log")
        _, also = self.watch(self.grpcurl_watch(), "grpcurl.log")
        wait_until(lambda: "CHANGE_INITIAL_END" in told(), "the list")
        wait_until(lambda: "CHANGE_INITIAL_END" in also(), "grpcurl's list")
        self.agree(self.contract("C-2", end_date=day(60)))
        wait_until(lambda: "CHANGE_NEW" in told(), "the new contract")
        wait_until(lambda: "CHANGE_NEW" in also(), "grpcurl's new contract")
        alert = self.alerts(filter={"kinds": ["KIND_RENEWAL"]})[0]["alertId"]
        self.stack.rollcall("alerts", "acknowledge", alert, f"--until={day(5)}")
        wait_until(lambda: "CHANGE_ACKNOWLEDGED" in told(), "who has it in hand")
        self.agree(self.contract("C-1", end_date=day(600)))
        wait_until(lambda: "CHANGE_GONE" in told(), "that it is gone")
        self.assertEqual([json.loads(line)["change"]
                          for line in told().splitlines()],
                         ["CHANGE_CURRENT", "CHANGE_INITIAL_END", "CHANGE_NEW",
                          "CHANGE_ACKNOWLEDGED", "CHANGE_GONE"])
        # It ends with the collector, and says so.
        self.stack.restart_collector()
        self.assertNotEqual(process.wait(30), 0)
        self.assertIn("rollcall: ", told())

    def test_nobody_watches_too_often(self):
        logs = [self.watch(self.grpcurl_watch(), f"watch-{n}.log")[1]
                for n in range(4)]
        for log in logs:
            wait_until(lambda log=log: "CHANGE_INITIAL_END" in log(), "a list")
        refused = self.stack.rollcall("alerts", "watch", certificate="admin-vic")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("vic has 4 streams open", refused.stderr)
        other = self.stack.rollcall("alerts", "watch", "--once")
        self.assertEqual(other.returncode, 0, other.stderr)


if __name__ == "__main__":
    unittest.main()
