#include "collector/contracts/exchange/contract_csv.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "collector/contracts/civil_date.h"
#include "collector/contracts/decimal.h"
#include "collector/contracts/exchange/enum_words.h"
#include "collector/contracts/money.h"
#include "collector/contracts/objects/shared_checks.h"
#include "collector/contracts/rational.h"
#include "collector/csv/csv_cell.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

constexpr absl::string_view kContractKindPrefix = "KIND_";

// In the order of kContractFields.
enum ContractColumn : size_t {
  kNumber,
  kVendorName,
  kTitle,
  kKind,
  kMaster,
  kSignDate,
  kStart,
  kEnd,
  kCurrencyCode,
  kAuditNoticeDays,
  kAuditFrequencyMonths,
  kAuditRemediationDays,
  kAuditChallengeDays,
  kAuditScope,
  kLookBackMonths,
  kDisputeWindowDays,
  kTrueUpDates,
  kRenewalAutomatic,
  kRenewalNoticeDays,
  kRenewalTermMonths,
  kPriceCapPercent,
  kMaintenanceEnd,
  kEvidenceRetentionDays,
  kOwners,
  kOrganisationUnits,
  kRegions,
  kContractNotes,
};

constexpr TargetField kContractFields[] = {
    {"contract_number", FieldType::kText, true},
    {"vendor", FieldType::kText, true},
    {"title", FieldType::kText, false},
    {"kind", FieldType::kWord, false},
    {"master_contract_number", FieldType::kText, false},
    {"sign_date", FieldType::kDay, false},
    {"start_date", FieldType::kDay, true},
    {"end_date", FieldType::kLastDay, false},
    {"currency", FieldType::kText, false},
    {"audit_notice_days", FieldType::kNumber, false},
    {"audit_frequency_months", FieldType::kNumber, false},
    {"audit_remediation_days", FieldType::kNumber, false},
    {"audit_challenge_days", FieldType::kNumber, false},
    {"audit_scope", FieldType::kText, false},
    {"look_back_months", FieldType::kNumber, false},
    {"dispute_window_days", FieldType::kNumber, false},
    {"true_up_dates", FieldType::kText, false},
    {"renewal_automatic", FieldType::kWord, false},
    {"renewal_notice_days", FieldType::kNumber, false},
    {"renewal_term_months", FieldType::kNumber, false},
    {"price_cap_percent", FieldType::kNumber, false},
    {"maintenance_end_date", FieldType::kLastDay, false},
    {"evidence_retention_days", FieldType::kNumber, false},
    {"owners", FieldType::kText, false},
    {"organisation_units", FieldType::kText, false},
    {"regions", FieldType::kText, false},
    {"notes", FieldType::kNotes, false}};

// Where in v1::Contract each of them is, in the same order.
constexpr absl::string_view kContractPaths[] = {
    "contract_number",
    "vendor",
    "title",
    "kind",
    "master_contract_number",
    "sign_date",
    "start_date",
    "end_date",
    "currency",
    "clauses.audit.notice_days",
    "clauses.audit.frequency_months",
    "clauses.audit.remediation_days",
    "clauses.audit.challenge_days",
    "clauses.audit.scope",
    "clauses.look_back_months",
    "clauses.dispute_window_days",
    "clauses.true_up.yearly_dates",
    "clauses.renewal.automatic",
    "clauses.renewal.notice_days",
    "clauses.renewal.term_months",
    "clauses.price_escalator.cap_percent",
    "clauses.maintenance_end_date",
    "clauses.evidence_retention_days",
    "owners",
    "organisation_units",
    "regions",
    "notes"};

class ContractReader {
 public:
  ContractReader(const CsvRecord& record, const LineContext& context)
      : cells_(record) {
    contract_.set_contract_number(
        cells_.RequiredText(kNumber, kMaxNumberBytes));
    contract_.set_vendor(cells_.RequiredText(kVendorName, kMaxNameBytes));
    ReadTexts();
    ReadDays();
    ReadKind();
    ReadCounts();
    ReadRenewal();
    ReadLists();
    ReadTags(context);
  }

  v1::Contract& contract() { return contract_; }
  std::vector<v1::ImportError> TakeErrors() { return cells_.TakeErrors(); }

 private:
  void ReadTexts() {
    if (auto text = cells_.Title(kTitle, kMaxNameBytes)) {
      contract_.set_title(*std::move(text));
    }
    if (auto text = cells_.Text(kMaster, kMaxNumberBytes)) {
      contract_.set_master_contract_number(*std::move(text));
    }
    if (auto text = cells_.Text(kAuditScope, kMaxPhraseBytes)) {
      contract_.mutable_clauses()->mutable_audit()->set_scope(*std::move(text));
    }
    if (auto text = cells_.Notes(kContractNotes, kMaxNotesBytes)) {
      contract_.set_notes(*std::move(text));
    }
    if (cells_.Raw(kCurrencyCode).empty()) return;
    const auto currency = ParseCurrency(cells_.Raw(kCurrencyCode));
    if (currency.ok()) {
      contract_.set_currency(*currency);
    } else {
      cells_.AddError(kCurrencyCode, currency.status().message());
    }
  }

