#include "absl/strings/str_split.h"
#include "collector/cli/table.h"
#include "collector/cli/views/contract_view.h"
#include "collector/cli/views/device_view.h"
#include "collector/cli/views/import_view.h"
#include "collector/cli/views/position_view.h"
#include "collector/cli/views/register_view.h"
#include "collector/cli/views/row_view.h"
#include "collector/cli/views/software_view.h"
#include "collector/cli/views/store_view.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"

namespace rollcall::cli {
namespace {

using ::rollcall::testing::FromText;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kDevices[] = R"pb(
  devices {
    device_id: "4f1c9a02b1d84c7e9a5f00112233aabb"
    hostname: "web-1"
    manufacturer: "Dell Inc."
    model: "PowerEdge R630"
    serial_number: "7XK2J03"
    os: "Debian GNU/Linux 12 (bookworm)"
    cpu { sockets: 2 online_cores: 16 online_cpus: 32 }
    memory_bytes: 68719476736
    software_count: 912
    last_seen { seconds: 1770000000 }
  }
  devices { device_id: "5a000000000000000000000000000000" })pb";

TEST(DevicesTable, ShowsWhatIsKnownAndADashForTheRest) {
  EXPECT_EQ(DevicesTable(FromText<v1::ListDevicesResponse>(kDevices),
                         kUnlimitedWidth),
            "DEVICE        HOST   MODEL                     SERIAL   SYSTEM    "
            "       "
            "               CORES    MEMORY  PACKAGES  LAST SEEN\n"
            "4f1c9a02b1d8  web-1  Dell Inc. PowerEdge R630  7XK2J03  Debian "
            "GNU/Linux "
            "12 (bookworm)     16  64.0 GiB       912  2026-02-02 02:40Z\n"
            "5a0000000000  -      -                         -        -         "
            "       "
            "                   -         -         -  -\n");
}

TEST(DevicesTable, IsEmptyWithoutDevices) {
  EXPECT_EQ(DevicesTable({}, kUnlimitedWidth), "");
}

TEST(DevicesCsv, LeavesUnknownNumbersEmpty) {
  const std::string csv =
      DevicesCsv(FromText<v1::ListDevicesResponse>(kDevices));
  EXPECT_THAT(csv, HasSubstr("device_id,hostname,manufacturer,model"));
  EXPECT_THAT(csv,
              HasSubstr(",2,16,32,68719476736,,912,,2026-02-02T02:40:00Z"));
  EXPECT_THAT(
      csv,
      HasSubstr("\n5a000000000000000000000000000000,,,,,,,,,,,,,,,,,,,,\n"));
}

TEST(DeviceTable, NamesWhatSourcesCouldNotSee) {
  const auto response = FromText<v1::GetDeviceResponse>(R"pb(
    device { device_id: "4f1c" hostname: "web-1" }
    source_status {
      source: "hardware.system"
      outcome: OUTCOME_PERMISSION_DENIED
      notes: "serial number: needs root"
    })pb");
  const std::string table = DeviceTable(response, kUnlimitedWidth);
  EXPECT_THAT(table, HasSubstr("host name         web-1\n"));
  EXPECT_THAT(table, HasSubstr("memory            -\n"));
  EXPECT_THAT(table, HasSubstr("hardware.system  permission-denied  serial "
                               "number: needs root\n"));
}

constexpr char kRows[] = R"pb(
  rows {
    section: "hardware.disk"
    row_id: "01"
    row { disk { name: "sda" size_bytes: 1099511627776 rotational: false } }
  }
  rows {
    section: "hardware.disk"
    row_id: "02"
    row { disk_identity { name: "sda" serial_number: "=S3" } }
  }
  rows {
    section: "virtualization"
    row_id: "03"
    row {
      virtualization_layer {
        kind: KIND_CONTAINER
        technology: "docker"
        evidence: "a"
        evidence: "b"
      }
    }
  })pb";

