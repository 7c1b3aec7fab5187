"""Invoices against contracts, with the real programs: what was billed is noted,
and what is wrong with it listed, paged and written as CSV."""

import csv
import io
import json
import unittest

from stack import Stack

CONTRACTS = (
    "contract_number,vendor,publisher,product,metric,quantity,start_date,"
    "end_date,unit_price,currency,purchase_order,line\n"
    "C-1,Quay,F5,nginx,device,10,2025-01-01,2025-12-31,100,EUR,PO-1,1\n"
    "C-1,Quay,Redis,Redis,core,4,2025-01-01,2025-12-31,33.333333,EUR,PO-1,2\n")


def billed(number, line, quantity, price, total, start="2025-01-01",
           end="2025-12-31", currency="EUR", **more):
    def money(amount):
        return {"micros": str(round(amount * 1_000_000)), "currency": currency}
    return {"action": "ACTION_SET", "object": {"invoiceLine": {
        "vendor": "Quay", "invoiceNumber": number, "line": line,
        "invoiceDate": "2025-02-01", "contractNumber": "C-1",
        "purchaseOrder": "PO-1", "purchaseOrderLine": line,
        "quantity": {"numerator": str(quantity), "denominator": "1"},
        "unitPrice": money(price), "total": money(total),
        "periodStartDate": start, "periodEndDate": end, **more}}}


class InvoiceJobTest(unittest.TestCase):

    def setUp(self):
        self.stack = Stack()
        self.stack.__enter__()
        self.addCleanup(self.stack.__exit__)
        (self.stack.dir / "contracts.csv").write_text(CONTRACTS)
        self.stack.import_contracts(self.stack.dir / "contracts.csv")

    def note(self, *changes):
        path = self.stack.dir / "invoices.json"
        path.write_text(json.dumps({"reason": "invoices", "changes": changes}))
        noted = self.stack.rollcall("contracts", "propose", str(path),
                                    certificate=self.stack.admin("pam"))
        self.assertEqual(noted.returncode, 0, noted.stderr)

    def findings(self, **request):
        """"invoice/line kind" of all pages of two."""
        found, token = [], ""
        while True:
            page = self.stack.call("InvoiceService.ListInvoiceFindings",
                                   {"page_size": 2, "page_token": token, **request})
            found += [f"{one['invoiceNumber']}/{one['line']} "
                      f"{one['kind'].removeprefix('KIND_')}"
                      for one in page.get("findings", [])]
            token = page.get("nextPageToken")
            if not token:
                return found

    def test_every_person_sees_what_was_billed_wrongly(self):
        self.note(billed("R-1", "1", 10, 100, 1000),
                  billed("R-1", "2", 4, 33.333333, 133.33))
        self.assertEqual(self.findings(), [])
        self.note(billed("R-2", "1", 12, 110, 1300),
                  billed("R-3", "1", 1, 100, 100, "2026-01-01", "2026-03-31"),
                  billed("R-4", "2", 4, 33.333333, 133.33, currency="USD"),
                  billed("R-5", "9", 1, 1, 1))
        self.assertEqual(self.findings(), [
            "R-2/1 PRICE_ABOVE_CONTRACT", "R-2/1 QUANTITY_ABOVE_ORDER",
            "R-2/1 TOTAL_WRONG", "R-2/1 BILLED_TWICE", "R-3/1 AFTER_END",
            "R-4/2 OTHER_CURRENCY", "R-4/2 BILLED_TWICE", "R-5/9 UNKNOWN_LINE"])
        self.assertEqual(self.findings(kind="KIND_AFTER_END"), ["R-3/1 AFTER_END"])
        for person in ("vic", "sam", "una", "ada"):
            page = self.stack.call("InvoiceService.ListInvoiceFindings",
                                   {"invoice_number": "r-3"},
                                   certificate=self.stack.admin(person))
            [finding] = page["findings"]
            self.assertEqual(finding["difference"],
                             {"micros": "100000000", "currency": "EUR"})
            self.assertEqual(finding["decidedBy"], "contract.end_date"
                             if "contract" in finding["explanation"]
                             else "entitlement.end_date")
        refused = self.stack.grpcurl(
            "rollcall.v1.InvoiceService/ListInvoiceFindings",
            data={"page_token": "x"})
        self.assertIn("InvalidArgument", refused.stderr)

    def test_the_command_adds_up_and_writes_csv(self):
        self.note(billed("R-2", "1", 12, 110, 1320),
                  billed("R-3", "2", 4, 40, 160))
        shown = self.stack.rollcall("contracts", "invoices")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("price-above-contract", shown.stdout)
        # Of R-2 the larger of 120 and 220, of R-3 four times 6.666667.
        self.assertIn("Billed too much, at least: 246.666668 EUR", shown.stdout)
        written = self.stack.rollcall("contracts", "invoices", "--output=csv")
        rows = list(csv.DictReader(io.StringIO(written.stdout)))
        self.assertEqual([(row["invoice_number"], row["kind"], row["difference"])
                          for row in rows],
                         [("R-2", "price-above-contract", "120.00"),
                          ("R-2", "quantity-above-order", "220.00"),
                          ("R-3", "price-above-contract", "26.666668")])

    def test_a_rebate_needs_what_is_used(self):
        contract = self.stack.call("ContractService.GetContractObject", {
            "name": {"kind": "CONTRACT_OBJECT_KIND_CONTRACT", "parts": ["C-1"]}})
        contract = contract["object"]["contract"]
        contract["clauses"] = {"rebate": {
            "percent": {"numerator": "50", "denominator": "1"}}}
        path = self.stack.dir / "clause.json"
        path.write_text(json.dumps({"changes": [
            {"action": "ACTION_SET", "object": {"contract": contract}}]}))
        answer = self.stack.rollcall_json("contracts", "propose", str(path))
        self.stack.agree_to(answer["changeSet"]["changeSetId"])
        self.note(billed("R-1", "1", 10, 100, 1000))
        [finding] = self.stack.rollcall_json("contracts", "invoices")["findings"]
        self.assertEqual(finding["state"], "STATE_NOT_DECIDABLE")
        [finding] = self.stack.rollcall_json(
            "contracts", "invoices",
            f"--used={finding['entitlementId']}:7.5")["findings"]
        self.assertEqual(finding["state"], "STATE_FOUND")
        self.assertEqual(finding["difference"]["micros"], "125000000")


if __name__ == "__main__":
    unittest.main()