  std::optional<CivilDate> ReadDay(ContractColumn column) {
    if (cells_.Raw(column).empty()) return std::nullopt;
    const auto day = CivilDate::Parse(cells_.Raw(column));
    if (day.ok()) return *day;
    cells_.AddError(column, day.status().message());
    return std::nullopt;
  }

  void ReadDays() {
    cells_.Require(kStart);
    const auto start = ReadDay(kStart);
    const auto end = ReadDay(kEnd);
    if (start.has_value()) contract_.set_start_date(start->ToString());
    if (end.has_value()) contract_.set_end_date(end->ToString());
    if (start.has_value() && end.has_value() && *end < *start) {
      cells_.AddError(kEnd,
                      absl::StrCat("the end must not be before the start, ",
                                   start->ToString()));
    }
    if (const auto day = ReadDay(kSignDate)) {
      contract_.set_sign_date(day->ToString());
    }
    if (const auto day = ReadDay(kMaintenanceEnd)) {
      contract_.mutable_clauses()->set_maintenance_end_date(day->ToString());
    }
  }

  void ReadKind() {
    if (cells_.Raw(kKind).empty()) return;
    const auto& kinds = *v1::Contract::Kind_descriptor();
    const auto kind =
        FindEnumWord(kinds, kContractKindPrefix, cells_.Raw(kKind));
    if (kind.has_value()) {
      contract_.set_kind(static_cast<v1::Contract::Kind>(*kind));
    } else {
      cells_.AddError(
          kKind, absl::StrCat("the kind of contract is unknown; the kinds are ",
                              EnumWords(kinds, kContractKindPrefix)));
    }
  }

  // A whole number; nothing, with an error noted unless it is empty.
  std::optional<int32_t> ReadCount(ContractColumn column) {
    if (cells_.Raw(column).empty()) return std::nullopt;
    const auto count = ParseDecimal(cells_.Raw(column), 0);
    if (count.ok() && *count <= std::numeric_limits<int32_t>::max()) {
      return static_cast<int32_t>(*count);
    }
    cells_.AddError(column, "write a whole number in digits, for example 30");
    return std::nullopt;
  }

  void ReadCounts() {
    v1::Clauses clauses = contract_.clauses();
    if (const auto n = ReadCount(kAuditNoticeDays)) {
      clauses.mutable_audit()->set_notice_days(*n);
    }
    if (const auto n = ReadCount(kAuditFrequencyMonths)) {
      clauses.mutable_audit()->set_frequency_months(*n);
    }
    if (const auto n = ReadCount(kAuditRemediationDays)) {
      clauses.mutable_audit()->set_remediation_days(*n);
    }
    if (const auto n = ReadCount(kAuditChallengeDays)) {
      clauses.mutable_audit()->set_challenge_days(*n);
    }
    if (const auto n = ReadCount(kLookBackMonths)) {
      clauses.set_look_back_months(*n);
    }
    if (const auto n = ReadCount(kDisputeWindowDays)) {
      clauses.set_dispute_window_days(*n);
    }
    if (const auto n = ReadCount(kEvidenceRetentionDays)) {
      clauses.set_evidence_retention_days(*n);
    }
    ReadPriceCap(clauses);
    if (clauses.ByteSizeLong() > 0) *contract_.mutable_clauses() = clauses;
  }

  void ReadPriceCap(v1::Clauses& clauses) {
    if (cells_.Raw(kPriceCapPercent).empty()) return;
    const auto percent = Rational::ParseDecimal(cells_.Raw(kPriceCapPercent));
    if (percent.ok()) {
      *clauses.mutable_price_escalator()->mutable_cap_percent() =
          percent->ToProto();
    } else {
      cells_.AddError(kPriceCapPercent, percent.status().message());
    }
  }

  void ReadRenewal() {
    const absl::string_view automatic = cells_.Raw(kRenewalAutomatic);
    const auto notice = ReadCount(kRenewalNoticeDays);
    const auto term = ReadCount(kRenewalTermMonths);
    if (automatic.empty() && !notice.has_value() && !term.has_value()) return;
    v1::RenewalClause& renewal =
        *contract_.mutable_clauses()->mutable_renewal();
    if (notice.has_value()) renewal.set_notice_days(*notice);
    if (term.has_value()) renewal.set_term_months(*term);
    if (absl::EqualsIgnoreCase(automatic, "yes")) {
      renewal.set_automatic(true);
    } else if (!automatic.empty() && !absl::EqualsIgnoreCase(automatic, "no")) {
      cells_.AddError(kRenewalAutomatic, "it must be \"yes\" or \"no\"");
    }
  }

