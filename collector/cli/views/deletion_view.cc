#include "collector/cli/views/deletion_view.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/cli/columns.h"
#include "collector/cli/values.h"
#include "common/text.h"

namespace rollcall::cli {
namespace {

using v1::DeletedKeys;
using v1::DeletionProof;

constexpr Column<DeletedKeys> kKeyColumns[] = {
    {"TABLE", "table", Align::kKey,
     [](const DeletedKeys& k) { return k.table(); }},
    {"DELETED", "key_count", Align::kRight,
     [](const DeletedKeys& k) { return absl::StrCat(k.key_count()); }},
    {"CHANGED", "changed_count", Align::kRight,
     [](const DeletedKeys& k) { return absl::StrCat(k.changed_count()); }},
    {"SHA-256 OF KEYS", "sha256", Align::kKey,
     [](const DeletedKeys& k) { return k.sha256(); }},
};

// What became of a kind of content: how many went, "?" until that is known.
std::string Went(const DeletionProof& proof, int64_t count) {
  return proof.has_content() ? absl::StrCat(count) : "?";
}

constexpr Column<DeletionProof> kProofColumns[] = {
    {"DELETED", nullptr, Align::kKey,
     [](const DeletionProof& p) { return TimeText(p.deleted_time()); }},
    {nullptr, "deleted_time", Align::kLeft,
     [](const DeletionProof& p) { return ExactTimeText(p.deleted_time()); }},
    {"DEVICE", "device_id", Align::kKey,
     [](const DeletionProof& p) { return p.device_id(); }},
    {nullptr, "deletion_id", Align::kKey,
     [](const DeletionProof& p) { return p.deletion_id(); }},
    {"BY", "deleted_by", Align::kLeft,
     [](const DeletionProof& p) { return p.deleted_by(); }},
    {"ROWS GONE", nullptr, Align::kRight,
     [](const DeletionProof& p) { return Went(p, p.content().row_count()); }},
    {"OF", "fleet_row_count", Align::kRight,
     [](const DeletionProof& p) { return absl::StrCat(p.fleet_row_count()); }},
    {nullptr, "collected_row_count", Align::kRight,
     [](const DeletionProof& p) {
       return p.has_content() ? absl::StrCat(p.content().row_count()) : "";
     }},
    {nullptr, "collected_time", Align::kLeft,
     [](const DeletionProof& p) {
       return ExactTimeText(p.content().collected_time());
     }},
    {nullptr, "sha256", Align::kLeft,
     [](const DeletionProof& p) { return p.sha256(); }},
    {"REASON", "reason", Align::kWrap,
     [](const DeletionProof& p) { return p.reason(); }},
};

std::string RowsAndBases(int64_t rows, int64_t bases) {
  return absl::StrCat(CountText(rows, "row", "rows"), " and ",
                      CountText(bases, "base set", "base sets"));
}

// What became of what the fleet shares, in words.
std::string ContentText(const DeletionProof& proof) {
  const v1::CollectedContent& content = proof.content();
  if (!proof.has_content()) {
    return absl::StrCat(
        "It had ", RowsAndBases(proof.fleet_row_count(), proof.base_count()),
        " of the kind that a fleet shares. Which of them "
        "nothing else uses is looked at later.\n");
  }
  return absl::StrCat(
      "Of what a fleet shares, ",
      RowsAndBases(content.row_count(), content.base_count()),
      " went with it by ", TimeText(content.collected_time()), ";\n",
      RowsAndBases(content.shared_row_count(), content.shared_base_count()),
      " that others use stayed.\n");
}

}  // namespace

std::string DeletionTable(const DeletionProof& proof, int width) {
  return absl::StrCat("Device ", EscapeForTerminal(proof.device_id()),
                      " was deleted at ", TimeText(proof.deleted_time()),
                      " by ", EscapeForTerminal(proof.deleted_by()), ": ",
                      EscapeForTerminal(proof.reason()), "\nDeletion ",
                      EscapeForTerminal(proof.deletion_id()), ", proof ",
                      EscapeForTerminal(proof.sha256()), "\n",
                      ContentText(proof), "\n",
                      RenderTable(ToTable(kKeyColumns, proof.tables()), width));
}

std::string DeletionCsv(const DeletionProof& proof) {
  return ToCsv(kKeyColumns, proof.tables());
}

std::string DeletionsTable(const v1::ListDeletionsResponse& response,
                           int width) {
  if (response.deletions().empty()) return "";
  return RenderTable(ToTable(kProofColumns, response.deletions()), width);
}

std::string DeletionsCsv(const v1::ListDeletionsResponse& response) {
  return ToCsv(kProofColumns, response.deletions());
}

}  // namespace rollcall::cli