TEST(DeviceTable, SaysWhichAgentsAreRevokedByWhomAndWhy) {
  const auto response = FromText<v1::GetDeviceResponse>(R"pb(
    device {
      agent_ids: "a1"
      agent_ids: "a2"
      agent_ids: "a3"
      agent_revocations {
        agent_id: "a2"
        revoke_time { seconds: 86400 }
        revoked_by: "ada"
        reason: "stolen"
      }
      agent_revocations {
        agent_id: "a3"
        revoke_time { seconds: 86400 }
        revoked_by: "bea"
      }
    })pb");
  EXPECT_THAT(DeviceTable(response, kUnlimitedWidth),
              HasSubstr("a1, a2 (revoked 1970-01-02 00:00Z by ada: stolen), a3 "
                        "(revoked 1970-01-02 00:00Z by bea)"));
  EXPECT_THAT(DeviceCsv(response), HasSubstr("a2;a3"));
}

TEST(RowsTable, HasATableForEachKindWithItsOwnColumns) {
  EXPECT_EQ(
      RowsTable(FromText<v1::ListDeviceRowsResponse>(kRows), kUnlimitedWidth),
      "hardware.disk: disk\n"
      "NAME     SIZE  ROTATIONAL\n"
      "sda   1.0 TiB  no\n"
      "\n"
      "hardware.disk: disk identity\n"
      "NAME  SERIAL NUMBER\n"
      "sda   =S3\n"
      "\n"
      "virtualization: virtualization layer\n"
      "KIND       TECHNOLOGY  EVIDENCE\n"
      "container  docker      a; b\n");
}

TEST(RowsCsv, HasOneHeaderForAllKinds) {
  EXPECT_EQ(RowsCsv(FromText<v1::ListDeviceRowsResponse>(kRows)),
            "section,row_id,row_kind,name,model,vendor,size_bytes,rotational,"
            "removable,transport,serial_number,wwn,kind,technology,evidence\n"
            "hardware.disk,01,disk,sda,,,1099511627776,no,,,,,,,\n"
            "hardware.disk,02,disk_identity,sda,,,,,,,'=S3,,,,\n"
            "virtualization,03,virtualization_layer,,,,,,,,,,container,docker,"
            "a; b\n");
}

TEST(HistoryTable, TellsTheChangeInWords) {
  const auto response = FromText<v1::ListDeviceHistoryResponse>(R"pb(
    changes {
      known_time { seconds: 1770000000 }
      section: "software"
      kind: KIND_CHANGED
      cause: CAUSE_MACHINE
      summary: "openssl amd64: version 3.0.11 -> 3.0.13"
    })pb");
  EXPECT_EQ(HistoryTable(response, kUnlimitedWidth),
            "KNOWN              SECTION   CHANGE   CAUSE    WHAT\n"
            "2026-02-02 02:40Z  software  changed  machine  openssl amd64: "
            "version 3.0.11 -> 3.0.13\n");
}

TEST(SoftwareTable, NamesTheProduct) {
  const auto response = FromText<v1::ListSoftwareResponse>(R"pb(
    software {
      package {
        ecosystem: "deb"
        name: "postgresql-15"
        version: "15.6-0"
        architecture: "amd64"
      }
      device_count: 3
      product { publisher: "PGDG" product: "PostgreSQL" version: "15.6" }
    }
    software {
      package { name: "left-pad" }
      device_count: 1
    })pb");
  EXPECT_EQ(SoftwareTable(response, kUnlimitedWidth),
            "NAME           VERSION  ARCH   FROM  RECOGNISED AS    DEVICES\n"
            "postgresql-15  15.6-0   amd64  deb   PGDG PostgreSQL        3\n"
            "left-pad       -        -      -     -                      1\n");
}

TEST(SoftwareDevicesCsv, HasALineForEachPackage) {
  const auto response = FromText<v1::ListSoftwareDevicesResponse>(R"pb(
    devices {
      device_id: "4f1c"
      hostname: "web-1"
      packages { ecosystem: "deb" name: "a" version: "1" }
      packages { ecosystem: "deb" name: "b" version: "2" }
    })pb");
  EXPECT_EQ(SoftwareDevicesCsv(response),
            "device_id,hostname,ecosystem,name,version,architecture\n"
            "4f1c,web-1,deb,a,1,\n"
            "4f1c,web-1,deb,b,2,\n");
}

