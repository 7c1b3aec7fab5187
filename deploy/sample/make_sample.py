#!/usr/bin/env python3
"""Writes the sample company: contracts.json, entitlements.csv and records.json.

    deploy/sample/make_sample.py            writes the three files beside itself
    deploy/sample/make_sample.py --check    fails if they are not what it writes

Nothing is random: where something varies, a hash of its name decides, so that
the files are the same on every machine and a change here changes only what it is
about.
"""

import csv
import datetime
import hashlib
import io
import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent

# What the catalogue below calls a metric, and how the collector names it.
METRICS = {
    "core": "core",
    "device": "device",
    "user": "named-user",
    "named user plus": "named-user-plus",
    "processor": "processor",
    "processor value unit": "pvu",
    "resource value unit": "rvu",
    "virtual processor core": "vpc",
    "user CAL": "user-cal",
    "device CAL": "device-cal",
    "socket pair": "socket-pair",
    "concurrent user": "concurrent-user",
    "employee": "employee",
}

UNITS = ["Bakeries", "Shops, north", "Shops, south", "Finance",
         "Information Technology"]
REGIONS = ["North", "South", "Islands"]
PEOPLE = ["Ada Quill", "Bram Oakes", "Cora Finch", "Dov Marsh", "Edda Rye",
          "Finn Barley"]
COST_CENTRES = {"Bakeries": "CC-100", "Shops, north": "CC-210",
                "Shops, south": "CC-220", "Finance": "CC-300",
                "Information Technology": "CC-400"}

# Publisher: product, edition, version, metric, price of one in EUR.
CATALOGUE = {
    "Microsoft": [
        ("Windows Server", "Datacenter", "2022", "core", 385),
        ("Windows Server", "Standard", "2022", "core", 67),
        ("SQL Server", "Enterprise", "2022", "core", 6874),
        ("SQL Server", "Standard", "2022", "core", 1793),
        ("System Center", "Datacenter", "2022", "core", 226),
        ("Windows Server CAL", "", "2022", "user CAL", 43),
        ("Windows Server CAL", "", "2022", "device CAL", 34),
        ("Microsoft 365", "E3", "", "user", 408),
        ("Microsoft 365", "F3", "", "user", 96),
        ("Office LTSC Professional Plus", "", "2021", "device", 512),
        ("Visio Professional", "", "2021", "device", 561),
        ("Project Professional", "", "2021", "device", 1099),
        ("Visual Studio", "Enterprise", "", "user", 2569),
        ("Power BI", "Pro", "", "user", 120),
    ],
    "Oracle": [
        ("Oracle Database", "Enterprise", "19c", "processor", 41800),
        ("Oracle Database", "Enterprise", "19c", "named user plus", 836),
        ("Oracle Database", "Standard 2", "19c", "processor", 15400),
        ("Oracle Partitioning", "", "", "processor", 10120),
        ("Oracle Diagnostics Pack", "", "", "processor", 6600),
        ("Oracle Tuning Pack", "", "", "processor", 4400),
        ("Oracle WebLogic Server", "Enterprise", "14c", "processor", 22000),
        ("Oracle Java SE Universal Subscription", "", "", "employee", 132),
    ],
    "IBM": [
        ("WebSphere Application Server Network Deployment", "", "9.0",
         "processor value unit", 181),
        ("MQ", "", "9.3", "virtual processor core", 4120),
        ("Db2", "Standard", "11.5", "virtual processor core", 3310),
        ("Cognos Analytics", "", "11.2", "user", 1180),
        ("SPSS Statistics", "Base", "29", "concurrent user", 5340),
        ("Spectrum Protect", "", "8.1", "processor value unit", 74),
        ("Tivoli Netcool/OMNIbus", "", "8.1", "resource value unit", 52),
    ],
    "Broadcom": [
        ("VMware vSphere Foundation", "", "8", "core", 150),
        ("VMware Cloud Foundation", "", "5", "core", 350),
        ("VMware vSphere Standard", "", "8", "core", 50),
        ("VMware Live Recovery", "", "", "device", 210),
    ],
    "Red Hat": [
        ("Red Hat Enterprise Linux Server", "Standard", "", "socket pair", 799),
        ("Red Hat Enterprise Linux Server", "Premium", "", "socket pair", 1299),
        ("Red Hat OpenShift Container Platform", "", "", "core", 2500),
        ("Red Hat Satellite", "", "", "device", 110),
        ("Red Hat Ansible Automation Platform", "", "", "device", 130),
    ],
    "ServiceNow": [
        ("ServiceNow IT Service Management", "Professional", "", "user", 1200),
        ("ServiceNow Software Asset Management", "", "", "device", 6),
        ("ServiceNow HR Service Delivery", "", "", "employee", 55),
    ],
    "HCL": [
        ("BigFix Inventory", "", "10", "device", 21),
        ("BigFix Lifecycle", "", "10", "device", 38),
        ("Domino", "Complete Collaboration", "14", "user", 92),
    ],
    "Ivanti": [
        ("Ivanti Endpoint Manager", "", "2022", "device", 31),
        ("Ivanti Neurons for ITSM", "", "", "concurrent user", 940),
    ],
    "Flexera": [
        ("Flexera One IT Asset Management", "", "", "device", 14),
    ],
}

