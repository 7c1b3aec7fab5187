#include "collector/cli/views/store_view.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/cli/columns.h"
#include "collector/cli/values.h"

namespace rollcall::cli {
namespace {

using v1::StoreCheck;

constexpr Column<v1::GetStoreResponse> kStoreColumns[] = {
    {"SCHEMA VERSION", "schema_version", Align::kRight,
     [](const v1::GetStoreResponse& s) {
       return absl::StrCat(s.schema_version());
     }},
    {"POSTINGS UP TO", "postings_watermark", Align::kKey,
     [](const v1::GetStoreResponse& s) {
       return s.has_postings_watermark() ? TimeText(s.postings_watermark())
                                         : std::string();
     }},
    {"CHANGES BEHIND", "postings_behind", Align::kRight,
     [](const v1::GetStoreResponse& s) {
       return absl::StrCat(s.postings_behind());
     }},
};

constexpr Column<StoreCheck> kCheckColumns[] = {
    {"PART", "part", Align::kKey, [](const StoreCheck& c) { return c.part(); }},
    {"COMPARED", "compared", Align::kRight,
     [](const StoreCheck& c) { return absl::StrCat(c.compared_count()); }},
    {"DIFFER", "differences", Align::kRight,
     [](const StoreCheck& c) { return absl::StrCat(c.difference_count()); }},
    {"FIRST DIFFERENCE", "first_difference", Align::kLeft,
     [](const StoreCheck& c) { return c.first_difference(); }},
};

constexpr Column<v1::RebuildPostingsResponse> kRebuiltColumns[] = {
    {"COMPARED", "compared", Align::kRight,
     [](const v1::RebuildPostingsResponse& r) {
       return absl::StrCat(r.compared_count());
     }},
    {"PUT RIGHT", "corrected", Align::kRight,
     [](const v1::RebuildPostingsResponse& r) {
       return absl::StrCat(r.corrected_count());
     }},
    {"FIRST DIFFERENCE", "first_difference", Align::kLeft,
     [](const v1::RebuildPostingsResponse& r) { return r.first_difference(); }},
};

int64_t Differences(const v1::CheckStoreResponse& response) {
  int64_t differences = 0;
  for (const StoreCheck& check : response.checks()) {
    differences += check.difference_count();
  }
  return differences;
}

}  // namespace

std::string StoreTable(const v1::GetStoreResponse& response, int width) {
  return RenderTable(
      ToTable(kStoreColumns, std::vector<v1::GetStoreResponse>{response}),
      width);
}
std::string StoreCsv(const v1::GetStoreResponse& response) {
  return ToCsv(kStoreColumns, std::vector<v1::GetStoreResponse>{response});
}

std::string StoreChecksTable(const v1::CheckStoreResponse& response,
                             int width) {
  const int64_t differences = Differences(response);
  return absl::StrCat(
      RenderTable(ToTable(kCheckColumns, response.checks()), width),
      differences == 0
          ? "Everything agrees.\n"
          : absl::StrCat(CountText(differences, "differs", "differ"),
                         ". `rollcall store rebuild` puts postings "
                         "right; what else differs needs a backup.\n"));
}
std::string StoreChecksCsv(const v1::CheckStoreResponse& response) {
  return ToCsv(kCheckColumns, response.checks());
}

std::string RebuiltTable(const v1::RebuildPostingsResponse& response,
                         int width) {
  return RenderTable(
      ToTable(kRebuiltColumns,
              std::vector<v1::RebuildPostingsResponse>{response}),
      width);
}
std::string RebuiltCsv(const v1::RebuildPostingsResponse& response) {
  return ToCsv(kRebuiltColumns,
               std::vector<v1::RebuildPostingsResponse>{response});
}

}  // namespace rollcall::cli
