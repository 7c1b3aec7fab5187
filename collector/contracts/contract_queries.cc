#include "collector/contracts/contract_queries.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "collector/contracts/contract_words.h"
#include "collector/contracts/exchange/cyclonedx_export.h"
#include "collector/contracts/exchange/quarantine_list.h"
#include "collector/contracts/moment.h"
#include "collector/contracts/object_kind.h"
#include "collector/rpc/paging.h"
#include "collector/storage/as_of.h"
#include "collector/storage/cursor.h"
#include "collector/storage/newest_stamp.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMaxFilterBytes = 256;

absl::Status CheckFilter(absl::string_view name, absl::string_view value) {
  if (value.size() <= kMaxFilterBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, " is longer than ", kMaxFilterBytes, " bytes"));
}

AsAt PointOf(const Moment& moment) {
  return {moment.effective_date, moment.as_of};
}

// A page of objects: when, from where on, and the store to read.
struct ObjectPage {
  Page page;
  Moment moment;
  std::unique_ptr<Reader> snapshot;
  // The object that the page before ended with; nothing for the first page.
  std::optional<ObjectName> after;

  std::string TokenAfter(const ObjectName& last) const {
    return page.TokenAfter(CursorAt(moment, CursorOf(ObjectNameKey{last})));
  }
};

// `at` is what of the request says when.
template <typename Request, typename At>
absl::StatusOr<ObjectPage> OpenPage(const Request& request, const At& at,
                                    const Engine& engine, absl::Time now) {
  ROLLCALL_ASSIGN_OR_RETURN(Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(Moment moment, MomentOf(at, now, page));
  ROLLCALL_ASSIGN_OR_RETURN(const auto key,
                            KeyOfCursor<ObjectNameKey>(page.after));
  std::unique_ptr<Reader> snapshot = engine.Snapshot();
  ROLLCALL_RETURN_IF_ERROR(Settle(*snapshot, moment));
  std::optional<ObjectName> after;
  if (key.has_value()) after = key->name;
  return ObjectPage{std::move(page), moment, std::move(snapshot),
                    std::move(after)};
}

// The last thing said of an object on a page, and what was known by then.
struct VersionCursor {
  KnownStamp known;
  ObjectKey last;

  void Encode(KeyWriter& writer) const {
    KeyWriter rest;
    last.Encode(rest);
    writer.Stamp(known).Raw(rest.Take());
  }
  static VersionCursor Decode(KeyReader& reader) {
    VersionCursor cursor;
    cursor.known = reader.Stamp();
    cursor.last = ObjectKey::Decode(reader);
    return cursor;
  }
};

absl::StatusOr<ObjectNumber> AskedKind(v1::ContractObjectKind kind) {
  if (FindObjectKind(kind) == nullptr) {
    return absl::InvalidArgumentError("kind is not set or unknown");
  }
  return static_cast<ObjectNumber>(kind);
}

absl::StatusOr<ObjectName> AskedName(const v1::ContractObjectName& asked) {
  ObjectName name;
  if (asked.parts().empty() ||
      static_cast<size_t>(asked.parts_size()) > name.parts.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("name.parts must have 1 to ", name.parts.size(),
                     " parts; ContractObjectKind says which"));
  }
  for (int i = 0; i < asked.parts_size(); ++i) {
    ROLLCALL_RETURN_IF_ERROR(CheckFilter("name.parts", asked.parts(i)));
    name.parts[static_cast<size_t>(i)] = absl::AsciiStrToLower(asked.parts(i));
  }
  return name;
}

// An object that a request names.
struct Asked {
  ObjectNumber kind;
  ObjectName name;
  // For people, as it was asked for.
  std::string words;
};

absl::StatusOr<Asked> ReadAsked(const v1::ContractObjectName& name) {
  Asked asked;
  ROLLCALL_ASSIGN_OR_RETURN(asked.kind, AskedKind(name.kind()));
  ROLLCALL_ASSIGN_OR_RETURN(asked.name, AskedName(name));
  std::vector<std::string> parts(name.parts().begin(), name.parts().end());
  while (parts.size() > 1 && parts.back().empty()) parts.pop_back();
  asked.words = absl::StrCat(FindObjectKind(asked.kind)->word(), " ",
                             absl::StrJoin(parts, " / "));
  return asked;
}

// An error about a field of the message that `field` holds.
absl::Status Within(absl::string_view field, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(field, ".", status.message()));
}

