// Ways to alter an exported ledger, each drawn at random.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "tests/unit/collector/ledger/ledger_fixture.h"

namespace rollcall::collector {

// What a mutation is to be found as.
struct Expected {
  // The first entry that is wrong; nothing for the header.
  std::optional<uint64_t> bad;
  // Whether nobody without the key could have done it: the file is then good
  // without a checkpoint.
  bool needs_checkpoint = false;
};

struct Mutation {
  std::string file;
  Expected expected;
};

class LedgerMutations {
 public:
  static constexpr size_t kEntries = 16;
  // What was kept elsewhere when the ledger was shorter.
  static constexpr size_t kKept = 12;

  LedgerMutations() {
    for (size_t i = 1; i < kEntries; ++i) {
      ledger_.entries.push_back(SomeEntry(i));
    }
    written_ = ledger_.Write(signer_);
    file_ = written_.File();
    for (const absl::string_view line : absl::StrSplit(file_, '\n')) {
      lines_.push_back(absl::StrCat(line, "\n"));
    }
    lines_.pop_back();  // after the last line end
  }

  // As it was exported.
  const std::string& file() const { return file_; }
  const LedgerPublicKey& key() const { return signer_.public_key(); }
  KeptCheckpoint kept() const { return written_.Kept(kKept); }

  // Below `end`.
  size_t Draw(size_t end) { return random_.Next64() % end; }
  Mutation FlipByte() {
    Mutation mutation = {file_, {}};
    const size_t place = Draw(file_.size());
    mutation.expected.bad = EntryAt(place);
    const char before = mutation.file[place];
    mutation.file[place] =
        static_cast<char>(before ^ static_cast<char>(1 + Draw(255)));
    // Where the header ends elsewhere, so does what is taken for an entry.
    if (!mutation.expected.bad.has_value() &&
        (before == '\n' || mutation.file[place] == '\n')) {
      mutation.expected.bad = 0;
    }
    return mutation;
  }

  Mutation CutOutLine() {
    const size_t entry = Draw(kEntries);
    std::vector<std::string> lines = lines_;
    lines.erase(lines.begin() + static_cast<ptrdiff_t>(LineOf(entry)));
    return {Join(lines), {entry}};
  }

  Mutation SwapLines() {
    const size_t first = Draw(kEntries - 1);
    const size_t second = first + 1 + Draw(kEntries - 1 - first);
    std::vector<std::string> lines = lines_;
    std::swap(lines[LineOf(first)], lines[LineOf(second)]);
    return {Join(lines), {first}};
  }

  Mutation DoubleLine() {
    const size_t entry = Draw(kEntries);
    const size_t place = entry + 1 + Draw(kEntries - entry);
    std::vector<std::string> lines = lines_;
    lines.insert(lines.begin() + static_cast<ptrdiff_t>(LineOf(place)),
                 lines_[LineOf(entry)]);
    return {Join(lines), {place}};
  }

  Mutation AddLine() {
    const size_t place = Draw(kEntries + 1);
    std::vector<std::string> lines = lines_;
    lines.insert(lines.begin() + static_cast<ptrdiff_t>(LineOf(place)),
                 Draw(2) == 0 ? "\n" : "more\n");
    return {Join(lines), {place}};
  }

  // As where a disk was full.
  Mutation CutAnywhere() {
    const size_t place = Draw(file_.size());
    Mutation mutation = {file_.substr(0, place), {EntryAt(place)}};
    if (!mutation.expected.bad.has_value()) mutation.expected.bad = 0;
    return mutation;
  }

  // As somebody does who knows the format: what is left is a whole file.
  Mutation CutTail() {
    const size_t left = 1 + Draw(kKept - 1);
    return {written_.File(left), {left, true}};
  }

  // Somebody without the key, who computes all that can be computed.
  Mutation RewriteEntry() {
    const size_t entry = 1 + Draw(kEntries - 1);
    WrittenLedger forged = ledger_;
    Alter(forged.entries[entry - 1]);
    WrittenLedger::Written written = forged.Write(thief_, signer_.public_key());
    for (size_t i = 0; i < kEntries; ++i) {
      written.checkpoints[i].signature = written_.checkpoints[i].signature;
    }
    return {written.File(), {entry}};
  }

