"""Changes to contracts from proposal to effect, with the real grpcurl: who must
agree, what they agree to, and that a crash leaves all of a change or nothing."""

import base64
import datetime
import hashlib
import json
import random
import subprocess
import unittest

from stack import GRPCURL, Stack, make_machine, package, wait_until

HEADER = ("contract_number,vendor,publisher,product,metric,quantity,start_date,"
          "purchase_order,line\n")


def today():
    return datetime.datetime.now(datetime.timezone.utc).date().isoformat()


def lines(count, quantity=1):
    return HEADER + "".join(
        f"C-1,Acme,F5,nginx,device,{quantity},2020-01-01,PO-1,{n}\n"
        for n in range(count))


class ChangesJobTest(unittest.TestCase):

    def setUp(self):
        self.stack = Stack()
        self.stack.__enter__()
        self.addCleanup(self.stack.__exit__)
        self.people = {name: self.stack.admin(name)
                       for name in ("vic", "ivy", "pam", "ada")}

    def propose(self, content, **options):
        return self.stack.call("ContractService.ImportEntitlements", {
            "content": base64.b64encode(content.encode()).decode(),
            "create_contracts": True, **options},
            certificate=self.people["ivy"])["changeSetId"]

    def view(self, change_set):
        return self.stack.call("ChangeService.GetChangeSet",
                               {"change_set_id": change_set})

    def approve(self, change_set, person, digest=None):
        digest = digest or self.view(change_set)["digest"]
        return self.stack.grpcurl(
            "rollcall.v1.ChangeService/ApproveChangeSet",
            data={"change_set_id": change_set, "digest": digest},
            certificate=self.people[person])

    def entitlements(self):
        return self.stack.call("ContractService.ListEntitlements",
                               {"page_size": 1000}).get("entitlements", [])

    def test_two_sides_agree_to_what_they_saw(self):
        root = make_machine(self.stack.dir / "web", "web-1",
                            [package("nginx", "1.22.1-9")])
        self.assertEqual(
            self.stack.run_agent("web", "--once", f"--root={root}").returncode, 0)
        change_set = self.propose(lines(1, quantity=5))
        self.assertEqual(self.entitlements(), [])
        preview = self.stack.call("ChangeService.PreviewChangeSet",
                                  {"change_set_id": change_set})["moves"]
        self.assertEqual([(move["product"], move["stateBefore"], move["stateAfter"])
                          for move in preview if move["metric"] == "device"],
                         [("nginx", "not licensed", "covered")])
        self.assertEqual(self.days_shown(change_set), {today()})
        for person in ("vic", "ada"):
            self.assertIn("PermissionDenied",
                          self.approve(change_set, person).stderr)
        self.assertEqual(self.approve(change_set, "pam").returncode, 0)
        self.assertIn("PermissionDenied", self.approve(change_set, "pam").stderr)
        self.assertEqual(self.entitlements(), [])
        self.assertEqual(self.approve(change_set, "ivy").returncode, 0)
        self.assertEqual(len(self.entitlements()), 1)
        kinds = [entry["kind"] for entry in
                 self.stack.call("LedgerService.ListLedgerEntries",
                                 {"page_size": 1000})["entries"]]
        self.assertEqual(kinds[-3:], ["change-set-approved", "change-set-approved",
                                      "change-set-effective"])

    def days_shown(self, change_set):
        """Days on which `changes show` says that a position would move."""
        shown = self.stack.rollcall("changes", "show", change_set, "--output=json")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        return {move["effectiveDate"]
                for move in json.loads(shown.stdout)["preview"].get("moves", [])}

    def test_those_who_agree_see_on_which_days_positions_move(self):
        self.stack.agree_to(self.propose(lines(1, quantity=4)))
        self.stack.agree_to(self.propose(lines(1, quantity=5),
                                         effective_date="2022-01-01"))
        # Under what holds since 2022, and what begins ahead.
        self.assertEqual(self.days_shown(self.propose(
            lines(1, quantity=1), effective_date="2021-06-01")), {"2021-06-01"})
        ahead = lines(1, quantity=9).replace("2020-01-01", "2150-01-01").replace(
            ",PO-1,", ",PO-2,")
        change_set = self.propose(ahead)
        self.assertEqual(self.days_shown(change_set), {"2150-01-01"})
        table = self.stack.rollcall("changes", "show", change_set).stdout
        self.assertRegex(table, r"2150-01-01  F5 +nginx +device +5 -> 14 ")
        self.assertIn("Compared on " + today() + ", 2150-01-01.", table)
        before = self.stack.rollcall("changes", "show", change_set,
                                     "--date=2149-12-31").stdout
        self.assertIn("No position would move", before)

    def test_the_digest_is_the_hash_of_the_texts(self):
        change_set = self.propose(lines(3))
        text, token = f"rollcall difference of change-set {change_set}\n", ""
        while True:
            page = self.stack.call("ChangeService.ListDifferences", {
                "change_set_id": change_set, "page_size": 2, "page_token": token})
            text += "".join(item["text"] + "\n" for item in page["differences"])
            token = page.get("nextPageToken")
            if not token:
                break
        digest = hashlib.sha256(text.encode()).hexdigest()
        self.assertEqual(digest, page["digest"])
        self.assertEqual(digest, self.view(change_set)["digest"])

    def test_a_change_in_between_makes_approvals_lapse(self):
        self.stack.agree_to(self.propose(lines(1)))
        mine = self.propose(lines(1, quantity=2))
        digest = self.view(mine)["digest"]
        self.assertEqual(self.approve(mine, "pam", digest).returncode, 0)
        other = self.propose(lines(1, quantity=3))
        self.stack.agree_to(other)
        refused = self.approve(mine, "ivy", digest)
        self.assertIn("FailedPrecondition", refused.stderr)
        self.assertIn(other, refused.stderr)
        [approval] = self.view(mine)["changeSet"]["approvals"]
        self.assertIn("moved since", approval["lapseReason"])

    def test_whoever_proposes_is_told_who_else_does(self):
        files = {}
        for name, content in (("first", lines(2)), ("second", lines(1, 7))):
            files[name] = self.stack.dir / f"{name}.csv"
            files[name].write_text(content)

        def propose(name):
            result = self.stack.rollcall(
                "contracts", "import", str(files[name]), "--new-contracts",
                "--output=json", certificate=self.people["ivy"])
            self.assertEqual(result.returncode, 0, result.stderr)
            return json.loads(result.stdout)["changeSetId"], result.stderr

        first, said = propose("first")
        self.assertNotIn("Also changed", said)
        second, said = propose("second")
        self.assertIn(f"Also changed by pending change-set {first}", said)
        self.assertIn("entitlement C-1 / PO-1 / 0", said)
        shown = self.stack.rollcall("changes", "show", first)
        self.assertIn(f"pending {second} of ivy", shown.stdout)
        self.stack.agree_to(second)
        # Adding what is there by now is a change of it.
        shown = self.stack.rollcall("changes", "show", first)
        self.assertNotIn("also changed by", shown.stdout)
        self.assertIn("quantity", shown.stdout)

    def test_a_crash_during_an_approval_leaves_all_or_nothing(self):
        seed = random.randrange(1 << 32)
        draw = random.Random(seed)
        size, whole, none = 200, 0, 0
        for quantity in range(1, 9):
            change_set = self.propose(lines(size, quantity))
            digest = self.view(change_set)["digest"]
            self.assertEqual(self.approve(change_set, "pam", digest).returncode, 0)
            call = subprocess.Popen(
                [GRPCURL, "-cacert", self.stack.dir / "pki/ca.pem",
                 "-cert", self.stack.dir / f"pki/{self.people['ivy']}.pem",
                 "-key", self.stack.dir / f"pki/{self.people['ivy']}.key",
                 "-d", json.dumps({"change_set_id": change_set, "digest": digest}),
                 f"localhost:{self.stack.ports['admin_port']}",
                 "rollcall.v1.ChangeService/ApproveChangeSet"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                call.wait(draw.uniform(0.0, 0.12))
            except subprocess.TimeoutExpired:
                pass
            self.stack.kill_collector()
            call.wait(60)
            self.stack.restart_collector()
            state = self.view(change_set)["changeSet"]["state"]
            changed = [line for line in self.entitlements()
                       if int(line["quantity"]["value"]["numerator"]) == quantity]
            entries = [entry for entry in self.stack.call(
                "LedgerService.ListLedgerEntries", {"page_size": 1000})["entries"]
                if entry["kind"] == "change-set-effective"
                and change_set in json.dumps(entry)]
            if state == "STATE_APPLIED":
                whole += 1
                self.assertEqual((len(changed), len(entries)), (size, 1), seed)
            else:
                none += 1
                self.assertEqual((len(changed), len(entries)), (0, 0), seed)
        self.assertEqual(whole + none, 8)
        exported = self.stack.dir / "ledger.export"
        key = self.stack.dir / "ledger.pub"
        self.assertEqual(self.stack.rollcall("ledger", "export",
                                             str(exported)).returncode, 0)
        key.write_text(self.stack.rollcall("ledger", "key").stdout)
        verified = self.stack.rollcall("ledger", "verify", str(exported),
                                       f"--public-key={key}")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def test_an_object_is_read_on_any_day_as_known_at_any_time(self):
        self.stack.agree_to(self.propose(lines(1, quantity=4)))
        self.stack.agree_to(self.propose(lines(1, quantity=6),
                                         effective_date="2026-07-01"))
        name = {"kind": "CONTRACT_OBJECT_KIND_ENTITLEMENT",
                "parts": ["c-1", "po-1", "0"]}

        def quantity(day):
            answer = self.stack.call("ContractService.GetContractObject", {
                "name": name, "at": {"effective_date": day}})
            return answer["object"]["entitlement"]["quantity"]["value"]["numerator"]

        self.assertEqual([quantity("2026-06-30"), quantity("2026-07-01")],
                         ["4", "6"])
        versions = self.stack.call("ContractService.ListContractObjectVersions",
                                   {"name": name})["versions"]
        self.assertEqual([version["change"]["effectiveDate"]
                          for version in versions], ["2026-07-01", ""])
        differences = self.stack.call("ContractService.CompareContractObject", {
            "name": name, "before": {"effective_date": "2026-06-30"},
            "after": {"effective_date": "2026-07-01"}})["fields"]
        self.assertIn({"field": "quantity", "before": "4", "after": "6"},
                      differences)

    def test_a_role_of_one_side_takes_two_people(self):
        answer = self.stack.call("PrincipalService.GrantRole", {
            "principal": "vic", "role": "ROLE_PROCUREMENT", "reason": "buys now"},
            certificate=self.people["ada"])
        change_set = answer["changeSetId"]
        self.assertIn("PermissionDenied", self.approve(change_set, "ada").stderr)
        self.assertEqual(self.approve(change_set, "ivy").returncode, 0)
        grants = self.stack.call("PrincipalService.WhoAmI",
                                 certificate=self.people["vic"])["grants"]
        self.assertIn("ROLE_PROCUREMENT", [grant["role"] for grant in grants])


if __name__ == "__main__":
    unittest.main()