// For example " on 2026-01-31, as known at 2026-03-31T00:00:00Z".
std::string MomentInWords(const v1::ContractMoment& asked,
                          const Moment& moment) {
  const std::string day =
      absl::StrCat(" on ", moment.effective_date.ToString());
  if (!asked.has_as_of()) return day;
  return absl::StrCat(
      day, ", as known at ",
      absl::FormatTime(absl::RFC3339_full, FromProto(asked.as_of()),
                       absl::UTCTimeZone()));
}

absl::StatusOr<Moment> OneMoment(const v1::ContractMoment& asked,
                                 const Reader& reader, absl::Time now) {
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp as_of, AsOf(asked));
  ROLLCALL_ASSIGN_OR_RETURN(Moment moment,
                            MakeMoment(asked.effective_date(), as_of, now));
  ROLLCALL_RETURN_IF_ERROR(Settle(reader, moment));
  return moment;
}

}  // namespace

absl::StatusOr<std::vector<v1::Entitlement>> AllEntitlements(
    const Reader& reader, const AsAt& at) {
  std::vector<v1::Entitlement> all;
  ObjectWalk walk(reader, ObjectNumber::kEntitlement, at);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto next, walk.Next());
    if (!next.has_value()) return all;
    all.push_back(std::move(*next->object.mutable_entitlement()));
  }
}

absl::StatusOr<v1::ListEntitlementsResponse> ContractQueries::ListEntitlements(
    const v1::ListEntitlementsRequest& request) const {
  ROLLCALL_RETURN_IF_ERROR(CheckFilter("product", request.product()));
  ROLLCALL_RETURN_IF_ERROR(
      CheckFilter("contract_number", request.contract_number()));
  ROLLCALL_ASSIGN_OR_RETURN(const ObjectPage page,
                            OpenPage(request, request, engine_, clock_.Now()));
  ObjectWalk walk(*page.snapshot, ObjectNumber::kEntitlement,
                  PointOf(page.moment), request.contract_number(), page.after);
  v1::ListEntitlementsResponse response;
  SetMoment(page.moment, response);
  ObjectName last;
  PageRoom room(page.page);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto next, walk.Next());
    if (!next.has_value()) return response;
    v1::Entitlement& line = *next->object.mutable_entitlement();
    if (!request.product().empty() &&
        !absl::EqualsIgnoreCase(line.product(), request.product())) {
      continue;
    }
    if (!room.Takes(line.ByteSizeLong())) {
      response.set_next_page_token(page.TokenAfter(last));
      return response;
    }
    last = next->key.name;
    *response.add_entitlements() = std::move(line);
  }
}

absl::StatusOr<v1::ExportEntitlementsResponse>
ContractQueries::ExportEntitlements(
    const v1::ExportEntitlementsRequest& request) const {
  ROLLCALL_RETURN_IF_ERROR(CheckFilter("product", request.product()));
  ROLLCALL_RETURN_IF_ERROR(
      CheckFilter("contract_number", request.contract_number()));
  ROLLCALL_ASSIGN_OR_RETURN(
      const ObjectPage page,
      OpenPage(request, request.at(), engine_, clock_.Now()));
  ObjectWalk walk(*page.snapshot, ObjectNumber::kEntitlement,
                  PointOf(page.moment), request.contract_number(), page.after);
  v1::ExportEntitlementsResponse response;
  SetMoment(page.moment, response);
  ObjectName last;
  PageRoom room(page.page);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto next, walk.Next());
    if (!next.has_value()) return response;
    const v1::Entitlement& line = next->object.entitlement();
    if (!request.product().empty() &&
        !absl::EqualsIgnoreCase(line.product(), request.product())) {
      continue;
    }
    std::string component = CycloneDxComponent(line);
    if (!room.Takes(component.size())) {
      response.set_next_page_token(page.TokenAfter(last));
      return response;
    }
    last = next->key.name;
    response.add_components(std::move(component));
  }
}