  Mutation SwapSignatures() {
    const size_t first = Draw(kEntries - 1);
    const size_t second = first + 1 + Draw(kEntries - 1 - first);
    WrittenLedger::Written written = written_;
    std::swap(written.checkpoints[first].signature,
              written.checkpoints[second].signature);
    return {written.File(), {first}};
  }

  // The whole ledger with another key, which it does or does not tell.
  Mutation SignWithAnotherKey() {
    WrittenLedger forged = ledger_;
    Alter(forged.entries[DrawKept() - 1]);
    return {Draw(2) == 0 ? forged.Write(thief_).File()
                         : forged.Write(thief_, signer_.public_key()).File(),
            {0}};
  }

  // Another key from an entry on, as if it had been changed.
  Mutation ChangeKey() {
    const size_t entry = 1 + Draw(kEntries - 1);
    WrittenLedger forged = ledger_;
    forged.entries[entry - 1] = {
        kLedgerKeyChanged,
        kLedgerActor,
        {{kOldKeyFact, signer_.public_key().sha256()},
         {kKeyFact, thief_.public_key().sha256()},
         {kPublicKeyFact, absl::Base64Escape(thief_.public_key().der())}}};
    const auto before = ledger_.Write(signer_);
    auto written = forged.Write(thief_);
    // The first entries, and what they led to, stay as they were.
    TreeEdge edge;
    for (size_t i = 0; i < kEntries; ++i) {
      if (i < entry) {
        written.lines[i] = before.lines[i];
        written.checkpoints[i] = before.checkpoints[i];
      }
      edge.Append(HashLeaf(written.lines[i]));
      if (i < entry) continue;
      Checkpoint& checkpoint = written.checkpoints[i].checkpoint;
      checkpoint.root = edge.Root();
      written.checkpoints[i].signature =
          *thief_.Sign(CheckpointText(checkpoint));
    }
    return {written.File(), {entry}};
  }

  // Somebody with the key alters, removes, adds or moves an entry.
  Mutation SignAgain() {
    const size_t entry = DrawKept();
    WrittenLedger forged = ledger_;
    const auto place =
        forged.entries.begin() + static_cast<ptrdiff_t>(entry - 1);
    switch (Draw(4)) {
      case 0:
        Alter(*place);
        break;
      case 1:
        forged.entries.erase(place);
        break;
      case 2:
        forged.entries.insert(place, {"change-set-approved", "eve", {}});
        break;
      default:
        std::swap(*place, forged.entries[entry]);
    }
    return {forged.Write(signer_).File(), {entry, true}};
  }

 private:
  // An entry that the checkpoint covers, and not the first.
  size_t DrawKept() { return 1 + Draw(kKept - 1); }

  static std::string Join(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line;
    return text;
  }
  // The line of an entry: the header is before them.
  static size_t LineOf(size_t entry) { return entry + 1; }

  // The entry that a place in the file belongs to.
  std::optional<uint64_t> EntryAt(size_t place) const {
    const auto line = static_cast<size_t>(std::count(
        file_.begin(), file_.begin() + static_cast<ptrdiff_t>(place), '\n'));
    if (line == 0) return std::nullopt;
    return std::min(line - 1, kEntries);
  }

  void Alter(LedgerEntry& entry) {
    switch (Draw(3)) {
      case 0:
        entry.actor = "eve";
        break;
      case 1:
        entry.kind = "change-set-rejected";
        break;
      default:
        entry.facts[Draw(entry.facts.size())].second += "!";
    }
  }

  const LedgerSigner signer_ = NewSigner();
  const LedgerSigner thief_ = NewSigner();
  testing::FakeRandom random_{20};
  WrittenLedger ledger_;
  WrittenLedger::Written written_;
  std::string file_;
  std::vector<std::string> lines_;
};

}  // namespace rollcall::collector