TEST(QuarantineTable, ShowsTheWholeIdThatQuarantineTakes) {
  const auto lines = FromText<v1::ListQuarantinedLinesResponse>(
      "lines { change_set_id: '00112233445566778899aabbccddeeff' line: 2 }");
  EXPECT_THAT(QuarantineTable(lines, 80),
              HasSubstr("\n00112233445566778899aabbccddeeff  "));
}

TEST(EntitlementsTable, ShowsExactQuantitiesAndPrices) {
  const auto response = FromText<v1::ListEntitlementsResponse>(R"pb(
    entitlements {
      contract_number: "C-1"
      purchase_order: "PO-1"
      line: "1"
      publisher: "PGDG"
      product: "PostgreSQL"
      metric: "core"
      quantity { value { numerator: 64 denominator: 1 } }
      start_date: "2024-01-01"
      unit_price { micros: 120000000 currency: "EUR" }
    })pb");
  const std::string table = EntitlementsTable(response, kUnlimitedWidth);
  EXPECT_THAT(table, HasSubstr("      64  2024-01-01  120.00 EUR\n"));
}

TEST(EntitlementsTable, TellsWhatKindOfRightALineIsAndWhatAPackCosts) {
  const auto response = FromText<v1::ListEntitlementsResponse>(R"pb(
    entitlements {
      contract_number: "C-1"
      line: "1"
      metric: "core"
      quantity { value { numerator: 64 denominator: 1 } }
      licence_kind: LICENCE_KIND_STEP_UP
      base_entitlement_id: "ab"
      pack_count { numerator: 4 denominator: 1 }
      pack_size { numerator: 16 denominator: 1 }
      pack_price { micros: 120000000 currency: "EUR" }
      region: "EMEA"
      part_number: "P-7"
      maintenance_end_date: "2027-12-31"
    }
    entitlements { contract_number: "C-1" line: "2" })pb");
  const std::string table = EntitlementsTable(response, kUnlimitedWidth);
  EXPECT_THAT(table, HasSubstr("step-up  core"));
  EXPECT_THAT(table, HasSubstr("120.00 EUR a pack\n"));
  const std::string csv = EntitlementsCsv(response);
  EXPECT_THAT(csv, HasSubstr("licence_kind,base_entitlement_id,pack_count,"
                             "pack_size,pack_price,region,part_number,"
                             "maintenance_end_date,"));
  EXPECT_THAT(csv, HasSubstr("step-up,ab,4,16,120.00,EMEA,P-7,2027-12-31,"));
  EXPECT_THAT(csv, HasSubstr(",,EUR,"));
}

constexpr bool kRefuseBad = false;
constexpr bool kQuarantine = true;

TEST(ImportView, SaysThatNothingWasImportedAndWhatToDo) {
  const auto response = FromText<v1::ImportExpectedDevicesResponse>(R"pb(
    line_count: 12
    added_count: 11
    error_count: 3
    errors {
      line: 4
      column: "mac"
      column_number: 4
      value: "00:00:00:00:00:00"
      reason: "is no address of a device"
    })pb");
  EXPECT_EQ(RegisterImportTable(response, kRefuseBad, kUnlimitedWidth),
            "Nothing was imported: 3 places are wrong in 12 lines.\n"
            "Correct them and import the file again; or import the good lines "
            "and keep the\nothers aside with --quarantine.\n"
            "\n"
            "LINE  COLUMN  VALUE              WHAT IS WRONG\n"
            "   4  mac     00:00:00:00:00:00  is no address of a device\n"
            "... and 2 more\n");
}

TEST(ImportView, OffersNoQuarantineForAFileThatCannotBeRead) {
  const auto response = FromText<v1::ImportEntitlementsResponse>(
      "error_count: 1 errors { line: 1 reason: 'no header' }");
  EXPECT_EQ(EntitlementImportTable(response, kRefuseBad, kUnlimitedWidth),
            "Nothing was imported: 1 place is wrong.\n"
            "Correct the file and import it again.\n"
            "\n"
            "LINE  COLUMN  VALUE  WHAT IS WRONG\n"
            "   1  -       -      no header\n");
}