# Number, vendor, publisher, master, kind, title, start, end, products (numbers
# in the catalogue), units, year of the first order.
NORTHGATE, QUAYSIDE = "Northgate Software Supply", "Quayside Systems"
MASTERS = [
    ("HL-M-01", NORTHGATE, "ENTERPRISE", "Microsoft enterprise agreement",
     "2023-01-01", "2028-12-31"),
    ("HL-M-02", "Oracle", "MASTER", "Oracle master agreement", "2022-06-01", ""),
    ("HL-M-03", "IBM", "MASTER", "International Passport Advantage Agreement",
     "2021-10-01", ""),
    ("HL-M-04", QUAYSIDE, "MASTER", "Broadcom frame for virtualisation",
     "2024-02-01", "2029-01-31"),
    ("HL-M-05", QUAYSIDE, "MASTER", "Red Hat frame", "2023-04-01", "2028-03-31"),
    ("HL-M-06", "ServiceNow", "MASTER", "ServiceNow master ordering agreement",
     "2023-07-01", ""),
    ("HL-M-07", "HCL", "MASTER", "HCL master licence agreement", "2022-01-01", ""),
    ("HL-M-08", NORTHGATE, "MASTER", "Ivanti frame", "2023-05-01", "2027-04-30"),
    ("HL-M-09", NORTHGATE, "MASTER", "Flexera frame", "2024-09-01", "2027-08-31"),
    ("HL-M-10", NORTHGATE, "MASTER", "Frame for small purchases", "2022-01-01", ""),
]
SUBS = [
    ("HL-2023-01", NORTHGATE, "Microsoft", "HL-M-01", "SUBSCRIPTION",
     "Server and cloud enrolment", "2023-01-01", "2025-12-31", (0, 2, 4), 5),
    ("HL-2023-02", NORTHGATE, "Microsoft", "HL-M-01", "ENTERPRISE",
     "Enterprise enrolment", "2023-01-01", "2028-12-31", (5, 6, 9, 10), 5),
    ("HL-2023-03", NORTHGATE, "Microsoft", "HL-M-01", "SAAS",
     "Microsoft 365 for everybody", "2023-01-01", "2028-12-31", (7, 8, 13), 5),
    ("HL-2023-04", NORTHGATE, "Microsoft", "HL-M-01", "PERPETUAL",
     "Server licences in packs", "2023-03-01", "", (1, 3), 5),
    ("HL-2024-03", NORTHGATE, "Microsoft", "HL-M-01", "PERPETUAL",
     "Desktops and developers", "2024-05-01", "", (10, 11, 12), 4),
    ("HL-2026-01", NORTHGATE, "Microsoft", "HL-M-01", "SUBSCRIPTION",
     "Server and cloud enrolment, second term", "2026-01-01", "2028-12-31",
     (0, 2, 4), 5),
    ("HL-2022-01", "Oracle", "Oracle", "HL-M-02", "PERPETUAL",
     "Ordering document for databases", "2022-06-15", "", (0, 1, 3, 4, 5), 3),
    ("HL-2023-05", "Oracle", "Oracle", "HL-M-02", "PERPETUAL",
     "Ordering document for shops", "2023-09-01", "", (2, 6), 5),
    ("HL-2023-06", "Oracle", "Oracle", "HL-M-02", "MAINTENANCE",
     "Support for databases", "2023-06-15", "2027-06-14", (0, 3, 4, 5), 3),
    ("HL-2024-04", "Oracle", "Oracle", "HL-M-02", "SUBSCRIPTION",
     "Java for all employees", "2024-02-01", "2027-01-31", (7,), 5),
    ("HL-2022-02", "IBM", "IBM", "HL-M-03", "PERPETUAL",
     "Application servers and backup", "2022-04-01", "", (0, 5), 5),
    ("HL-2023-07", "IBM", "IBM", "HL-M-03", "SUBSCRIPTION",
     "Integration and databases", "2023-10-01", "2026-09-30", (1, 2), 5),
    ("HL-2024-05", "IBM", "IBM", "HL-M-03", "PERPETUAL", "Analytics",
     "2024-01-01", "", (3, 4), 5),
    ("HL-2024-06", "IBM", "IBM", "HL-M-03", "PAY_PER_USE",
     "Event management by what is managed", "2024-04-01", "2027-03-31", (6,), 5),
    ("HL-2024-07", QUAYSIDE, "Broadcom", "HL-M-04", "SUBSCRIPTION",
     "Hypervisors of the data centres", "2024-02-01", "2027-01-31", (0, 1, 3), 5),
    ("HL-2024-08", QUAYSIDE, "Broadcom", "HL-M-04", "SUBSCRIPTION",
     "Hypervisors of the shops", "2024-08-01", "2026-07-31", (2,), 5),
    ("HL-2026-02", QUAYSIDE, "Broadcom", "HL-M-04", "SUBSCRIPTION",
     "Hypervisors of the shops, second term", "2026-08-01", "2029-01-31", (2,), 5),
    ("HL-2023-08", QUAYSIDE, "Red Hat", "HL-M-05", "SUBSCRIPTION",
     "Linux servers", "2023-04-01", "2028-03-31", (0, 1), 5),
    ("HL-2024-09", QUAYSIDE, "Red Hat", "HL-M-05", "SUBSCRIPTION",
     "Containers", "2024-07-01", "2027-06-30", (2,), 5),
    ("HL-2025-02", QUAYSIDE, "Red Hat", "HL-M-05", "SUBSCRIPTION",
     "Automation", "2025-01-01", "2027-12-31", (3, 4), 5),
    ("HL-2023-09", "ServiceNow", "ServiceNow", "HL-M-06", "SAAS",
     "Service desk", "2023-07-01", "2026-06-30", (0, 1), 5),
    ("HL-2026-03", "ServiceNow", "ServiceNow", "HL-M-06", "SAAS",
     "Service desk and staff, second term", "2026-07-01", "2029-06-30",
     (0, 1, 2), 5),
    ("HL-2022-03", "HCL", "HCL", "HL-M-07", "SITE", "Endpoint management",
     "2022-01-01", "2026-12-31", (0, 1), 5),
    ("HL-2024-10", "HCL", "HCL", "HL-M-07", "SUBSCRIPTION", "Mail",
     "2024-01-01", "2026-12-31", (2,), 5),
    ("HL-2023-10", NORTHGATE, "Ivanti", "HL-M-08", "SUBSCRIPTION",
     "Tills and tablets", "2023-05-01", "2027-04-30", (0,), 5),
    ("HL-2024-11", NORTHGATE, "Ivanti", "HL-M-08", "SAAS", "Help for shops",
     "2024-05-01", "2027-04-30", (1,), 5),
    ("HL-2024-12", NORTHGATE, "Flexera", "HL-M-09", "SAAS", "Asset management",
     "2024-09-01", "2027-08-31", (0,), 5),
]