absl::StatusOr<v1::ListContractObjectsResponse> ContractQueries::ListObjects(
    const v1::ListContractObjectsRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const ObjectNumber kind, AskedKind(request.kind()));
  ROLLCALL_RETURN_IF_ERROR(CheckFilter("first_part", request.first_part()));
  ROLLCALL_ASSIGN_OR_RETURN(
      const ObjectPage page,
      OpenPage(request, request.at(), engine_, clock_.Now()));
  ObjectWalk walk(*page.snapshot, kind, PointOf(page.moment),
                  request.first_part(), page.after);
  v1::ListContractObjectsResponse response;
  SetMoment(page.moment, response);
  ObjectName last;
  PageRoom room(page.page);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto next, walk.Next());
    if (!next.has_value()) return response;
    if (!room.Takes(next->object.ByteSizeLong())) {
      response.set_next_page_token(page.TokenAfter(last));
      return response;
    }
    last = next->key.name;
    *response.add_objects() = std::move(next->object);
  }
}

absl::StatusOr<v1::GetContractObjectResponse> ContractQueries::GetObject(
    const v1::GetContractObjectRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Asked asked, ReadAsked(request.name()));
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(const Moment moment,
                            OneMoment(request.at(), *snapshot, clock_.Now()));
  ROLLCALL_ASSIGN_OR_RETURN(
      auto found,
      FindObject(*snapshot, asked.kind, asked.name, PointOf(moment)));
  if (!found.has_value()) {
    return absl::NotFoundError(absl::StrCat(
        "there is no ", asked.words, MomentInWords(request.at(), moment)));
  }
  v1::GetContractObjectResponse response;
  SetMoment(moment, response);
  *response.mutable_object() = std::move(found->object);
  return response;
}

absl::StatusOr<v1::ListContractObjectVersionsResponse>
ContractQueries::ListVersions(
    const v1::ListContractObjectVersionsRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Asked asked, ReadAsked(request.name()));
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(const auto after,
                            KeyOfCursor<VersionCursor>(page.after));
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(const auto newest, NewestStamp(*snapshot));
  VersionCursor cursor;
  cursor.known =
      after.has_value() ? after->known : newest.value_or(KnownStamp::Max());
  const KeyWriter prefix = ObjectKey::PrefixOf(asked.kind, asked.name);
  ObjectEntries entries(
      after.has_value() ? kObjectTable.ScanFrom(*snapshot, after->last, prefix)
                        : kObjectTable.ScanPrefix(*snapshot, prefix));
  v1::ListContractObjectVersionsResponse response;
  PageRoom room(page);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) break;
    // What was said since the first page is on none.
    if (entry->key.stamp > cursor.known) continue;
    if (CursorOf(VersionCursor{cursor.known, entry->key}) == page.after) {
      continue;
    }
    if (!room.Takes(entry->record.ByteSizeLong())) {
      response.set_next_page_token(page.TokenAfter(CursorOf(cursor)));
      return response;
    }
    cursor.last = entry->key;
    *response.add_versions() = VersionOf(*std::move(entry));
  }
  if (response.versions().empty() && page.after.empty()) {
    return absl::NotFoundError(
        absl::StrCat("nothing was ever said of ", asked.words));
  }
  return response;
}

absl::StatusOr<v1::CompareContractObjectResponse> ContractQueries::Compare(
    const v1::CompareContractObjectRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Asked asked, ReadAsked(request.name()));
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  const absl::Time now = clock_.Now();
  const auto first = OneMoment(request.before(), *snapshot, now);
  if (!first.ok()) return Within("before", first.status());
  const auto second = OneMoment(request.after(), *snapshot, now);
  if (!second.ok()) return Within("after", second.status());
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto before,
      FindObject(*snapshot, asked.kind, asked.name, PointOf(*first)));
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto after,
      FindObject(*snapshot, asked.kind, asked.name, PointOf(*second)));
  if (!before.has_value() && !after.has_value()) {
    return absl::NotFoundError(absl::StrCat(
        "there is no ", asked.words, MomentInWords(request.before(), *first),
        ", and none", MomentInWords(request.after(), *second)));
  }
  v1::CompareContractObjectResponse response;
  SetMoment(*first, *response.mutable_before());
  SetMoment(*second, *response.mutable_after());
  response.set_was_there(before.has_value());
  response.set_is_there(after.has_value());
  for (auto& field :
       DifferenceOfObjects(before.has_value() ? &before->object : nullptr,
                           after.has_value() ? &after->object : nullptr)) {
    *response.add_fields() = std::move(field);
  }
  return response;
}

absl::StatusOr<v1::ListQuarantinedLinesResponse>
ContractQueries::ListQuarantinedLines(
    const v1::ListQuarantinedLinesRequest& request) const {
  return ListQuarantined(*engine_.Snapshot(), request);
}

}  // namespace rollcall::collector
