#include "common/file.h"
#include "rollcall/v1/contract_service.grpc.pb.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/collector/cli/command_fixture.h"

namespace rollcall::cli {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FromText;
using ::rollcall::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class FakeContractService final : public v1::ContractService::Service {
 public:
  grpc::Status ImportEntitlements(
      grpc::ServerContext*, const v1::ImportEntitlementsRequest* request,
      v1::ImportEntitlementsResponse* response) override {
    imported = *request;
    *response = import_answer;
    return grpc::Status::OK;
  }
  grpc::Status RepairQuarantinedLine(
      grpc::ServerContext*, const v1::RepairQuarantinedLineRequest* request,
      v1::RepairQuarantinedLineResponse* response) override {
    repaired = *request;
    v1::QuarantinedLine& line_now = *response->mutable_line();
    line_now.set_change_set_id(request->change_set_id());
    line_now.set_line(request->line());
    line_now.set_state(v1::QuarantinedLine::STATE_REPAIRED);
    line_now.set_repaired_by_change_set_id("ef");
    return grpc::Status::OK;
  }
  grpc::Status ProposeChanges(grpc::ServerContext*,
                              const v1::ProposeChangesRequest* request,
                              v1::ProposeChangesResponse* response) override {
    ++proposals;
    proposed = *request;
    *response->mutable_change_set() = change_set;
    return grpc::Status::OK;
  }
  grpc::Status ListEntitlements(
      grpc::ServerContext*, const v1::ListEntitlementsRequest* request,
      v1::ListEntitlementsResponse* response) override {
    lines_asked = *request;
    *response->add_entitlements() = line;
    SetMoment(*response);
    return grpc::Status::OK;
  }
  grpc::Status ExportEntitlements(
      grpc::ServerContext*, const v1::ExportEntitlementsRequest* request,
      v1::ExportEntitlementsResponse* response) override {
    exports_asked = *request;
    for (const std::string& component : components) {
      response->add_components(component);
    }
    return grpc::Status::OK;
  }
  grpc::Status ListContractObjects(
      grpc::ServerContext*, const v1::ListContractObjectsRequest* request,
      v1::ListContractObjectsResponse* response) override {
    objects_asked = *request;
    *response = objects;
    return grpc::Status::OK;
  }
  grpc::Status GetContractObject(
      grpc::ServerContext*, const v1::GetContractObjectRequest* request,
      v1::GetContractObjectResponse* response) override {
    asked = *request;
    *response->mutable_object()->mutable_contract() = contract;
    SetMoment(*response);
    return status;
  }
  grpc::Status ListContractObjectVersions(
      grpc::ServerContext*,
      const v1::ListContractObjectVersionsRequest* request,
      v1::ListContractObjectVersionsResponse* response) override {
    history_asked = *request;
    *response = history;
    return grpc::Status::OK;
  }
  grpc::Status CompareContractObject(
      grpc::ServerContext*, const v1::CompareContractObjectRequest* request,
      v1::CompareContractObjectResponse* response) override {
    ++comparisons;
    compared = *request;
    *response = comparison;
    return grpc::Status::OK;
  }

  template <typename Response>
  void SetMoment(Response& response) const {
    response.set_effective_date(shown_at.effective_date());
    if (shown_at.has_as_of()) *response.mutable_as_of() = shown_at.as_of();
  }

  // The day and time that answers say they are of.
  v1::ContractMoment shown_at;
  int proposals = 0;
  int comparisons = 0;
  grpc::Status status;
  v1::ChangeSet change_set;
  v1::Contract contract;
  v1::Entitlement line = FromText<v1::Entitlement>(
      "contract_number: 'C-1' line: '7' product: 'PostgreSQL' metric: 'core' "
      "quantity { value { numerator: 64 denominator: 1 } }");
  v1::ListContractObjectsResponse objects;
  v1::ListContractObjectVersionsResponse history;
  v1::CompareContractObjectResponse comparison;
  v1::ImportEntitlementsResponse import_answer =
      FromText<v1::ImportEntitlementsResponse>(
          "change_set_id: 'abcd' line_count: 1 added_count: 1 "
          "created_contract_count: 1");
  v1::ImportEntitlementsRequest imported;
  v1::RepairQuarantinedLineRequest repaired;
  v1::ProposeChangesRequest proposed;
  v1::ListEntitlementsRequest lines_asked;
  std::vector<std::string> components = {R"({"name":"A"})", R"({"name":"B"})"};
  v1::ExportEntitlementsRequest exports_asked;
  v1::ListContractObjectsRequest objects_asked;
  v1::GetContractObjectRequest asked;
  v1::ListContractObjectVersionsRequest history_asked;
  v1::CompareContractObjectRequest compared;
};

class ContractCommandsTest : public CommandTest<FakeContractService> {
 protected:
  TempDir dir_;
};

TEST_F(ContractCommandsTest, AnImportIsAProposal) {
  const std::string path = dir_.Write("c.csv", "x");
  EXPECT_EQ(Run({"contracts", "import", path, "--effective-date=2026-07-01",
                 "--new-contracts", "--reason=Q3"}),
            ExitCode::kOk);
  EXPECT_THAT(
      service_.imported,
      EqualsText("content: 'x' file_name: 'c.csv' reason: 'Q3' "
                 "effective_date: '2026-07-01' create_contracts: true"));
  EXPECT_THAT(out_.str(),
              AllOf(StartsWith("Read 1 line: 1 added, 1 new contract or "
                               "vendor.\nProposed as change-set abcd;"),
                    HasSubstr("rollcall changes show abcd\n")));
  EXPECT_EQ(Run({"contracts", "import", path}), ExitCode::kOk);
  EXPECT_THAT(service_.imported, EqualsText("content: 'x' file_name: 'c.csv'"));
  EXPECT_EQ(Run({"contracts", "import", path, "--effective-date=July"}),
            ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--effective-date=July is not a date"));
}

TEST_F(ContractCommandsTest, AnImportSaysHowItsFileIsRead) {
  const std::string path = dir_.Write("c.csv", "x");
  EXPECT_EQ(Run({"contracts", "import", path, "--mapping=snow-licence",
                 "--default=vendor=Acme, Inc.", "--default=metric=core"}),
            ExitCode::kOk);
  EXPECT_EQ(service_.imported.mapping(), "snow-licence");
  EXPECT_THAT(service_.imported.defaults(),
              UnorderedElementsAre(Pair("vendor", "Acme, Inc."),
                                   Pair("metric", "core")));
  EXPECT_EQ(Run({"contracts", "import", path, "--default=vendor"}),
            ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("write FIELD=VALUE"));
  EXPECT_EQ(Run({"contracts", "import", path, "--default=vendor=A",
                 "--default=vendor=B"}),
            ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("vendor is given twice"));
}

TEST_F(ContractCommandsTest, AnImportKeepsTheCommasOfWhatItIsTold) {
  const std::string path = dir_.Write("c.csv", "x");
  EXPECT_EQ(Run({"contracts", "import", path, "--default=notes=one,,two,",
                 "--default=vendor=Acme,metric=core"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.imported.defaults(),
              UnorderedElementsAre(Pair("notes", "one,,two,"),
                                   Pair("vendor", "Acme,metric=core")));
}

TEST_F(ContractCommandsTest, ADocumentThatIsNoCsvIsSaidToBeOne) {
  const std::string path = dir_.Write("bom.json", "\n{\"bomFormat\": 1}");
  EXPECT_EQ(Run({"contracts", "import", path}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--mapping=cyclonedx"));
  EXPECT_THAT(service_.imported, EqualsText(""));
  EXPECT_EQ(Run({"contracts", "import", path, "--mapping=cyclonedx"}),
            ExitCode::kOk);
}

TEST_F(ContractCommandsTest, AnImportTellsWhatWasNotTakenAsItStands) {
  service_.import_answer = FromText<v1::ImportEntitlementsResponse>(R"pb(
    change_set_id: "abcd"
    line_count: 1
    added_count: 1
    warnings { line: 2 column: "Start" value: "x" reason: "early" }
    warning_count: 3
    unknown_products { publisher: "P" product: "Q" line_count: 7 first_line: 2 }
    unknown_product_count: 1
    ignored_columns: "State\033[31m"
    conversions { text: "End: never" line_count: 1 }
  )pb");
  const std::string path = dir_.Write("c.csv", "x");
  EXPECT_EQ(Run({"contracts", "import", path}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("early"), HasSubstr("... and 2 more"),
                                HasSubstr("P          Q            7      2"),
                                HasSubstr("passed over: State\\x1b[31m"),
                                HasSubstr("- End: never (1 line)")));
}

TEST_F(ContractCommandsTest, AnExportIsOneDocumentOfAllComponents) {
  EXPECT_EQ(Run({"contracts", "export", "--contract=C-1", "--product=Redis",
                 "--date=2026-06-30"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.exports_asked,
              EqualsText("contract_number: 'C-1' product: 'Redis' "
                         "at { effective_date: '2026-06-30' } "
                         "page_size: 1000"));
  const std::string document =
      "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"version\":1,"
      "\"components\":[\n{\"name\":\"A\"},\n{\"name\":\"B\"}\n]}\n";
  EXPECT_EQ(out_.str(), document);
  const std::string path = dir_.File("bom.json");
  EXPECT_EQ(Run({"contracts", "export", "--out=" + path}), ExitCode::kOk);
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(*ReadFile(path, 1 << 10), document);
  EXPECT_THAT(err_.str(), HasSubstr("Wrote " + path + ", 2 lines."));
  // One that is there stays, unless it shall not.
  EXPECT_EQ(Run({"contracts", "export", "--out=" + path}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--force"));
  EXPECT_EQ(Run({"contracts", "export", "--out=" + path, "--force"}),
            ExitCode::kOk);
  service_.components.clear();
  EXPECT_EQ(Run({"contracts", "export"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("\"components\":[]}"));
  EXPECT_EQ(Run({"contracts", "export", "--format=xml"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("cyclonedx or csv"));
  EXPECT_EQ(Run({"contracts", "export", "--date=June"}), ExitCode::kUsage);
}

TEST_F(ContractCommandsTest, AnExportInCsvIsAFileToImport) {
  service_.line = FromText<v1::Entitlement>(R"pb(
    entitlement_id: 'ab'
    contract_number: 'C-1'
    vendor: 'Quayside, Inc.'
    publisher: 'Redis'
    product: 'Redis'
    metric: 'core'
    quantity { value { numerator: 2469 denominator: 2000 } }
    start_date: '2026-01-01'
    unit_price { micros: 1234000 currency: 'EUR' }
    line: '7'
    source_line: 2
  )pb");
  EXPECT_EQ(Run({"contracts", "export", "--format=csv"}), ExitCode::kOk);
  // A number of three decimals could have its thousands separated.
  EXPECT_EQ(out_.str(),
            "contract_number,vendor,publisher,product,version,edition,metric,"
            "quantity,start_date,end_date,unit_price,currency,purchase_order,"
            "line,organisation_unit\n"
            "C-1,\"Quayside, Inc.\",Redis,Redis,,,core,1.2345,2026-01-01,,"
            "1.2340,EUR,,7,\n");
  EXPECT_EQ(err_.str(), "");
  service_.line.set_notes("n");
  EXPECT_EQ(Run({"contracts", "export", "--format=csv"}), ExitCode::kOk);
  EXPECT_THAT(err_.str(), HasSubstr("1 line says more"));
}

TEST_F(ContractCommandsTest, ARepairIsOneOfThreeThings) {
  EXPECT_EQ(Run({"contracts", "repair", "ab", "3", "--content=a,b",
                 "--reason=typo", "--request-id=r1"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.repaired,
              EqualsText("change_set_id: 'ab' line: 3 content: 'a,b' "
                         "reason: 'typo' request_id: 'r1'"));
  EXPECT_EQ(out_.str(),
            "Line 3 of change-set ab is repaired: proposed as change-set "
            "ef.\n");
  const std::string path = dir_.Write("line.csv", "c,d\r\n");
  EXPECT_EQ(Run({"contracts", "repair", "ab", "3", "--file=" + path}),
            ExitCode::kOk);
  EXPECT_EQ(service_.repaired.content(), "c,d");
  EXPECT_EQ(Run({"contracts", "repair", "ab", "3"}), ExitCode::kUsage);
  EXPECT_EQ(
      Run({"contracts", "repair", "ab", "3", "--discard", "--content=a,b"}),
      ExitCode::kUsage);
  EXPECT_EQ(Run({"contracts", "repair", "ab", "x", "--discard"}),
            ExitCode::kUsage);
}

TEST_F(ContractCommandsTest, LinesAreListedAsOfADay) {
  EXPECT_EQ(Run({"contracts", "list", "--date=2025-12-31"}), ExitCode::kOk);
  EXPECT_EQ(service_.lines_asked.effective_date(), "2025-12-31");
  EXPECT_EQ(Run({"contracts", "list", "--date=2025-12-32"}), ExitCode::kUsage);
}

TEST_F(ContractCommandsTest, ShowsAllThatAContractSays) {
  service_.contract = FromText<v1::Contract>(
      "contract_number: 'C-1' vendor: 'Quay\\033[2J' kind: KIND_ENTERPRISE "
      "start_date: '2026-01-01' "
      "clauses { audit { notice_days: 30 evidence_formats: 'ILMT report' } "
      "  liability_cap { amount { micros: 5000000 currency: 'EUR' } } "
      "  rebate { percent { numerator: 5 denominator: 2 } } } "
      "use_rights { kind: KIND_MOBILITY interval_days: 90 "
      "  limit { unlimited: true } } "
      "owners { role: 'legal' name: 'Jo' } tags { name: 'tier' value: '1' }");
  service_.objects = FromText<v1::ListContractObjectsResponse>(
      "objects { amendment { contract_number: 'C-1' amendment_number: 'A-2' "
      "  effective_date: '2026-06-01' title: 'more cores' } }");
  EXPECT_EQ(Run({"contracts", "show", "C-1", "--date=2026-06-30",
                 "--as-of=2026-07-31"}),
            ExitCode::kOk);
  const char* const at =
      "effective_date: '2026-06-30' as_of { seconds: 1785542399 "
      "nanos: 999999000 }";
  EXPECT_THAT(service_.asked,
              EqualsText("name { kind: CONTRACT_OBJECT_KIND_CONTRACT "
                         "parts: 'C-1' } at { " +
                         std::string(at) + " }"));
  EXPECT_THAT(service_.objects_asked.at(), EqualsText(at));
  EXPECT_EQ(service_.objects_asked.first_part(), "C-1");
  EXPECT_THAT(
      service_.lines_asked,
      EqualsText("page_size: 1000 contract_number: 'C-1' " + std::string(at)));
  EXPECT_THAT(
      out_.str(),
      StartsWith(
          "FIELD                              VALUE\n"
          "contract_number                    C-1\n"
          "vendor                             Quay\\x1b[2J\n"
          "kind                               enterprise\n"
          "start_date                         2026-01-01\n"
          "clauses.audit.notice_days          30\n"
          "clauses.audit.evidence_formats[0]  ILMT report\n"
          "clauses.liability_cap.amount       5.00 EUR\n"
          "clauses.liability_cap.uncapped     no\n"
          "clauses.rebate.percent             2.5\n"
          "use_rights[0]                      kind: mobility; permitted: no; "
          "limit: unlimited; interval_days: 90\n"
          "owners[0]                          legal: Jo\n"
          "tags[0]                            tier=1\n"
          "\n"
          "Amendments:\n"
          "NAME       ID  WHAT\n"
          "C-1 / A-2  -   from 2026-06-01; more cores\n"
          "\n"
          "Lines:\n"));
  EXPECT_THAT(out_.str(), HasSubstr("PostgreSQL"));
}

TEST_F(ContractCommandsTest, AllOfAContractIsOfOneDayAndTime) {
  service_.shown_at = FromText<v1::ContractMoment>(
      "effective_date: '2026-02-02' as_of { seconds: 1770000000 nanos: 5000 }");
  EXPECT_EQ(Run({"contracts", "show", "C-1"}), ExitCode::kOk);
  EXPECT_THAT(service_.objects_asked.at(),
              EqualsText(service_.shown_at.ShortDebugString()));
  EXPECT_EQ(service_.lines_asked.effective_date(), "2026-02-02");
  EXPECT_EQ(service_.lines_asked.as_of().nanos(), 5000);
  EXPECT_THAT(out_.str(), StartsWith("Contract on 2026-02-02, as known at "
                                     "2026-02-02T02:40:00.000005Z\n\nFIELD"));
  EXPECT_EQ(Run({"contracts", "list"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), StartsWith("Lines on 2026-02-02, as known at "));
  EXPECT_EQ(Run({"contracts", "list", "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr(",effective_date,as_of\n"),
                                HasSubstr(",2026-02-02,2026-02-02T02:40:00")));
}

TEST_F(ContractCommandsTest, ShowsAContractToPrograms) {
  service_.contract.set_contract_number("C-1");
  service_.contract.set_title("=x()");
  EXPECT_EQ(Run({"contracts", "show", "C-1", "--output=csv"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(),
            "field,value,contract_number,effective_date,as_of\n"
            "contract_number,C-1,C-1,,\n"
            "title,'=x(),C-1,,\n");
  EXPECT_EQ(Run({"contracts", "show", "C-1", "--output=json"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(StartsWith("{\n \"contract\": {\n"),
                                HasSubstr("\n \"amendments\": {\n"),
                                HasSubstr("\n \"lines\": {\n")));
  service_.status =
      grpc::Status(grpc::StatusCode::NOT_FOUND, "there is no contract c-2");
  EXPECT_EQ(Run({"contracts", "show", "C-2"}), ExitCode::kNotFound);
}

TEST_F(ContractCommandsTest, ListsObjectsOfEveryKindInALine) {
  service_.objects = FromText<v1::ListContractObjectsResponse>(
      "objects { vendor { name: 'Quay\\033[2J' vendor_id: 'aabbccddeeff0011' "
      "    aliases: 'QS' vendor_number: 'V-1' } } "
      "objects { contract { contract_number: 'C-1' vendor: 'Quay' "
      "    start_date: '2026-01-01' } } "
      "objects { purchase_order { order_number: 'PO-7' requestor: 'Jo' } } "
      "objects { entitlement { contract_number: 'C-1' line: '3' "
      "    product: 'Redis' metric: 'core' start_date: '2026-01-01' "
      "    end_date: '2026-12-31' "
      "    quantity { value { numerator: 5 denominator: 2 } } } } "
      "objects { invoice_line { vendor: 'Quay' invoice_number: 'I-1' line: '1' "
      "    quantity { numerator: 2 denominator: 1 } "
      "    unit_price { micros: 1500000 currency: 'EUR' } "
      "    total { micros: 3000000 currency: 'EUR' } } } "
      "objects { audit { vendor: 'Quay' reference: 'A-1' "
      "    notice_date: '2026-02-01' held_products: 'Redis' } } "
      "objects { review { contract_number: 'C-1' review_date: '2026-03-01' "
      "    reviewer: 'Jo' } } "
      "objects { }");
  EXPECT_EQ(Run({"contracts", "objects", "invoice-line", "--under=Quay",
                 "--date=2026-01-01"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.objects_asked,
              EqualsText("kind: CONTRACT_OBJECT_KIND_INVOICE_LINE "
                         "first_part: 'Quay' page_size: 1000 "
                         "at { effective_date: '2026-01-01' }"));
  for (const char* text :
       {"aabbccddeeff  number V-1; also QS\n", "Quay; 2026-01-01 to no end\n",
        "PO-7", "for Jo\n", "C-1 /  / 3",
        "2.5 core of Redis; 2026-01-01 to 2026-12-31\n", "Quay / I-1 / 1",
        "2 at 1.50 EUR; 3.00 EUR\n", "Quay / A-1",
        "noticed 2026-02-01; open; holds Redis\n", "C-1 / 2026-03-01",
        "by Jo\n", "of a kind that this command does not know\n"}) {
    EXPECT_THAT(out_.str(), HasSubstr(text));
  }
  EXPECT_THAT(out_.str(), Not(HasSubstr("\x1b")));
  EXPECT_EQ(Run({"contracts", "objects", "vendor", "--output=csv"}),
            ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              StartsWith("name,object_id,summary,effective_date,as_of\n"));
  EXPECT_EQ(Run({"contracts", "objects", "king"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(),
              HasSubstr("KIND is \"king\"; it is one of vendor, contract,"));
  service_.objects.Clear();
  EXPECT_EQ(Run({"contracts", "objects", "vendor"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(), "There is none of this kind.\n");
}

TEST_F(ContractCommandsTest, TellsAllThatWasSaidOfALine) {
  service_.history = FromText<v1::ListContractObjectVersionsResponse>(
      "versions { change { action: ACTION_END effective_date: '2026-06-01' "
      "    object { entitlement { contract_number: 'C-1' } } } "
      "  change_set_id: '00112233445566778899aabbccddeeff' "
      "  known_time { seconds: 60 } } "
      "versions { change { action: ACTION_SET object { entitlement { "
      "    product: 'Redis' metric: 'core' start_date: '2026-01-01' "
      "    quantity { unlimited: true } } } } "
      "  change_set_id: 'ffeeddccbbaa99887766554433221100' }");
  EXPECT_EQ(
      Run({"contracts", "history", "entitlement", "C-1", "", "3", "--limit=2"}),
      ExitCode::kOk);
  EXPECT_THAT(service_.history_asked,
              EqualsText("name { kind: CONTRACT_OBJECT_KIND_ENTITLEMENT "
                         "parts: ['C-1', '', '3'] } page_size: 2"));
  EXPECT_EQ(out_.str(),
            "FROM        KNOWN SINCE        SAID  CHANGE-SET    WHAT\n"
            "2026-06-01  1970-01-01 00:01Z  end   001122334455  -\n"
            "always      -                  set   ffeeddccbbaa  unlimited core "
            "of Redis; 2026-01-01 to no end\n");
  EXPECT_EQ(Run({"contracts", "history", "contract", "C-1", "--output=csv"}),
            ExitCode::kOk);
  EXPECT_THAT(
      out_.str(),
      AllOf(StartsWith("effective_date,known_time,action,change_set_id,"),
            HasSubstr("\n2026-06-01,1970-01-01T00:01:00Z,end,00112233445566"
                      "778899aabbccddeeff,\n")));
}

TEST_F(ContractCommandsTest, ANameThatIsACommandIsAName) {
  EXPECT_EQ(Run({"contracts", "history", "vendor", "list"}), ExitCode::kOk);
  EXPECT_THAT(service_.history_asked.name(),
              EqualsText("kind: CONTRACT_OBJECT_KIND_VENDOR parts: 'list'"));
}

TEST_F(ContractCommandsTest, ANameIsOneToThreeParts) {
  EXPECT_EQ(Run({"contracts", "history", "contract"}), ExitCode::kUsage);
  EXPECT_EQ(Run({"contracts", "history", "entitlement", "a", "b", "c", "d"}),
            ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("NAME has 4 parts"));
}

TEST_F(ContractCommandsTest, TellsWhatDiffersBetweenTwoPoints) {
  service_.comparison = FromText<v1::CompareContractObjectResponse>(
      "was_there: true is_there: true fields { field: "
      "'clauses.audit.notice_days'"
      " before: '30' after: '10' } fields { field: 'title' after: '=x()' }");
  EXPECT_EQ(Run({"contracts", "diff", "contract", "C-1", "--from=2025-12-31",
                 "--to=2026-01-01", "--to-as-of=1970-01-01T00:00:09Z"}),
            ExitCode::kOk);
  EXPECT_THAT(
      service_.compared,
      EqualsText("name { kind: CONTRACT_OBJECT_KIND_CONTRACT parts: 'C-1' } "
                 "before { effective_date: '2025-12-31' } "
                 "after { effective_date: '2026-01-01' "
                 "  as_of { seconds: 9 } }"));
  EXPECT_EQ(out_.str(),
            "FIELD                      BEFORE  AFTER\n"
            "clauses.audit.notice_days  30      10\n"
            "title                      -       =x()\n");
  EXPECT_EQ(Run({"contracts", "diff", "contract", "C-1", "--from=2025-12-31",
                 "--output=csv"}),
            ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(StartsWith("field,before,after,was_there,"),
                                HasSubstr("\ntitle,,'=x(),true,true\n")));
  service_.comparison.set_was_there(false);
  EXPECT_EQ(Run({"contracts", "diff", "contract", "C-1", "--from=2025-12-31"}),
            ExitCode::kOk);
  EXPECT_THAT(out_.str(), StartsWith("It was not there.\n"));
  service_.comparison.clear_fields();
  EXPECT_EQ(Run({"contracts", "diff", "contract", "C-1", "--to=2025-12-31"}),
            ExitCode::kOk);
  EXPECT_EQ(out_.str(), "It is the same at both.\n");
}

TEST_F(ContractCommandsTest, TwoPointsThatAreOneAreNoQuestion) {
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{},
        {"--from=2026-01-01", "--to=2026-01-01"},
        {"--from=yesterday"},
        {"--from-as-of=x"}}) {
    std::vector<std::string> words = {"contracts", "diff", "contract", "C-1"};
    words.insert(words.end(), options.begin(), options.end());
    EXPECT_EQ(Run(words), ExitCode::kUsage);
  }
  EXPECT_THAT(err_.str(), HasSubstr("--from-as-of=x is neither"));
  EXPECT_EQ(service_.comparisons, 0);
}

TEST_F(ContractCommandsTest, ProposesWhatAFileSays) {
  service_.change_set = FromText<v1::ChangeSet>(
      "change_set_id: 'abcd' state: STATE_PROPOSED added_count: 1");
  const std::string path =
      dir_.Write("c.json",
                 R"({"reason": "r", "changes": [{"action": "ACTION_SET",
          "object": {"vendor": {"name": "Quay"}}}]})");
  EXPECT_EQ(Run({"contracts", "propose", path, "--request-id=1"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.proposed,
              EqualsText("reason: 'r' request_id: '1' changes { "
                         "action: ACTION_SET object { vendor { name: 'Quay' } "
                         "} }"));
  EXPECT_EQ(out_.str(),
            "Proposed as change-set abcd: +1.\n"
            "It takes effect once procurement and itam approved it. Look at it "
            "with: rollcall changes show abcd\n");
  service_.change_set.set_state(v1::ChangeSet::STATE_APPLIED);
  EXPECT_EQ(Run({"contracts", "propose", path, "--reason=other"}),
            ExitCode::kOk);
  EXPECT_EQ(service_.proposed.reason(), "other");
  EXPECT_THAT(out_.str(), StartsWith("Change-set abcd is in effect since"));
}

TEST_F(ContractCommandsTest, AFileThatIsNoProposalIsToldByItsPlace) {
  const struct {
    const char* content;
    const char* text;
  } cases[] = {
      {R"({"changes": [{"objekt": {}}]})", "objekt"},
      {R"({"changes": [{"object": {"vendor": {"name": 7}}}]})", "name"},
      {R"({"changes": )", "c.json"},
      {"\xff", "c.json"},
      {"", "c.json"},
  };
  for (const auto& c : cases) {
    const std::string path = dir_.Write("c.json", c.content);
    EXPECT_EQ(Run({"contracts", "propose", path}), ExitCode::kUsage)
        << c.content;
    EXPECT_THAT(err_.str(), AllOf(HasSubstr("c.json: "), HasSubstr(c.text)));
  }
  EXPECT_EQ(Run({"contracts", "propose", "/does/not/exist"}), ExitCode::kUsage);
  EXPECT_EQ(service_.proposals, 0);
}

}  // namespace
}  // namespace rollcall::cli