# The lines that a Debian machine has something to reconcile with.
FREE_SOFTWARE = """\
HL-2024-01,Northgate Software Supply,PostgreSQL Global Development Group,PostgreSQL,,,core,64,2024-01-01,,120.00,EUR,PO-1001,1,
HL-2024-01,Northgate Software Supply,Python Software Foundation,Python,,,core,1,2024-01-01,,15.00,EUR,PO-1001,2,
HL-2024-01,Northgate Software Supply,OpenJDK,OpenJDK,,,device,25,2024-01-01,,48.00,EUR,PO-1001,3,
HL-2024-02,Quayside Systems,MariaDB Foundation,MariaDB,,,device,10,2023-01-01,2024-12-31,210.00,GBP,PO-1017,1,Finance
HL-2024-02,Quayside Systems,MariaDB Foundation,MariaDB,,,device,2,2025-01-01,,225.50,GBP,PO-1042,1,Finance
HL-2024-02,Quayside Systems,Redis,Redis,,,core,2.5,2024-06-01,,0.333333,GBP,PO-1042,2,
HL-2025-01,Quayside Systems,Docker,Docker Engine,,,device,unlimited,2025-03-01,,,,PO-1050,1,
HL-2025-01,Quayside Systems,F5,nginx,,,device,1,2025-03-01,,1900,USD,PO-1050,2,"Shops, north"
"""
FREE_CONTRACTS = [
    ("HL-2024-01", NORTHGATE, "Support for free software", "2024-01-01", "EUR"),
    ("HL-2024-02", QUAYSIDE, "Databases of the shops", "2023-01-01", "GBP"),
    ("HL-2025-01", QUAYSIDE, "Containers and web servers", "2025-03-01", "USD"),
]

