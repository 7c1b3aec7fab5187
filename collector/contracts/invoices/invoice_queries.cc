#include "collector/contracts/invoices/invoice_queries.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/invoices/invoice_reader.h"
#include "collector/contracts/invoices/invoice_rules.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/object_states.h"
#include "collector/contracts/object_table.h"
#include "collector/rpc/paging.h"
#include "collector/storage/as_of.h"
#include "collector/storage/cursor.h"
#include "collector/storage/newest_stamp.h"
#include "common/id.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMaxAskedBytes = 256;
constexpr int kMaxUses = 1'000;

// The last finding of a page, and the point that all pages are of.
struct FindingKey {
  // An ordinal of CivilDate.
  uint32_t effective = 0;
  KnownStamp known;
  ObjectName line;
  uint16_t kind = 0;

  void Encode(KeyWriter& writer) const {
    writer.U32(effective).Stamp(known);
    ObjectNameKey{line}.Encode(writer);
    writer.U16(kind);
  }
  static FindingKey Decode(KeyReader& reader) {
    FindingKey key;
    key.effective = reader.U32();
    key.known = reader.Stamp();
    key.line = ObjectNameKey::Decode(reader).name;
    key.kind = reader.U16();
    return key;
  }
};

absl::Status CheckAsked(const v1::ListInvoiceFindingsRequest& request) {
  const std::pair<absl::string_view, const std::string&> filters[] = {
      {"vendor", request.vendor()},
      {"invoice_number", request.invoice_number()},
      {"contract_number", request.contract_number()}};
  for (const auto& [name, value] : filters) {
    if (value.size() > kMaxAskedBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, " is longer than ", kMaxAskedBytes, " bytes"));
    }
  }
  if (!v1::InvoiceFinding::Kind_IsValid(request.kind())) {
    return absl::InvalidArgumentError("kind is unknown");
  }
  if (!v1::InvoiceFinding::State_IsValid(request.state())) {
    return absl::InvalidArgumentError("state is unknown");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, Rational>> ReadUses(
    const v1::ListInvoiceFindingsRequest& request) {
  if (request.uses_size() > kMaxUses) {
    return absl::InvalidArgumentError(
        absl::StrCat("uses has more than ", kMaxUses, " lines"));
  }
  std::map<std::string, Rational> uses;
  for (int i = 0; i < request.uses_size(); ++i) {
    const v1::LineUse& use = request.uses(i);
    const std::string at = absl::StrCat("uses[", i, "].");
    if (!EntitlementId::FromHex(use.entitlement_id()).has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat(at, "entitlement_id must be 32 hex digits"));
    }
    const auto used = Rational::FromProto(use.used());
    if (!used.ok()) return Annotate(used.status(), at + "used");
    if (*used < Rational()) {
      return absl::InvalidArgumentError(at + "used is less than zero");
    }
    if (!uses.emplace(absl::AsciiStrToLower(use.entitlement_id()), *used)
             .second) {
      return absl::InvalidArgumentError(
          absl::StrCat(at, "entitlement_id was given before"));
    }
  }
  return uses;
}

// The point of the first page, or that which goes with the token of a later
// one.
absl::StatusOr<AsAt> ReadPoint(const v1::ContractMoment& moment, absl::Time now,
                               const std::optional<FindingKey>& after) {
  AsAt at;
  if (after.has_value()) {
    at.effective = CivilDate::FromOrdinal(after->effective);
    at.known = after->known;
    if (at.effective.has_value()) return at;
    return absl::InvalidArgumentError(
        "page_token is malformed; use next_page_token as it was given");
  }
  ROLLCALL_ASSIGN_OR_RETURN(at.known, AsOf(moment));
  at.effective = CivilDate::InUtc(now);
  if (!moment.effective_date().empty()) {
    const auto day = CivilDate::Parse(moment.effective_date());
    if (!day.ok()) return Annotate(day.status(), "at.effective_date");
    at.effective = *day;
  }
  return at;
}

// Where only one vendor's invoice is asked for: a name before all its lines,
// since none has an empty one.
std::optional<ObjectName> FirstLineBefore(
    const v1::ListInvoiceFindingsRequest& request) {
  if (request.vendor().empty() || request.invoice_number().empty()) {
    return std::nullopt;
  }
  return ObjectName{{absl::AsciiStrToLower(request.vendor()),
                     absl::AsciiStrToLower(request.invoice_number()), ""}};
}

// Whether what is asked for comes before the line.
bool IsPast(const v1::ListInvoiceFindingsRequest& request,
            const ObjectName& line) {
  const auto first = FirstLineBefore(request);
  return first.has_value() && line.parts[1] > first->parts[1];
}

// Fills one page.
class Listing {
 public:
  Listing(const v1::ListInvoiceFindingsRequest& request, const Page& page,
          const AsAt& at, std::optional<FindingKey> after,
          InvoiceReader& invoices)
      : request_(request),
        page_(page),
        at_(at),
        after_(std::move(after)),
        invoices_(invoices) {}