TEST(ImportView, SaysWhatIsInEffect) {
  const auto response = FromText<v1::ImportExpectedDevicesResponse>(R"pb(
    change_set_id: "abcd"
    applied: true
    line_count: 4
    added_count: 3
    changed_count: 1
    removed_count: 2)pb");
  EXPECT_EQ(RegisterImportTable(response, kRefuseBad, kUnlimitedWidth),
            "Read 4 lines: 3 added, 1 changed, 2 removed.\n"
            "In effect, as change-set abcd.\n");
}

TEST(ImportView, SaysWhatIsProposedAndWhatToDoNext) {
  const auto response = FromText<v1::ImportEntitlementsResponse>(
      "change_set_id: 'abcd' line_count: 2 added_count: 2 "
      "created_contract_count: 3");
  EXPECT_EQ(EntitlementImportTable(response, kRefuseBad, kUnlimitedWidth),
            "Read 2 lines: 2 added, 3 new contracts and vendors.\n"
            "Proposed as change-set abcd; it awaits procurement and itam.\n"
            "Look at it with: rollcall changes show abcd\n");
}

TEST(ImportView, SaysThatTheSameIsProposedAlready) {
  const std::string expected =
      "Nothing was changed: what the file says is proposed already, as "
      "change-set abcd; it awaits procurement and itam.\n"
      "Look at it with: rollcall changes show abcd\n";
  const auto good = FromText<v1::ImportEntitlementsResponse>(
      "change_set_id: 'abcd' already_proposed: true line_count: 2 "
      "added_count: 2");
  EXPECT_EQ(EntitlementImportTable(good, kRefuseBad, kUnlimitedWidth),
            expected);
  const auto with_bad_lines = FromText<v1::ImportEntitlementsResponse>(
      "change_set_id: 'abcd' already_proposed: true line_count: 2 "
      "added_count: 1 error_count: 1");
  EXPECT_EQ(
      EntitlementImportTable(with_bad_lines, kQuarantine, kUnlimitedWidth),
      expected);
}

TEST(ImportView, SaysThatARepeatedFileChangesNothing) {
  const auto response = FromText<v1::ImportEntitlementsResponse>(
      "line_count: 1 unchanged_count: 1");
  EXPECT_EQ(EntitlementImportTable(response, kRefuseBad, kUnlimitedWidth),
            "Read 1 line: 1 unchanged.\n"
            "The collector knew all of it; nothing was changed.\n");
}

TEST(ImportView, SaysThatADryRunChangedNothing) {
  const auto response =
      FromText<v1::ImportEntitlementsResponse>("line_count: 2 added_count: 2");
  EXPECT_EQ(EntitlementImportTable(response, kRefuseBad, kUnlimitedWidth),
            "Read 2 lines: 2 added.\n"
            "Nothing was changed.\n");
}

TEST(ImportView, SaysThatBadLinesAreKeptAsideAlready) {
  const auto response = FromText<v1::ImportEntitlementsResponse>(
      "line_count: 11 unchanged_count: 8 error_count: 8 "
      "errors { line: 4 reason: 'no metric' }");
  EXPECT_EQ(EntitlementImportTable(response, kQuarantine, kUnlimitedWidth),
            "Read 11 lines: 8 unchanged, 3 kept aside already.\n"
            "Nothing was changed.\n"
            "\n"
            "LINE  COLUMN  VALUE  WHAT IS WRONG\n"
            "   4  -       -      no metric\n"
            "... and 7 more\n");
}

TEST(ImportView, TellsBadLinesThatWereSettledFromThoseThatAreKept) {
  const auto response = FromText<v1::ImportEntitlementsResponse>(
      "line_count: 11 unchanged_count: 6 left_out_count: 1 "
      "settled_before_count: 3 error_count: 4");
  EXPECT_THAT(EntitlementImportTable(response, kQuarantine, kUnlimitedWidth),
              HasSubstr("Read 11 lines: 6 unchanged, 1 kept aside already, "
                        "3 bad, and settled before, 1 left out.\n"
                        "Nothing was changed.\n"));
  const auto all_settled = FromText<v1::ImportEntitlementsResponse>(
      "line_count: 2 unchanged_count: 1 settled_before_count: 1 "
      "error_count: 1");
  EXPECT_THAT(EntitlementImportTable(all_settled, kQuarantine, kUnlimitedWidth),
              HasSubstr("Read 2 lines: 1 unchanged, 1 bad, and settled "
                        "before.\nNothing was changed.\n"));
}

