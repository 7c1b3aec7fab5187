#include "collector/contracts/exchange/unstated_fields.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "collector/contracts/quantity.h"
#include "google/protobuf/message.h"

namespace rollcall::collector {
namespace {

// Fields that a column of the same name fills, if any.
constexpr absl::string_view kKeptFields[] = {"documents",
                                             "base_entitlement_id",
                                             "amendment_number",
                                             "notes",
                                             "region",
                                             "cost_centre",
                                             "part_number",
                                             "organisation_unit",
                                             "licence_kind",
                                             "version",
                                             "edition",
                                             "end_date",
                                             "maintenance_end_date"};

// "KIND_SECOND_USE" -> "use_right_second_use".
std::string UseRightField(v1::UseRight::Kind kind) {
  return absl::StrCat("use_right_",
                      absl::AsciiStrToLower(absl::StripPrefix(
                          v1::UseRight::Kind_Name(kind), "KIND_")));
}

bool SaysTheSame(const v1::Quantity& a, const v1::Quantity& b) {
  const auto one = Quantity::FromProto(a);
  const auto other = Quantity::FromProto(b);
  return one.ok() && other.ok() && *one == *other;
}

// One line.
class Keeper {
 public:
  Keeper(absl::Span<const std::string> stated, const v1::Entitlement& before,
         v1::Entitlement& line)
      : stated_(stated), before_(before), line_(line) {}

  void Run() {
    KeepFields();
    KeepPrices();
    KeepUseRights();
    KeepTags();
  }

 private:
  bool States(absl::string_view field) const {
    return std::find(stated_.begin(), stated_.end(), field) != stated_.end();
  }

  void KeepFields() {
    v1::Entitlement kept = before_;
    std::vector<const google::protobuf::FieldDescriptor*> set;
    kept.GetReflection()->ListFields(kept, &set);
    for (const auto* field : set) {
      const bool is_kept =
          std::find(std::begin(kKeptFields), std::end(kKeptFields),
                    field->name()) != std::end(kKeptFields);
      if (is_kept && !States(field->name())) continue;
      kept.GetReflection()->ClearField(&kept, field);
    }
    line_.MergeFrom(kept);
  }

  void KeepPrices() {
    const bool states_price = States("unit_price") || States("pack_price");
    if (!states_price && before_.has_unit_price() && !line_.has_pack_price()) {
      *line_.mutable_unit_price() = before_.unit_price();
    }
    if (States("pack_count") || States("pack_size") ||
        !before_.has_pack_count() ||
        !SaysTheSame(before_.quantity(), line_.quantity())) {
      return;
    }
    *line_.mutable_pack_count() = before_.pack_count();
    *line_.mutable_pack_size() = before_.pack_size();
    if (!states_price && before_.has_pack_price()) {
      *line_.mutable_pack_price() = before_.pack_price();
    }
  }

  void KeepUseRights() {
    for (const v1::UseRight& right : before_.use_rights()) {
      const bool is_said =
          std::any_of(line_.use_rights().begin(), line_.use_rights().end(),
                      [&](const v1::UseRight& said) {
                        return said.kind() == right.kind();
                      });
      if (!is_said && !States(UseRightField(right.kind()))) {
        *line_.add_use_rights() = right;
      }
    }
  }

  void KeepTags() {
    for (const v1::Tag& tag : before_.tags()) {
      const bool is_said = std::any_of(
          line_.tags().begin(), line_.tags().end(),
          [&](const v1::Tag& said) { return said.name() == tag.name(); });
      if (!is_said && !States(absl::StrCat("tag:", tag.name()))) {
        *line_.add_tags() = tag;
      }
    }
  }

  const absl::Span<const std::string> stated_;
  const v1::Entitlement& before_;
  v1::Entitlement& line_;
};

}  // namespace

void KeepUnstated(absl::Span<const std::string> stated_fields,
                  const v1::Entitlement& before, v1::Entitlement& line) {
  Keeper(stated_fields, before, line).Run();
}

}  // namespace rollcall::collector
