#include "collector/contracts/objects/shared_checks.h"

#include "absl/strings/str_cat.h"

namespace rollcall::collector {
namespace {

constexpr int kMaxTags = 20;
constexpr int kMaxOwners = 20;
constexpr int kMaxDocuments = 100;
constexpr int kMaxUseRights = 100;
constexpr int kMaxIntervalDays = 36'600;

std::string At(absl::string_view field, int index, absl::string_view inner) {
  return absl::StrCat(field, "[", index, "].", inner);
}

bool IsSha256(absl::string_view text) {
  constexpr size_t kDigits = 64;
  return text.size() == kDigits &&
         text.find_first_not_of("0123456789abcdef") == absl::string_view::npos;
}

}  // namespace

void CheckTags(const google::protobuf::RepeatedPtrField<v1::Tag>& tags,
               FieldCheck& check) {
  check.Count("tags", tags.size(), kMaxTags);
  for (int i = 0; i < tags.size(); ++i) {
    check.Name(At("tags", i, "name"), tags[i].name(), kMaxWordBytes)
        .Text(At("tags", i, "value"), !tags[i].value().empty(), tags[i].value(),
              kMaxPersonBytes);
  }
}

void CheckOwners(const google::protobuf::RepeatedPtrField<v1::Owner>& owners,
                 FieldCheck& check) {
  check.Count("owners", owners.size(), kMaxOwners);
  for (int i = 0; i < owners.size(); ++i) {
    check.Name(At("owners", i, "role"), owners[i].role(), kMaxWordBytes)
        .Name(At("owners", i, "name"), owners[i].name(), kMaxPersonBytes);
  }
}

void CheckDocuments(
    const google::protobuf::RepeatedPtrField<v1::DocumentLink>& documents,
    FieldCheck& check) {
  check.Count("documents", documents.size(), kMaxDocuments);
  for (int i = 0; i < documents.size(); ++i) {
    const v1::DocumentLink& link = documents[i];
    if (!IsSha256(link.sha256())) {
      check.Fail(At("documents", i, "sha256"),
                 "must be 64 hex digits in lower case");
    }
    check
        .Known(At("documents", i, "kind"),
               v1::DocumentLink::Kind_IsValid(link.kind()))
        .Title(At("documents", i, "title"), !link.title().empty(), link.title(),
               kMaxPersonBytes);
  }
}

void CheckUseRights(
    const google::protobuf::RepeatedPtrField<v1::UseRight>& use_rights,
    FieldCheck& check) {
  check.Count("use_rights", use_rights.size(), kMaxUseRights);
  for (int i = 0; i < use_rights.size(); ++i) {
    const v1::UseRight& right = use_rights[i];
    check.Known(At("use_rights", i, "kind"),
                right.kind() != v1::UseRight::KIND_UNSPECIFIED &&
                    v1::UseRight::Kind_IsValid(right.kind()));
    if (right.has_limit()) {
      check.Amount(At("use_rights", i, "limit"), right.limit());
    }
    check
        .Number(At("use_rights", i, "interval_days"), right.has_interval_days(),
                right.interval_days(), 1, kMaxIntervalDays)
        .Notes(At("use_rights", i, "text"), right.has_text(), right.text(),
               kMaxPhraseBytes);
  }
}

}  // namespace rollcall::collector