COLUMNS = ["contract_number", "vendor", "publisher", "product", "version",
           "edition", "metric", "quantity", "start_date", "end_date",
           "unit_price", "currency", "purchase_order", "line",
           "organisation_unit"]

# So many lines are under the contracts above, those of FREE_SOFTWARE among them.
LINE_COUNT = 400
PACK_CONTRACT, SUPPORT_CONTRACT = "HL-2023-04", "HL-2023-06"
BASE_CONTRACT = "HL-2022-01"


def draw(name, least, most):
    """A number from `least` to `most` that the name decides."""
    value = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return least + value % (most - least + 1)


def choose(name, options):
    return options[draw(name, 0, len(options) - 1)]


def day(text, years=0, days=0):
    date = datetime.date.fromisoformat(text)
    date = date.replace(year=date.year + years)
    return (date + datetime.timedelta(days=days)).isoformat()


def money(amount, currency="EUR"):
    return {"micros": round(amount * 1_000_000), "currency": currency}


def number(value, denominator=1):
    return {"numerator": value, "denominator": denominator}


def change(kind, fields, since=""):
    result = {"action": "ACTION_SET", "object": {kind: fields}}
    if since:
        result["effectiveDate"] = since
    return result


def entitlement_id(contract, order, line):
    """The id that the collector gives the line: see contract.proto."""
    digest = hashlib.sha256()
    for part in (contract, order, line):
        text = part.lower().encode()
        digest.update(len(text).to_bytes(4, "big") + text)
    return digest.hexdigest()[:32]


# --- lines ---------------------------------------------------------------------