TEST(ImportView, TellsWhatIsNotInForce) {
  const auto response = FromText<v1::ImportEntitlementsResponse>(R"pb(
    change_set_id: 'abcd'
    line_count: 5
    added_count: 1
    left_out {
      reason: "Status is Cancelled\033[31m"
      line_count: 3
      lines: [ 3, 5 ]
    }
    left_out { reason: "Status is New" line_count: 1 lines: 4 }
    left_out_count: 4
    still_known {
      line: 3
      column: "Status"
      value: "C-1 / PO-1 / 1"
      reason: "has no last day"
    }
    still_known_count: 2
  )pb");
  const std::string text =
      EntitlementImportTable(response, kRefuseBad, kUnlimitedWidth);
  EXPECT_THAT(text, HasSubstr("Read 5 lines: 1 added, 4 left out.\n"));
  EXPECT_THAT(
      text, HasSubstr("\nLeft out, since they are not in force:\n"
                      "- 3 lines: Status is Cancelled\\x1b[31m (3, 5, ...)\n"
                      "- 1 line: Status is New (4)\n"
                      "\nNot in force in the file, and still counted here:\n"));
  EXPECT_THAT(text, HasSubstr("C-1 / PO-1 / 1  has no last day\n"
                              "... and 1 more\n"));
}

TEST(ImportView, SaysThatALineIsPutAside) {
  const auto response = FromText<v1::ImportEntitlementsResponse>(
      "change_set_id: 'abcd' applied: true line_count: 3 added_count: 1 "
      "unchanged_count: 1 quarantined_count: 1 error_count: 1");
  EXPECT_EQ(EntitlementImportTable(response, kQuarantine, kUnlimitedWidth),
            "Read 3 lines: 1 added, 1 unchanged, 1 kept aside.\n"
            "In effect, as change-set abcd.\n");
}

TEST(ImportView, OffersNoQuarantineToOneWhoAskedForIt) {
  const auto response =
      FromText<v1::ImportEntitlementsResponse>("error_count: 1");
  EXPECT_EQ(EntitlementImportTable(response, kQuarantine, kUnlimitedWidth),
            "Nothing was imported: 1 place is wrong.\n"
            "Correct the file and import it again.\n");
}

TEST(ImportView, SaysThatAFileHasNoLines) {
  EXPECT_EQ(EntitlementImportTable(v1::ImportEntitlementsResponse(), kRefuseBad,
                                   kUnlimitedWidth),
            "The file has no lines below its header; nothing was changed.\n");
}

TEST(ImportView, ShowsErrorsOfTheWholeFileWithoutPlace) {
  const auto response = FromText<v1::ImportEntitlementsResponse>(
      "error_count: 1 errors { reason: 'no header' }");
  EXPECT_EQ(EntitlementImportCsv(response),
            "line,column,column_number,value,reason\n,,,,no header\n");
}

constexpr char kPosition[] = R"pb(
  publisher: "PGDG"
  product: "PostgreSQL"
  metric: "core"
  entitled { value { numerator: 64 denominator: 1 } }
  consumed {
    low { value { numerator: 70 denominator: 1 } }
    expected { value { numerator: 80 denominator: 1 } }
    high { unlimited: true }
  }
  shortfall { value { numerator: 16 denominator: 1 } }
  surplus { value { numerator: 0 denominator: 1 } }
  state: STATE_SHORTFALL
  device_count: 5
  undetermined_count: 1)pb";

TEST(PositionsTable, TellsRangeStateAndRemarks) {
  v1::ListPositionsResponse response;
  *response.add_positions() = FromText<v1::Position>(kPosition);
  response.set_effective_date("2026-02-02");
  EXPECT_EQ(PositionsTable(response, kUnlimitedWidth),
            "Position on 2026-02-02\n"
            "\n"
            "PUBLISHER  PRODUCT     METRIC  ENTITLED              CONSUMED  "
            "SHORTFALL  SURPLUS  STATE      DEVICES  REMARKS\n"
            "PGDG       PostgreSQL  core          64  80 (70 to unlimited)  "
            "       16        0  shortfall        5  1 device lacks a fact\n");
}