  std::vector<std::string> List(ContractColumn column) {
    std::vector<std::string> entries;
    const auto text = cells_.Text(column, kMaxNotesBytes);
    for (const absl::string_view entry :
         absl::StrSplit(text.value_or(""), ';')) {
      const absl::string_view trimmed = StripBlanks(entry);
      if (!trimmed.empty()) entries.emplace_back(trimmed);
    }
    return entries;
  }

  void ReadLists() {
    for (std::string& unit : List(kOrganisationUnits)) {
      contract_.add_organisation_units(std::move(unit));
    }
    for (std::string& region : List(kRegions)) {
      contract_.add_regions(std::move(region));
    }
    for (std::string& date : List(kTrueUpDates)) {
      contract_.mutable_clauses()->mutable_true_up()->add_yearly_dates(
          std::move(date));
    }
    for (const std::string& owner : List(kOwners)) {
      const std::pair<absl::string_view, absl::string_view> parts =
          absl::StrSplit(owner, absl::MaxSplits(':', 1));
      v1::Owner& added = *contract_.add_owners();
      added.set_role(std::string(StripBlanks(parts.first)));
      added.set_name(std::string(StripBlanks(parts.second)));
      if (added.role().empty() || added.name().empty()) {
        cells_.AddError(kOwners,
                        "write each owner as role:name, with \";\" between");
      }
    }
  }

  void ReadTags(const LineContext& context) {
    for (size_t i = 0; i < context.tags.size(); ++i) {
      auto value = cells_.Text(std::size(kContractFields) + i, kMaxPersonBytes);
      if (!value.has_value()) continue;
      v1::Tag& tag = *contract_.add_tags();
      tag.set_name(context.tags[i]);
      tag.set_value(*std::move(value));
    }
  }

  CellReader cells_;
  v1::Contract contract_;
};

// Makes one field of `to` what it is in `from`. Messages on the way that say
// nothing then, and are not in `from`, are not there.
void CopyPath(const google::protobuf::Message& from, absl::string_view path,
              google::protobuf::Message& to) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(path, absl::MaxSplits('.', 1));
  const auto* field =
      from.GetDescriptor()->FindFieldByName(std::string(parts.first));
  const auto* reflection = from.GetReflection();
  if (parts.second.empty()) {
    const std::unique_ptr<google::protobuf::Message> only(from.New());
    only->CopyFrom(from);
    std::vector<const google::protobuf::FieldDescriptor*> set;
    reflection->ListFields(*only, &set);
    for (const auto* other : set) {
      if (other != field) reflection->ClearField(only.get(), other);
    }
    reflection->ClearField(&to, field);
    to.MergeFrom(*only);
    return;
  }
  google::protobuf::Message& inner = *reflection->MutableMessage(&to, field);
  CopyPath(reflection->GetMessage(from, field), parts.second, inner);
  if (inner.ByteSizeLong() == 0 && !reflection->HasField(from, field)) {
    reflection->ClearField(&to, field);
  }
}

void SetTag(const v1::Tag& tag, v1::Contract& contract) {
  for (v1::Tag& known : *contract.mutable_tags()) {
    if (known.name() != tag.name()) continue;
    known = tag;
    return;
  }
  *contract.add_tags() = tag;
}

}  // namespace

absl::Span<const TargetField> ContractFields() { return kContractFields; }

ReadLine ReadContractLine(const CsvRecord& record, const LineContext& context) {
  ContractReader reader(record, context);
  ReadLine line;
  line.errors = reader.TakeErrors();
  if (!reader.contract().contract_number().empty()) {
    line.keys.push_back(
        absl::AsciiStrToLower(reader.contract().contract_number()));
  }
  *line.object.mutable_contract() = std::move(reader.contract());
  return line;
}

void StateContract(absl::Span<const std::string> stated_fields,
                   const v1::Contract& line, v1::Contract& contract) {
  static_assert(std::size(kContractFields) == std::size(kContractPaths));
  for (size_t i = 0; i < std::size(kContractFields); ++i) {
    if (std::find(stated_fields.begin(), stated_fields.end(),
                  kContractFields[i].name) != stated_fields.end()) {
      CopyPath(line, kContractPaths[i], contract);
    }
  }
  for (const v1::Tag& tag : line.tags()) SetTag(tag, contract);
}

}  // namespace rollcall::collector
