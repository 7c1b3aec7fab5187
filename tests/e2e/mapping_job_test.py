"""Imports by mapping, with the real programs: what is read of the files of other
products, what is refused and where, and what a folder of mappings adds."""

import base64
import csv
import io
import json
import pathlib
import unittest

from stack import SOURCE, Stack

SAMPLES = SOURCE / "deploy/sample/mappings"

MORE = """
name: "bakery-list"
target: TARGET_ENTITLEMENTS
format: "The bakery's own list."
date_order: DATE_ORDER_DAY_MONTH_YEAR
decimal_mark: DECIMAL_MARK_COMMA
fields { name: "contract_number" constant: "HL-LIST" }
fields { name: "vendor" sources { columns: "Seller" } }
fields { name: "publisher" sources { columns: "Maker" } }
fields { name: "product" sources { columns: "What" } }
fields { name: "metric" constant: "device" }
fields { name: "quantity" sources { columns: "How many" } }
fields { name: "start_date" sources { columns: "Since" } }
fields { name: "line" sources { columns: "No." } }
"""


class MappingJobTest(unittest.TestCase):

    def setUp(self):
        self.stack = Stack()
        self.stack.__enter__()
        self.addCleanup(self.stack.__exit__)
        for name in ("ivy", "pam", "vic"):
            self.stack.admin(name)

    def run_import(self, mapping, *options, content=None):
        path = SAMPLES / f"{mapping}.csv"
        if content is not None:
            path = self.stack.dir / "import.csv"
            path.write_text(content)
        return self.stack.rollcall("contracts", "import", str(path),
                                   f"--mapping={mapping}", "--new-contracts",
                                   *options)

    def imported(self, mapping, *options, content=None):
        """Imports and has it agreed to; returns the answer."""
        result = self.run_import(mapping, "--output=json", *options,
                                 content=content)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        answer = json.loads(result.stdout)
        if answer.get("changeSetId") and not answer.get("applied"):
            self.stack.agree_to(answer["changeSetId"])
        return answer

    def entitlements(self):
        return self.stack.call("ContractService.ListEntitlements",
                               {"page_size": 1000}).get("entitlements", [])

    def test_a_product_s_file_becomes_lines_and_a_repeated_one_nothing(self):
        first = self.imported("servicenow-entitlement")
        self.assertEqual(first["addedCount"], 3)
        self.assertIn("Metric group", first["ignoredColumns"])
        self.assertTrue(any("9999-12-31" in each["text"]
                            for each in first["conversions"]))
        [cores] = [line for line in self.entitlements()
                   if line["line"] == "SL-000101"]
        self.assertEqual(cores["quantity"]["value"]["numerator"], "16")
        self.assertEqual(cores["unitPrice"],
                         {"micros": "225500000", "currency": "EUR"})
        self.assertEqual(cores["source"], "servicenow-entitlement")
        again = self.imported("servicenow-entitlement")
        self.assertEqual(again["unchangedCount"], 3)
        self.assertEqual(again.get("changeSetId", ""), "")
        [change_set] = self.stack.call("ChangeService.ListChangeSets",
                                       {"kind": "KIND_CONTRACTS"})["changeSets"]
        self.assertEqual(change_set["mapping"], "servicenow-entitlement")

    def test_contracts_then_terms_then_invoices(self):
        self.assertEqual(self.imported("rollcall-contract")["addedCount"], 3)
        self.assertEqual(self.imported("flexera-term")["changedCount"], 3)
        notes = self.stack.call("ContractService.GetContractObject", {"name": {
            "kind": "CONTRACT_OBJECT_KIND_CONTRACT",
            "parts": ["HM-2026-02"]}, "at": {"effective_date": "2026-06-01"}})
        self.assertIn("Prices rise by at most 3 percent",
                      notes["object"]["contract"]["notes"])
        invoices = self.imported("rollcall-invoice")
        self.assertTrue(invoices["applied"])
        shown = self.stack.rollcall("contracts", "objects", "invoice-line",
                                    "--output=csv")
        self.assertEqual(len(shown.stdout.splitlines()), 4, shown.stdout)

    def test_what_the_file_does_not_say_is_asked_for_and_never_invented(self):
        refused = self.run_import("flexera-purchase-order-line")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("metric=...", " ".join(refused.stdout.split()))
        answer = self.imported("flexera-purchase-order-line",
                               "--default=metric=core")
        self.assertEqual(answer["addedCount"], 3)
        wrong = self.run_import("flexera-purchase-order-line",
                                "--default=line=1")
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("contract_number=...", wrong.stderr)
        unknown = self.run_import("nothing", content="a,b\n1,2\n")
        self.assertIn("there are rollcall", unknown.stderr)

    def test_what_is_not_in_force_is_left_out_and_what_is_known_is_named(self):
        first = self.imported("flexera-purchase-order-line",
                              "--default=metric=core")
        self.assertEqual(first["leftOut"], [
            {"reason": "Status is Cancelled", "lineCount": 1, "lines": [5]}])
        self.assertEqual({line["line"] for line in self.entitlements()},
                         {"1", "2"})
        content = (SAMPLES / "flexera-purchase-order-line.csv").read_text()
        cancelled = content.replace("Completed,INV-7003", "Cancelled,INV-7003")
        shown = self.run_import("flexera-purchase-order-line",
                                "--default=metric=core", content=cancelled)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        text = " ".join(shown.stdout.split())
        self.assertIn("2 lines: Status is Cancelled (3, 5)", text)
        self.assertIn("HM-2026-01 / PO-2201 / 2", text)
        self.assertEqual(len(self.entitlements()), 3)
        unknown = self.run_import(
            "flexera-purchase-order-line", "--default=metric=core",
            content=content.replace("Cancelled", "Paused"))
        self.assertEqual(unknown.returncode, 1)
        self.assertIn("the state is unknown",
                      " ".join(unknown.stdout.split()))

    def test_what_was_discarded_is_not_kept_aside_again(self):
        content = (SAMPLES / "snow-licence.csv").read_text().replace(
            "4713,NGINX Plus", "4713,=NGINX Plus")
        kept = self.imported_with_quarantine("snow-licence", content)
        self.stack.agree_to(kept["changeSetId"])
        discarded = self.stack.rollcall(
            "contracts", "repair", kept["changeSetId"], "4", "--discard",
            "--reason=never bought")
        self.assertEqual(discarded.returncode, 0, discarded.stderr)
        again = self.imported_with_quarantine(
            "snow-licence", content.replace(",16,", ",20,"))
        self.assertEqual(again["changedCount"], 1)
        self.assertEqual(again.get("quarantinedCount", 0), 0)
        self.assertEqual(again["settledBeforeCount"], 1)
        self.assertIn("No line is kept aside", self.stack.rollcall(
            "contracts", "quarantine").stdout)

    def test_a_bad_cell_is_named_as_the_file_names_it(self):
        content = (SAMPLES / "snow-licence.csv").read_text().replace(
            "4713,NGINX Plus", "4713,=NGINX Plus")
        refused = self.run_import("snow-licence", "--output=csv",
                                  content=content)
        [error] = list(csv.DictReader(io.StringIO(refused.stdout)))
        self.assertEqual((error["line"], error["column"],
                          error["column_number"]), ("4", "Application name", "2"))
        kept = self.imported_with_quarantine("snow-licence", content)
        self.assertEqual((kept["addedCount"], kept["quarantinedCount"]), (2, 1))

    def exported(self, *options):
        result = self.stack.rollcall("contracts", "export", *options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_what_is_bought_goes_out_as_cyclonedx_and_as_a_file_to_import(self):
        self.imported("rollcall", content=(
            "contract_number,vendor,publisher,product,metric,quantity,"
            "start_date,end_date,unit_price,currency,purchase_order,line\n"
            "C-1,Quayside,Redis,Redis,core,12.5,2026-01-01,2026-12-31,1.2340,"
            "EUR,PO-1,1\n"
            "C-1,Quayside,Redis,Redis,device,unlimited,2026-01-01,,,,PO-1,2\n"))
        bom = json.loads(self.exported())
        self.assertEqual((bom["bomFormat"], bom["specVersion"]),
                         ("CycloneDX", "1.6"))
        [term, for_ever] = bom["components"]
        licensing = term["licenses"][0]["license"]["licensing"]
        self.assertEqual(licensing["expiration"], "2027-01-01T00:00:00Z")
        self.assertEqual(licensing["licenseTypes"], ["core-points"])
        self.assertIn({"name": "rollcall:quantity", "value": "12.5"},
                      term["properties"])
        self.assertNotIn("expiration",
                         for_ever["licenses"][0]["license"]["licensing"])
        again = self.imported("rollcall", content=self.exported("--format=csv"))
        self.assertEqual(again["unchangedCount"], 2)
        self.assertEqual(again.get("changeSetId", ""), "")

    def test_a_cyclonedx_document_is_read_as_it_was_written(self):
        self.imported("snow-licence")
        bom = json.loads(self.exported())
        # Of another contract, since this store knows these lines already.
        for component in bom["components"]:
            for field in component["properties"]:
                if field["name"] == "rollcall:contract_number":
                    field["value"] += "-COPY"
        content = json.dumps(bom)
        first = self.imported("cyclonedx", content=content)
        self.assertEqual(first["addedCount"], len(bom["components"]))
        again = self.imported("cyclonedx", content=content)
        self.assertEqual(again["unchangedCount"], len(bom["components"]))
        copies = [line for line in self.entitlements()
                  if line["source"] == "cyclonedx"]
        self.assertEqual(len(copies), len(bom["components"]))
        del bom["components"][0]["name"]
        refused = self.run_import("cyclonedx", "--output=csv",
                                  content=json.dumps(bom))
        self.assertEqual(refused.returncode, 1, refused.stdout)
        [error] = list(csv.DictReader(io.StringIO(refused.stdout)))
        self.assertEqual((error["line"], error["column"]),
                         ("1", "/components/0"))

    def imported_with_quarantine(self, mapping, content):
        result = self.run_import(mapping, "--quarantine", "--output=json",
                                 content=content)
        return json.loads(result.stdout)

    def test_a_line_that_was_kept_aside_is_repaired_or_discarded(self):
        content = (SAMPLES / "snow-licence.csv").read_text().replace(
            "4713,NGINX Plus", "4713,=NGINX Plus").replace(
            "4712,Redis", "4712,")
        kept = self.imported_with_quarantine("snow-licence", content)
        self.stack.agree_to(kept["changeSetId"])
        good = (SAMPLES / "snow-licence.csv").read_text().splitlines()[3]
        wrong = self.stack.rollcall("contracts", "repair", kept["changeSetId"],
                                    "4", "--content=" + good.replace("F5", ""))
        self.assertEqual(wrong.returncode, 1, wrong.stdout + wrong.stderr)
        self.assertIn("Manufacturer is empty", wrong.stdout)
        (self.stack.dir / "line.csv").write_text(good + "\n")
        repaired = self.stack.rollcall(
            "contracts", "repair", kept["changeSetId"], "4",
            f"--file={self.stack.dir / 'line.csv'}", "--output=json")
        self.assertEqual(repaired.returncode, 0, repaired.stderr)
        change_set = json.loads(repaired.stdout)["line"]["repairedByChangeSetId"]
        self.stack.agree_to(change_set)
        self.assertEqual({line["line"] for line in self.entitlements()},
                         {"4711", "4713"})
        shown = self.stack.call("ChangeService.GetChangeSet",
                                {"change_set_id": change_set})["changeSet"]
        self.assertEqual((shown["repairsChangeSetId"], shown["repairsLine"]),
                         (kept["changeSetId"], 4))
        self.assertEqual(self.stack.rollcall(
            "contracts", "repair", kept["changeSetId"], "3", "--discard"
            ).returncode, 2)
        discarded = self.stack.rollcall(
            "contracts", "repair", kept["changeSetId"], "3", "--discard",
            "--reason=never bought")
        self.assertIn("is discarded", discarded.stdout)
        self.assertIn("No line is kept aside", self.stack.rollcall(
            "contracts", "quarantine").stdout)
        everything = self.stack.rollcall("contracts", "quarantine", "--all",
                                         "--output=csv")
        self.assertEqual([(row["line"], row["state"]) for row in
                          csv.DictReader(io.StringIO(everything.stdout))],
                         [("3", "discarded"), ("4", "repaired")])
        # It is so also after a restart.
        self.stack.restart_collector()
        again = self.stack.grpcurl(
            "rollcall.v1.ContractService/RepairQuarantinedLine",
            data={"change_set_id": kept["changeSetId"], "line": 4,
                  "discard": True, "reason": "no"})
        self.assertIn("FailedPrecondition", again.stderr)

    def test_mappings_are_listed_and_a_folder_adds_more(self):
        listed = self.stack.rollcall("contracts", "mappings", "--output=csv")
        names = {row["mapping"]
                 for row in csv.DictReader(io.StringIO(listed.stdout))}
        self.assertEqual(names, {path.stem for path in SAMPLES.glob("*.csv")}
                         | {"rollcall", "cyclonedx"})
        shown = self.stack.rollcall("contracts", "mappings",
                                    "--show=flexera-purchase-order-line")
        self.assertIn("Purchase Quantity times Quantity Per Unit", shown.stdout)
        folder = pathlib.Path(self.stack.dir) / "mappings"
        folder.mkdir()
        (folder / "bakery.textproto").write_text(MORE)
        self.stack.restart_collector(f"--mappings={folder}")
        answer = self.imported("bakery-list", content=(
            "No.,Maker,What,Seller,How many,Since\n"
            "1,Redis,Redis,Acme,\"2,5\",03.04.2026\n"))
        self.assertEqual(answer["addedCount"], 1)
        [line] = self.entitlements()
        self.assertEqual(line["startDate"], "2026-04-03")
        self.assertEqual(line["quantity"]["value"],
                         {"numerator": "5", "denominator": "2"})

    def test_a_bad_mapping_is_an_error_at_the_start_that_names_its_place(self):
        folder = pathlib.Path(self.stack.dir) / "mappings"
        folder.mkdir()
        (folder / "bakery.textproto").write_text(
            MORE.replace('name: "line"', 'name: "lines"'))
        with self.assertRaises(AssertionError) as raised:
            self.stack.restart_collector(f"--mappings={folder}")
        self.assertIn('mapping bakery.textproto: field "lines"',
                      str(raised.exception))

    def test_only_those_import_who_answer_for_it(self):
        data = {"mapping": "snow-licence", "content": base64.b64encode(
            (SAMPLES / "snow-licence.csv").read_bytes()).decode()}
        refused = self.stack.grpcurl(
            "rollcall.v1.ContractService/ImportEntitlements", data=data,
            certificate="admin-vic")
        self.assertIn("PermissionDenied", refused.stderr)
        listed = self.stack.call("ContractService.ListMappings", {},
                                 certificate="admin-vic")
        self.assertEqual(listed["mappings"][0]["name"], "rollcall")


if __name__ == "__main__":
    unittest.main()
