#include "collector/cli/views/ledger_view.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/cli/columns.h"
#include "collector/cli/values.h"
#include "collector/ledger/ledger_key.h"
#include "common/text.h"

namespace rollcall::cli {
namespace {

using v1::LedgerEntry;

std::string FactsText(const LedgerEntry& entry) {
  return absl::StrJoin(entry.facts(), ", ",
                       [](std::string* out, const v1::LedgerFact& fact) {
                         absl::StrAppend(out, fact.name(), "=", fact.value());
                       });
}

constexpr Column<LedgerEntry> kEntryColumns[] = {
    {"INDEX", nullptr, Align::kRight,
     [](const LedgerEntry& e) { return absl::StrCat(e.index()); }},
    {"TIME", nullptr, Align::kKey,
     [](const LedgerEntry& e) { return TimeText(e.time()); }},
    {"WHAT", nullptr, Align::kKey,
     [](const LedgerEntry& e) { return e.kind(); }},
    {"BY", nullptr, Align::kLeft,
     [](const LedgerEntry& e) { return e.actor(); }},
    {"FACTS", nullptr, Align::kWrap, FactsText},
};

// A fact and its entry.
struct FactLine {
  const LedgerEntry* entry;
  const v1::LedgerFact* fact;
};

constexpr Column<FactLine> kFactColumns[] = {
    {nullptr, "index", Align::kLeft,
     [](const FactLine& f) { return absl::StrCat(f.entry->index()); }},
    {nullptr, "time", Align::kLeft,
     [](const FactLine& f) { return ExactTimeText(f.entry->time()); }},
    {nullptr, "kind", Align::kLeft,
     [](const FactLine& f) { return f.entry->kind(); }},
    {nullptr, "actor", Align::kLeft,
     [](const FactLine& f) { return f.entry->actor(); }},
    {nullptr, "fact", Align::kLeft,
     [](const FactLine& f) { return f.fact->name(); }},
    {nullptr, "value", Align::kLeft,
     [](const FactLine& f) { return f.fact->value(); }},
    {nullptr, "leaf_sha256", Align::kLeft,
     [](const FactLine& f) { return f.entry->leaf_sha256(); }},
};

// Only a key goes to a terminal as it came.
std::string PemText(const std::string& pem) {
  const auto key = collector::LedgerPublicKey::FromPem(pem);
  return key.ok() ? key->pem() : EscapeForTerminal(pem) + "\n";
}

constexpr Column<v1::LedgerKey> kLedgerKeyColumns[] = {
    {nullptr, "key_sha256", Align::kLeft,
     [](const v1::LedgerKey& k) { return k.key_sha256(); }},
    {nullptr, "first_index", Align::kLeft,
     [](const v1::LedgerKey& k) { return absl::StrCat(k.first_index()); }},
    {nullptr, "public_key_pem", Align::kLeft,
     [](const v1::LedgerKey& k) { return k.public_key_pem(); }},
};

constexpr Column<v1::LedgerCheckpoint> kCheckpointColumns[] = {
    {nullptr, "log_id", Align::kLeft,
     [](const v1::LedgerCheckpoint& c) { return c.log_id(); }},
    {nullptr, "size", Align::kLeft,
     [](const v1::LedgerCheckpoint& c) { return absl::StrCat(c.size()); }},
    {nullptr, "root_sha256", Align::kLeft,
     [](const v1::LedgerCheckpoint& c) { return c.root_sha256(); }},
    {nullptr, "time", Align::kLeft,
     [](const v1::LedgerCheckpoint& c) { return ExactTimeText(c.time()); }},
    {nullptr, "key_sha256", Align::kLeft,
     [](const v1::LedgerCheckpoint& c) { return c.key_sha256(); }},
    {nullptr, "text", Align::kLeft,
     [](const v1::LedgerCheckpoint& c) { return c.text(); }},
};

constexpr Column<std::string> kHashColumns[] = {
    {nullptr, "hash", Align::kLeft, [](const std::string& h) { return h; }},
};

}  // namespace

std::string LedgerEntriesTable(const v1::ListLedgerEntriesResponse& response,
                               int width) {
  if (response.entries().empty()) return "";
  return RenderTable(ToTable(kEntryColumns, response.entries()), width);
}

std::string LedgerEntriesCsv(const v1::ListLedgerEntriesResponse& response) {
  static const v1::LedgerFact kNone;
  std::vector<FactLine> lines;
  for (const LedgerEntry& entry : response.entries()) {
    if (entry.facts().empty()) lines.push_back({&entry, &kNone});
    for (const v1::LedgerFact& fact : entry.facts()) {
      lines.push_back({&entry, &fact});
    }
  }
  return ToCsv(kFactColumns, lines);
}

std::string LedgerKeysText(const v1::GetLedgerKeyResponse& response,
                           int /*width*/) {
  std::string text;
  for (const v1::LedgerKey& key : response.keys()) {
    absl::StrAppend(&text, "# key ", EscapeForTerminal(key.key_sha256()),
                    " of ledger ", EscapeForTerminal(response.log_id()),
                    ", which signs from entry ", key.first_index(), " on\n",
                    PemText(key.public_key_pem()));
  }
  return text;
}

std::string LedgerKeysCsv(const v1::GetLedgerKeyResponse& response) {
  return ToCsv(kLedgerKeyColumns, response.keys(),
               {{"log_id", response.log_id()}});
}

std::string LedgerCheckpointCsv(const v1::GetCheckpointResponse& response) {
  return ToCsv(kCheckpointColumns,
               std::vector<v1::LedgerCheckpoint>{response.checkpoint()});
}

std::string LedgerProofText(const v1::GetInclusionProofResponse& response,
                            int /*width*/) {
  std::string text = absl::StrCat(
      "Entry ", response.entry().index(), " is in the ledger of ",
      CountText(response.checkpoint().size(), "entry", "entries"),
      ". Its line, the hash over it, ",
      "the hashes that lead\nfrom it to the root, and the checkpoint that has ",
      "signed the root:\n\n", EscapeForTerminal(response.entry().line()),
      "\n\nleaf ", EscapeForTerminal(response.entry().leaf_sha256()), "\n");
  for (const std::string& hash : response.hashes()) {
    absl::StrAppend(&text, "hash ", EscapeForTerminal(hash), "\n");
  }
  return absl::StrCat(text, "\n", response.checkpoint().text());
}

std::string LedgerProofCsv(const v1::GetInclusionProofResponse& response) {
  return ToCsv(kHashColumns, response.hashes(),
               {{"index", absl::StrCat(response.entry().index())},
                {"size", absl::StrCat(response.checkpoint().size())},
                {"leaf_sha256", response.entry().leaf_sha256()},
                {"root_sha256", response.checkpoint().root_sha256()}});
}

}  // namespace rollcall::cli