  // Whether the page is full, and its token in the response.
  absl::StatusOr<bool> Add(const KnownObject& known) {
    const v1::InvoiceLine& line = known.object.invoice_line();
    ROLLCALL_RETURN_IF_ERROR(InvoiceIndex::CheckSound(line));
    if (!IsAsked(line)) return false;
    ROLLCALL_ASSIGN_OR_RETURN(const InvoiceFacts facts,
                              invoices_.FactsOf(line));
    for (v1::InvoiceFinding& finding : CheckInvoiceLine(facts)) {
      if (!IsAsked(finding)) continue;
      const FindingKey key = {at_.effective->Ordinal(), at_.known,
                              known.key.name,
                              static_cast<uint16_t>(finding.kind())};
      if (after_.has_value() && after_->line == key.line &&
          key.kind <= after_->kind) {
        continue;
      }
      if (!room_.Takes(finding.ByteSizeLong())) {
        response_.set_next_page_token(page_.TokenAfter(last_));
        return true;
      }
      last_ = CursorOf(key);
      *response_.add_findings() = std::move(finding);
    }
    return false;
  }

  v1::ListInvoiceFindingsResponse Take() { return std::move(response_); }

 private:
  bool IsAsked(const v1::InvoiceLine& line) const {
    if (!request_.invoice_number().empty() &&
        !absl::EqualsIgnoreCase(request_.invoice_number(),
                                line.invoice_number())) {
      return false;
    }
    return *CivilDate::Parse(line.invoice_date()) <= *at_.effective;
  }

  bool IsAsked(const v1::InvoiceFinding& finding) const {
    if (!request_.contract_number().empty() &&
        !absl::EqualsIgnoreCase(request_.contract_number(),
                                finding.contract_number())) {
      return false;
    }
    return (request_.kind() == v1::InvoiceFinding::KIND_UNSPECIFIED ||
            request_.kind() == finding.kind()) &&
           (request_.state() == v1::InvoiceFinding::STATE_UNSPECIFIED ||
            request_.state() == finding.state());
  }

  const v1::ListInvoiceFindingsRequest& request_;
  const Page& page_;
  const AsAt& at_;
  const std::optional<FindingKey> after_;
  InvoiceReader& invoices_;
  PageRoom room_{page_};
  v1::ListInvoiceFindingsResponse response_;
  // The cursor of the last finding.
  std::string last_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const InvoiceIndex>> InvoiceQueries::IndexAt(
    const Reader& reader, const Point& point) const {
  if (auto kept = indexes_.Find(point)) return kept;
  ROLLCALL_ASSIGN_OR_RETURN(
      auto index, InvoiceIndex::Read(reader, {point.effective, point.known}));
  indexes_.Keep(point, index, index->bytes());
  return index;
}

absl::StatusOr<v1::ListInvoiceFindingsResponse> InvoiceQueries::ListFindings(
    const v1::ListInvoiceFindingsRequest& request) const {
  ROLLCALL_RETURN_IF_ERROR(CheckAsked(request));
  ROLLCALL_ASSIGN_OR_RETURN(auto uses, ReadUses(request));
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(const auto after,
                            KeyOfCursor<FindingKey>(page.after));
  ROLLCALL_ASSIGN_OR_RETURN(AsAt at,
                            ReadPoint(request.at(), clock_.Now(), after));
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(const auto newest, NewestStamp(*snapshot));
  // Without a change there is no invoice.
  if (!newest.has_value()) return v1::ListInvoiceFindingsResponse();
  at.known = std::min(at.known, *newest);
  ROLLCALL_ASSIGN_OR_RETURN(const auto index,
                            IndexAt(*snapshot, {*at.effective, at.known}));
  InvoiceReader invoices(
      *snapshot, at, *index, std::move(uses),
      request.at().effective_date().empty() ? std::nullopt : at.effective);
  Listing listing(request, page, at, after, invoices);
  std::optional<ObjectName> last_line = FirstLineBefore(request);
  if (after.has_value()) {
    last_line = after->line;
    // What is left of the line that the page before ended in.
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto known,
        FindObject(*snapshot, ObjectNumber::kInvoiceLine, after->line, at));
    if (known.has_value()) {
      ROLLCALL_ASSIGN_OR_RETURN(const bool is_full, listing.Add(*known));
      if (is_full) return listing.Take();
    }
  }
  ObjectWalk walk(*snapshot, ObjectNumber::kInvoiceLine, at, request.vendor(),
                  last_line);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto next, walk.Next());
    if (!next.has_value() || IsPast(request, next->key.name)) {
      return listing.Take();
    }
    ROLLCALL_ASSIGN_OR_RETURN(const bool is_full, listing.Add(*next));
    if (is_full) return listing.Take();
  }
}

}  // namespace rollcall::collector
