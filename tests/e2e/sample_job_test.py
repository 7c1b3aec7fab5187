"""The sample company with the real programs: all of it comes in, is what its
README says, and has just the findings that are planted in it."""

import csv
import importlib.util
import io
import json
import unittest

from stack import SOURCE, Stack

SAMPLE = SOURCE / "deploy/sample"


def load_generator():
    spec = importlib.util.spec_from_file_location("make_sample",
                                                  SAMPLE / "make_sample.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class SampleJobTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack()
        cls.stack.__enter__()
        cls.addClassCleanup(cls.stack.__exit__)
        for words in (("propose", "contracts.json"), ("import", "entitlements.csv"),
                      ("propose", "records.json")):
            answer = cls.stack.rollcall("contracts", words[0],
                                        str(SAMPLE / words[1]), "--output=json",
                                        certificate=cls.stack.admin("ivy"))
            assert answer.returncode == 0, answer.stdout + answer.stderr
            answer = json.loads(answer.stdout)
            change_set = answer.get("changeSetId") or answer["changeSet"]["changeSetId"]
            if answer.get("changeSet", {}).get("state") != "STATE_APPLIED":
                applied = cls.stack.agree_to(change_set)
                assert applied["state"] == "STATE_APPLIED", applied

    def objects(self, kind):
        answer = self.stack.rollcall_json("contracts", "objects", kind,
                                          "--date=2026-10-31")
        return [list(one.values())[0] for one in answer.get("objects", [])]

    def test_the_files_are_what_the_generator_writes(self):
        for name, text in load_generator().make_files().items():
            self.assertEqual((SAMPLE / name).read_text(encoding="utf-8"), text, name)

    def test_it_is_as_large_as_its_readme_says(self):
        contracts = self.objects("contract")
        masters = [one for one in contracts if one["contractNumber"].startswith("HL-M")]
        self.assertEqual((len(contracts), len(masters)), (40, 10))
        self.assertEqual(len(self.objects("amendment")), 11)
        lines = self.stack.rollcall_json("contracts", "list",
                                         "--date=2026-10-31")["entitlements"]
        self.assertEqual(len(lines), 400)
        units = {line["organisationUnit"] for line in lines
                 if "organisationUnit" in line}
        self.assertEqual(len(units), 5)
        [audit] = self.objects("audit")
        self.assertNotIn("closeDate", audit)
        self.assertGreater(len(self.objects("review")), 9)

    def test_an_amendment_changes_lines_from_its_day_on(self):
        def extended(date):
            return {line["endDate"] for line in self.stack.rollcall_json(
                "contracts", "list", "--contract=HL-2023-07",
                f"--date={date}")["entitlements"]}
        self.assertEqual(extended("2026-09-30"), {"2026-09-30"})
        self.assertEqual(extended("2026-10-01"), {"2027-09-30"})

    def test_the_invoices_have_the_planted_findings_alone(self):
        answer = self.stack.rollcall("contracts", "invoices", "--date=2026-10-31",
                                     "--output=csv")
        found = {}
        for row in csv.DictReader(io.StringIO(answer.stdout)):
            name = f"{row['invoice_number']}/{row['line']}"
            found.setdefault(name, []).append(
                (row["kind"].upper().replace("-", "_"),
                 row["state"].upper().replace("-", "_")))
        planted = load_generator().planted_findings()
        self.assertEqual(found, planted)
        readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
        for name in planted:
            self.assertIn(f"| {name.replace('/', ', ')} |", readme)

    def test_every_line_is_under_a_metric_that_is_known(self):
        positions = self.stack.rollcall_json("position", "--date=2026-10-31")
        publishers = {position["publisher"] for position in positions["positions"]}
        self.assertLessEqual({"Microsoft", "Oracle", "IBM", "Broadcom", "Red Hat"},
                             publishers)

    def test_nothing_is_covered_that_no_rule_recognises(self):
        positions = self.stack.rollcall_json("position", "--date=2026-10-31")["positions"]
        covered = {position["product"] for position in positions
                   if position["state"] == "STATE_COVERED"}
        self.assertEqual(covered, {"Docker Engine", "MariaDB", "OpenJDK", "PostgreSQL",
                                   "Python", "Redis", "SQL Server", "nginx"})
        readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
        known = readme.split("that recognition knows are")[1].split("A right to")[0]
        for product in covered:
            self.assertIn(product, known.replace("\n", " "))
        database = next(position for position in positions
                        if position["product"] == "Oracle Partitioning")
        self.assertEqual(database["state"], "STATE_NOT_COMPUTABLE")
        self.assertTrue(database["unrecognised"])
        self.assertIn("no rule recognises Oracle Partitioning of Oracle",
                      database["notes"][0])


if __name__ == "__main__":
    unittest.main()