class Line:
    """One entitlement, as bought."""

    def __init__(self, sub, order, line, product, unit):
        (self.contract, self.vendor, self.publisher, _, self.contract_kind, _,
         self.start, self.end, _, _) = sub
        (self.product, self.edition, self.version, metric,
         self.price) = CATALOGUE[self.publisher][product]
        self.metric = METRICS[metric]
        self.order, self.line, self.unit = order, line, unit
        name = f"{self.contract} {order} {line}"
        self.quantity = draw(name, 2, 12) * (
            2 if self.price > 3000 else 8 if self.price > 500 else 40)
        # Whoever buys much pays less; nobody pays cents.
        self.price = max(1, self.price * draw(name + " price", 78, 100) // 100)
        self.region = choose(name + " region", REGIONS)

    def id(self):
        return entitlement_id(self.contract, self.order, self.line)

    def is_rich(self):
        """Whether it says what has no column in entitlements.csv."""
        return self.contract in (PACK_CONTRACT, SUPPORT_CONTRACT)

    def row(self):
        return [self.contract, self.vendor, self.publisher, self.product,
                self.version, self.edition, self.metric, self.quantity,
                self.start, self.end, f"{self.price}.00", "EUR", self.order,
                self.line, self.unit]

    def fields(self):
        """As contracts.json has it."""
        fields = {"contractNumber": self.contract, "vendor": self.vendor,
                  "publisher": self.publisher, "product": self.product}
        if self.version:
            fields["version"] = self.version
        if self.edition:
            fields["edition"] = self.edition
        fields.update({
            "metric": self.metric, "quantity": {"value": number(self.quantity)},
            "startDate": self.start, "purchaseOrder": self.order,
            "line": self.line, "organisationUnit": self.unit})
        if self.end:
            fields["endDate"] = self.end
        if self.contract == PACK_CONTRACT:
            fields.update({
                "licenceKind": "LICENCE_KIND_PERPETUAL_WITH_MAINTENANCE",
                "partNumber": f"HLP-{draw(self.product, 1000, 9999)}",
                "packCount": number(self.quantity // 2), "packSize": number(2),
                "packPrice": money(2 * self.price),
                "maintenanceEndDate": "2027-02-28"})
        else:
            fields["unitPrice"] = money(self.price)
        if self.is_rich():
            fields["region"] = self.region
            fields["costCentre"] = COST_CENTRES[self.unit]
        return fields


def make_lines():
    """All lines but those of FREE_SOFTWARE: of each contract every product for
    every unit, and as many more as there are to be."""
    lines = []
    for sub in SUBS:
        number_, products, units = sub[0], sub[8], sub[9]
        orders = {}
        for product in products:
            for unit in UNITS[:units]:
                order = f"PO-{number_[3:7]}-{int(number_[8:]):02d}{draw(number_ + unit, 1, 2)}"
                orders[order] = orders.get(order, 0) + 1
                lines.append(Line(sub, order, str(orders[order]), product, unit))
    missing = LINE_COUNT - FREE_SOFTWARE.count("\n") - len(lines)
    grown = [sub for sub in SUBS if sub[0] not in (PACK_CONTRACT,
                                                   SUPPORT_CONTRACT)]
    for count in range(missing):
        sub = grown[count % len(grown)]
        order = f"PO-{sub[0][3:7]}-{int(sub[0][8:]):02d}9"
        line = 1 + count // len(grown)
        name = f"{sub[0]} more {line}"
        lines.append(Line(sub, order, str(line), choose(name, sub[8]),
                          choose(name + " unit", UNITS)))
    return lines


# --- contracts -----------------------------------------------------------------

def owners(name):
    return [{"role": "contract owner", "name": choose(name, PEOPLE)},
            {"role": "technical", "name": choose(name + " technical", PEOPLE)}]


def clauses_of_master(number_):
    clauses = {
        "audit": {"frequencyMonths": 12, "noticeDays": 60,
                  "scope": "Programs that were ordered under this agreement",
                  "remediationDays": 90, "challengeDays": 45,
                  "evidenceFormats": ["Inventory report"]},
        "lookBackMonths": 24, "disputeWindowDays": 30,
        "liabilityCap": {"percentOfAnnualFees": number(100)},
        "evidenceRetentionDays": 90}
    if number_ == "HL-M-01":
        clauses["trueUp"] = {"method": "METHOD_ON_DATE", "yearlyDates": ["12-01"],
                             "reportWindowDays": 60, "orderWindowDays": 30}
        clauses["priceEscalator"] = {"capPercent": number(0)}
    if number_ == "HL-M-02":
        clauses["liabilityCap"] = {"uncapped": True}
        clauses["audit"]["noticeDays"] = 45
    if number_ == "HL-M-03":
        clauses["audit"]["evidenceFormats"] = ["ILMT report", "Inventory report"]
    if number_ in ("HL-M-04", "HL-M-05"):
        clauses["priceEscalator"] = {"capPercent": number(3)}
    if number_ == "HL-M-06":
        clauses["priceEscalator"] = {"capPercent": number(7),
                                     "priceIndex": "HICP euro area"}
    if number_ == "HL-M-07":
        clauses["rebate"] = {"percent": number(25),
                             "unusedAtLeastPercent": number(10)}
    return clauses


def use_rights(publisher):
    if publisher == "Microsoft":
        return [{"kind": "KIND_MOBILITY", "permitted": True, "intervalDays": 90,
                 "text": "Within a server farm as often as needed"},
                {"kind": "KIND_DOWNGRADE", "permitted": True}]
    if publisher == "Oracle":
        return [{"kind": "KIND_DISASTER_RECOVERY", "permitted": True,
                 "limit": {"value": number(10)},
                 "text": "Ten separate days a year on an unlicensed spare"},
                {"kind": "KIND_VIRTUALIZATION", "permitted": False,
                 "text": "No soft partitioning"}]
    if publisher == "IBM":
        return [{"kind": "KIND_VIRTUALIZATION", "permitted": True,
                 "text": "Sub-capacity, with quarterly reports"},
                {"kind": "KIND_DEVELOPMENT_AND_TEST", "permitted": False}]
    if publisher in ("Broadcom", "Red Hat"):
        return [{"kind": "KIND_MOBILITY", "permitted": True},
                {"kind": "KIND_CLOUD", "permitted": publisher == "Red Hat"}]
    return [{"kind": "KIND_AFFILIATES", "permitted": True}]


def master_fields(master):
    number_, vendor, kind, title, start, end = master
    fields = {"contractNumber": number_, "vendor": vendor, "title": title,
              "kind": f"KIND_{kind}", "signDate": day(start, days=-20),
              "startDate": start, "currency": "EUR",
              "clauses": clauses_of_master(number_), "owners": owners(number_),
              "tags": [{"name": "tier", "value": "1"}]}
    if end:
        fields["endDate"] = end
    if number_ == "HL-M-02":
        fields["exceptions"] = [{"kind": "KIND_UNCAPPED_LIABILITY",
                                 "text": "No cap was agreed upon"}]
    return fields


def sub_fields(sub):
    number_, vendor, publisher, master, kind, title, start, end, _, units = sub
    fields = {"contractNumber": number_, "vendor": vendor, "title": title,
              "kind": f"KIND_{kind}", "masterContractNumber": master,
              "signDate": day(start, days=-10), "startDate": start,
              "currency": "EUR", "owners": owners(number_),
              "useRights": use_rights(publisher),
              "tags": [{"name": "publisher", "value": publisher},
                       {"name": "tier", "value": str(draw(number_, 1, 3))}],
              "organisationUnits": UNITS[:units], "clauses": {}}
    if units < len(UNITS):
        fields["regions"] = REGIONS[:2]
    if end:
        fields["endDate"] = end
        fields["clauses"]["renewal"] = {
            "automatic": kind == "SAAS" and publisher == "Ivanti",
            "noticeDays": 90, "termMonths": 12}
    if kind == "MAINTENANCE":
        fields["clauses"]["maintenanceEndDate"] = end
    if publisher == "Oracle":
        fields["clauses"]["environments"] = [
            {"kind": "KIND_PRODUCTION", "definition": "Whatever shops depend on",
             "licenceNeeded": True},
            {"kind": "KIND_TEST", "definition": "All else", "licenceNeeded": True}]
    if publisher == "ServiceNow":
        fields["clauses"]["access"] = {"excludesServiceAccounts": True}
    return fields


# Contract, number, from when on, title, new end, and by how many tenths the
# quantity of the contract's first line grows.
AMENDMENTS = [
    ("HL-2023-01", "1", "2024-01-01", "More cores for the new data centre", "", 2),
    ("HL-2023-02", "1", "2024-12-01", "True-up of 2024", "", 1),
    ("HL-2023-02", "2", "2025-12-01", "True-up of 2025", "", 1),
    ("HL-2023-03", "1", "2025-01-01", "Shops in the south", "", 5),
    ("HL-2022-01", "1", "2024-06-15", "Options for two more databases", "", 2),
    ("HL-2023-08", "1", "2025-04-01", "Servers of the islands", "", 3),
    ("HL-2024-07", "1", "2025-02-01", "Hosts for the second site", "", 2),
    ("HL-2023-07", "1", "2026-10-01", "Extended by a year", "2027-09-30", 0),
    ("HL-2022-03", "1", "2024-01-01", "Tills are devices, too", "", 4),
    ("HL-2024-11", "1", "2026-05-01", "Fewer people at the same time", "", -2),
    ("HL-2023-10", "1", "2025-05-01", "Tablets of all shops", "", 6),
]


def amendment_changes(lines):
    changes = []
    subs = {sub[0]: sub for sub in SUBS}
    states = {}
    for contract, number_, since, title, end, tenths in AMENDMENTS:
        changes.append(change("amendment", {
            "contractNumber": contract, "amendmentNumber": number_,
            "signDate": day(since, days=-14), "effectiveDate": since,
            "title": title}))
        fields = sub_fields(subs[contract])
        if end:
            fields["endDate"] = end
        fields["amendmentNumber"] = number_
        changes.append(change("contract", fields, since))
        amended = [line for line in lines if line.contract == contract]
        for line in amended if end else amended[:1]:
            before = states.get(line.id(), (line.quantity, line.end))
            after = (before[0] + before[0] * tenths // 10, end or before[1])
            states[line.id()] = after
            fields = line.fields()
            fields["quantity"] = {"value": number(after[0])}
            if after[1]:
                fields["endDate"] = after[1]
            fields["amendmentNumber"] = number_
            changes.append(change("entitlement", fields, since))
    return changes, states


def order_changes(lines):
    changes, seen = [], set()
    free = [row for row in csv.reader(io.StringIO(FREE_SOFTWARE))]
    every = [(row[12], row[1], row[8], row[14]) for row in free]
    every += [(line.order, line.vendor, line.start, line.unit) for line in lines]
    for order, vendor, start, unit in every:
        if order in seen:
            continue
        seen.add(order)
        changes.append(change("purchaseOrder", {
            "orderNumber": order, "vendor": vendor,
            "orderDate": day(start, days=-7), "requestor": choose(order, PEOPLE),
            "costCentre": COST_CENTRES[unit or "Information Technology"]}))
    return changes


def contract_changes(lines):
    changes = []
    vendors = sorted({master[1] for master in MASTERS} |
                     {sub[1] for sub in SUBS})
    aliases = {"IBM": ["International Business Machines", "IBM Deutschland"],
               "Oracle": ["Oracle Corporation"], QUAYSIDE: ["Quayside"],
               NORTHGATE: ["Northgate"]}
    for count, vendor in enumerate(vendors, 1):
        changes.append(change("vendor", {
            "name": vendor, "aliases": aliases.get(vendor, []),
            "vendorNumber": f"V-{7000 + count}"}))
    for number_, vendor, title, start, currency in FREE_CONTRACTS:
        fields = {"contractNumber": number_, "vendor": vendor, "title": title,
                  "kind": "KIND_MAINTENANCE", "startDate": start,
                  "currency": currency, "owners": owners(number_)}
        if vendor == NORTHGATE:
            fields["masterContractNumber"] = "HL-M-10"
        changes.append(change("contract", fields))
    changes += [change("contract", master_fields(master)) for master in MASTERS]
    changes += [change("contract", sub_fields(sub)) for sub in SUBS]
    changes += order_changes(lines)
    bases = [line for line in lines if line.contract == BASE_CONTRACT]
    for line in lines:
        if not line.is_rich():
            continue
        fields = line.fields()
        if line.contract == SUPPORT_CONTRACT:
            [base] = [one for one in bases
                      if (one.product, one.metric, one.unit) ==
                      (line.product, line.metric, line.unit)][:1]
            fields["licenceKind"] = "LICENCE_KIND_MAINTENANCE"
            fields["baseEntitlementId"] = base.id()
        changes.append(change("entitlement", fields))
    amended, states = amendment_changes(lines)
    return changes + amended, states


# --- what takes effect at once ---------------------------------------------------

def quantity_on(line, since, states):
    """How much was bought by a day, by the amendments of the first line."""
    quantity = line.quantity
    if line.id() not in states:
        return quantity
    for contract, _, amended, _, end, tenths in AMENDMENTS:
        if contract == line.contract and amended <= since and not end:
            quantity += quantity * tenths // 10
    return quantity


class Invoices:
    """Lines of invoices, one after the other."""

    def __init__(self, states):
        self.changes = []
        self.states = states
        self.counts = {}

    def bill(self, line, start, end, **changed):
        """Bills a line rightly but for what is changed; returns its name."""
        number_ = f"R-{start[:4]}-{line.contract[3:]}"
        self.counts[number_] = self.counts.get(number_, 0) + 1
        packs = line.contract == PACK_CONTRACT
        quantity = quantity_on(line, start, self.states)
        quantity = changed.get("quantity", quantity // 2 if packs else quantity)
        price = changed.get("price", 2 * line.price if packs else line.price)
        currency = changed.get("currency", "EUR")
        fields = {"vendor": line.vendor, "invoiceNumber": number_,
                  "line": str(self.counts[number_]),
                  "invoiceDate": changed.get("date", start),
                  "contractNumber": changed.get("contract", line.contract),
                  "purchaseOrder": line.order, "purchaseOrderLine": line.line,
                  "product": line.product, "quantity": number(quantity),
                  "unitPrice": money(price, currency),
                  "total": money(changed.get("total", quantity * price), currency),
                  "periodStartDate": start, "periodEndDate": end}
        self.changes.append(change("invoiceLine", fields))
        return f"{number_}/{fields['line']}"


def year_of(line, count):
    return day(line.start, years=count), day(line.start, years=count + 1, days=-1)


def make_invoices(lines, states):
    """The invoices, and what is wrong with them: name -> kind, state."""
    invoices, planted = Invoices(states), {}
    of = {}
    for line in lines:
        of.setdefault(line.contract, []).append(line)

    def plant(name, kind, state="FOUND"):
        planted[name] = planted.get(name, []) + [(kind, state)]

    # Right: the first lines of what is paid for by the year, for two years.
    for contract in ("HL-2023-01", "HL-2023-02", "HL-2023-03", "HL-2024-04",
                     "HL-2024-05", "HL-2024-06", "HL-2024-07", "HL-2023-08",
                     "HL-2025-02"):
        for line in of[contract][1:4]:
            for count in ((0,) if not line.end else (0, 1)):
                invoices.bill(line, *year_of(line, count))
    # Right: prices that rise by no more than the cap of three in a hundred.
    for line in of["HL-2024-09"][:3]:
        invoices.bill(line, *year_of(line, 0))
        invoices.bill(line, *year_of(line, 1), price=line.price * 103 / 100)
    for line in of[PACK_CONTRACT][:4]:
        invoices.bill(line, *year_of(line, 0))

    dear, much, wrong = of["HL-2024-03"][:3]
    plant(invoices.bill(dear, *year_of(dear, 0), price=dear.price + 25),
          "PRICE_ABOVE_CONTRACT")
    plant(invoices.bill(much, *year_of(much, 0), quantity=much.quantity + 4),
          "QUANTITY_ABOVE_ORDER")
    plant(invoices.bill(wrong, *year_of(wrong, 0),
                        total=wrong.quantity * wrong.price + 100), "TOTAL_WRONG")
    risen = of["HL-2024-07"][4]
    invoices.bill(risen, *year_of(risen, 0))
    plant(invoices.bill(risen, *year_of(risen, 1), price=risen.price * 105 / 100),
          "RISE_ABOVE_CAP")
    by_index = of["HL-2023-09"][0]
    invoices.bill(by_index, *year_of(by_index, 0))
    plant(invoices.bill(by_index, *year_of(by_index, 1),
                        price=by_index.price * 104 / 100),
          "RISE_ABOVE_CAP", "NOT_DECIDABLE")
    rebated = of["HL-2024-10"][0]
    plant(invoices.bill(rebated, *year_of(rebated, 1)), "REBATE_MISSING",
          "NOT_DECIDABLE")
    ended = of["HL-2024-08"][1]
    plant(invoices.bill(ended, "2026-08-01", "2026-10-31"), "AFTER_END")
    early = of["HL-2026-02"][1]
    plant(invoices.bill(early, "2026-07-01", "2026-07-31"), "BEFORE_START")
    foreign = of["HL-2022-02"][0]
    plant(invoices.bill(foreign, *year_of(foreign, 2), currency="USD"),
          "OTHER_CURRENCY")
    unknown = of["HL-2024-12"][0]
    plant(invoices.bill(unknown, *year_of(unknown, 0), contract="HL-2024-21"),
          "UNKNOWN_CONTRACT")
    twice = of["HL-2023-10"][1]
    invoices.bill(twice, *year_of(twice, 2))
    plant(invoices.bill(twice, *year_of(twice, 2)), "BILLED_TWICE")
    return invoices.changes, planted


def record_changes(lines, states):
    changes, planted = make_invoices(lines, states)
    changes.append(change("audit", {
        "vendor": "Oracle", "reference": "LMS-2026-117",
        "contractNumber": "HL-2022-01", "noticeDate": "2026-08-03",
        "startDate": "2026-10-05", "heldProducts": ["Oracle Database"],
        "scope": "Databases of all units"}))
    for count, sub in enumerate(SUBS):
        if count % 2:
            continue
        reviewed = day(sub[6], years=1, days=draw(sub[0] + " review", 0, 200))
        if reviewed > "2026-10-01":
            continue
        changes.append(change("review", {
            "contractNumber": sub[0], "reviewDate": reviewed,
            "reviewer": choose(sub[0] + " reviewer", PEOPLE)}))
    return changes, planted


# --- files ---------------------------------------------------------------------

def request_text(reason, changes):
    """A rollcall.v1.ProposeChangesRequest with a change a line."""
    lines = ",\n".join(json.dumps(one, separators=(", ", ": ")) for one in changes)
    return f'{{"reason": {json.dumps(reason)}, "changes": [\n{lines}\n]}}\n'


def entitlements_text(lines):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    text.write(FREE_SOFTWARE)
    for line in lines:
        if not line.is_rich():
            writer.writerow(line.row())
    return text.getvalue()


def make_files():
    lines = make_lines()
    contracts, states = contract_changes(lines)
    records, _ = record_changes(lines, states)
    return {"contracts.json": request_text("the sample company", contracts),
            "entitlements.csv": entitlements_text(lines),
            "records.json": request_text("the sample company's records", records)}


def planted_findings():
    """What is wrong with the invoices: "invoice/line" -> [(kind, state)]."""
    lines = make_lines()
    return record_changes(lines, contract_changes(lines)[1])[1]


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    wrong = []
    for name, text in make_files().items():
        path = FOLDER / name
        if not arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            wrong.append(name)
    for name in wrong:
        print(f"deploy/sample/{name} is not what make_sample.py writes; run it")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