TEST(PositionsTable, TellsOfLinesThatAreNoRightsByThemselves) {
  v1::ListPositionsResponse response;
  *response.add_positions() =
      FromText<v1::Position>("entitlement_no_right_count: 2");
  EXPECT_THAT(PositionsTable(response, kUnlimitedWidth),
              HasSubstr("  2 lines are no rights alone\n"));
  EXPECT_THAT(PositionsCsv(response), HasSubstr("entitlement_no_right_count,"));
}

TEST(PositionsTable, ShowsNoNumberWhereNoneCouldBeComputed) {
  v1::ListPositionsResponse response;
  *response.add_positions() = FromText<v1::Position>(
      "publisher: 'F5' product: 'nginx' metric: 'core' "
      "state: STATE_NOT_COMPUTABLE device_count: 5");
  EXPECT_THAT(PositionsTable(response, kUnlimitedWidth),
              HasSubstr("F5         nginx    core           -         -       "
                        "   -        -  not-computable        5  position "
                        "explain says why\n"));
  EXPECT_TRUE(AnyNotCovered(response));
}

TEST(PositionsTable, SaysOfWhatNoRuleRecognisesThatItsUseIsNotKnown) {
  v1::ListPositionsResponse response;
  *response.add_positions() = FromText<v1::Position>(
      "publisher: 'Oracle' product: 'Java' metric: 'core' unrecognised: true "
      "state: STATE_NOT_COMPUTABLE");
  EXPECT_THAT(PositionsTable(response, kUnlimitedWidth),
              HasSubstr("not-computable        -  no rule recognises it\n"));
  v1::ExplainPositionResponse why;
  *why.mutable_position() = response.positions(0);
  EXPECT_THAT(ExplanationTable(why, kUnlimitedWidth),
              HasSubstr("\nUsed:\nnot known, since no rule recognises it\n"));
  why.mutable_position()->clear_unrecognised();
  EXPECT_THAT(ExplanationTable(why, kUnlimitedWidth),
              HasSubstr("\nUsed:\nnowhere\n"));
}

TEST(PositionsTable, TellsTheTimeInFullSoThatItCanBeAskedAgain) {
  v1::ListPositionsResponse response;
  response.add_positions();
  response.set_effective_date("2026-02-02");
  response.mutable_as_of()->set_seconds(1'770'000'000);
  response.mutable_as_of()->set_nanos(123'456'000);
  EXPECT_THAT(PositionsTable(response, kUnlimitedWidth),
              HasSubstr("Position on 2026-02-02, as known at "
                        "2026-02-02T02:40:00.123456Z\n"));
}

TEST(PositionsCsv, SaysInEachLineWhenItIsForAndWhatWasNotSeen) {
  auto response = FromText<v1::ListPositionsResponse>(R"pb(
    positions { product: "Redis" }
    positions { product: "Python" }
    effective_date: "2026-02-02"
    as_of { seconds: 1770000000 }
    software_unseen_count: 2)pb");
  const std::string csv = PositionsCsv(response);
  EXPECT_THAT(csv, HasSubstr(",effective_date,as_of,software_unseen_count\n"));
  EXPECT_THAT(csv, HasSubstr(",Redis,"));
  EXPECT_THAT(std::vector<std::string>(absl::StrSplit(csv, '\n')),
              ::testing::Contains(
                  ::testing::EndsWith(",2026-02-02,2026-02-02T02:40:00Z,2"))
                  .Times(2));
}

TEST(AnyNotCovered, CountsUndeterminedAsNotCovered) {
  v1::ListPositionsResponse response;
  response.add_positions()->set_state(v1::Position::STATE_COVERED);
  EXPECT_FALSE(AnyNotCovered(response));
  response.add_positions()->set_state(v1::Position::STATE_UNDETERMINED);
  EXPECT_TRUE(AnyNotCovered(response));
}

TEST(ExplanationTable, ShowsLinesAndDevices) {
  v1::ExplainPositionResponse response;
  *response.mutable_position() = FromText<v1::Position>(kPosition);
  *response.add_entitlements() = FromText<v1::EntitlementUse>(
      "entitlement { contract_number: 'C-1' end_date: '2026-01-01' } "
      "reason: 'ended 2026-01-01'");
  *response.add_consumptions() = FromText<v1::Consumption>(
      "device_id: '4f1c' hostname: 'db-1' explanation: 'at least 1 core' "
      "missing_facts: 'cpu topology' "
      "evidence { package { name: 'postgresql-15' version: '15.6-0' } }");
  const std::string table = ExplanationTable(response, kUnlimitedWidth);
  EXPECT_THAT(table, HasSubstr("no      ended 2026-01-01\n"));
  EXPECT_THAT(table, HasSubstr("postgresql-15 15.6-0  at least 1 core; "
                               "unknown: cpu topology\n"));
  EXPECT_THAT(table, Not(HasSubstr("was not seen")));
  response.add_software_unseen_device_ids("5a");
  EXPECT_THAT(ExplanationTable(response, kUnlimitedWidth),
              HasSubstr("The software of 1 device was not seen"));
}

TEST(ExplanationCsv, NamesThePositionInEachLine) {
  v1::ExplainPositionResponse response;
  *response.mutable_position() = FromText<v1::Position>(kPosition);
  response.add_consumptions()->set_hostname("db-1");
  response.set_effective_date("2026-02-02");
  EXPECT_THAT(ExplanationCsv(response),
              AllOf(HasSubstr(",publisher,product,metric,effective_date,as_of"),
                    HasSubstr("PGDG,PostgreSQL,core,2026-02-02,")));
}

TEST(UndiscoveredTable, EndsWithTheCounts) {
  const auto response = FromText<v1::ListUndiscoveredResponse>(R"pb(
    devices {
      state: STATE_NEVER_SEEN
      reason: "no device has serial S1"
      expected { asset_tag: "A-1" }
      serial_number: "S1"
    }
    total_count: 1
    matched_count: 2
    expected_count: 3
    discovered_count: 4)pb");
  EXPECT_EQ(UndiscoveredTable(response, kUnlimitedWidth),
            "STATE       ASSET TAG  SERIAL  WHY\n"
            "never-seen  A-1        S1      no device has serial S1\n"
            "\n"
            "1 on the list; 2 of 3 expected devices are matched and fresh; "
            "agents speak for 4 devices.\n");
}

TEST(UndiscoveredTable, SaysThatAllAreThere) {
  EXPECT_THAT(UndiscoveredTable(FromText<v1::ListUndiscoveredResponse>(
                                    "matched_count: 2 expected_count: 2 "
                                    "discovered_count: 2"),
                                kUnlimitedWidth),
              HasSubstr("No device is on the list.\n"));
}

TEST(UndiscoveredCsv, DisarmsFormulasInWhatMachinesSay) {
  const auto response = FromText<v1::ListUndiscoveredResponse>(
      "devices { state: STATE_NOT_OWNED hostname: '=HYPERLINK(1)' }");
  EXPECT_THAT(UndiscoveredCsv(response), HasSubstr(",'=HYPERLINK(1),"));
  EXPECT_THAT(UndiscoveredCsv(response), Not(HasSubstr(",=HYPERLINK")));
}

TEST(StoreView, SaysWhetherEverythingAgrees) {
  auto response = FromText<v1::CheckStoreResponse>(
      "checks { part: 'rows' compared_count: 3 }");
  EXPECT_THAT(StoreChecksTable(response, 80),
              AllOf(HasSubstr("rows"), HasSubstr("Everything agrees.")));
  response.mutable_checks(0)->set_difference_count(2);
  response.mutable_checks(0)->set_first_difference("key 07: another id");
  EXPECT_THAT(StoreChecksTable(response, 80),
              AllOf(HasSubstr("key 07: another id"), HasSubstr("2 differ."),
                    Not(HasSubstr("agrees"))));
  EXPECT_EQ(StoreChecksCsv(response),
            "part,compared,differences,first_difference\n"
            "rows,3,2,key 07: another id\n");
}

}  // namespace
}  // namespace rollcall::cli
