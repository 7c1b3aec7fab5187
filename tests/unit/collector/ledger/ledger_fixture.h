// A ledger in a store in memory, and one as a file without a store.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "collector/ledger/ledger_file.h"
#include "collector/ledger/ledger_key.h"
#include "collector/ledger/ledger_line.h"
#include "collector/ledger/ledger_verification.h"
#include "collector/ledger/ledger_view.h"
#include "collector/ledger/ledger_writer.h"
#include "collector/storage/committer.h"
#include "common/status.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/memory_store.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {

inline constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

inline LedgerSigner NewSigner() {
  return *LedgerSigner::FromPem(*LedgerSigner::MakePem());
}

// The n-th of some entries that differ.
inline LedgerEntry SomeEntry(uint64_t n) {
  return {n % 3 == 0 ? "change-set-proposed" : "change-set-approved",
          n % 2 == 0 ? "ina" : "otto",
          {{"change_set", absl::StrCat("set ", n)},
           {"comment", n % 5 == 0 ? "\"yes\"\n\\ – 語" : "as agreed"}}};
}

// A ledger in the store of this process, which begins empty.
struct LedgerStore {
  explicit LedgerStore(LedgerSigner signer = NewSigner()) {
    UseKey(std::move(signer));
  }

  // Open is due again then.
  void UseKey(LedgerSigner signer) {
    writer = std::make_unique<LedgerWriter>(std::move(signer));
  }

  absl::Status Open() { return writer->Open(engine, committer, random); }
  absl::StatusOr<KnownStamp> Append(const std::vector<LedgerEntry>& entries) {
    return committer.Commit({LedgerWriter::kName},
                            [&](KnownStamp stamp, const Reader& reader,
                                Writes& writes) -> absl::Status {
                              for (const LedgerEntry& entry : entries) {
                                ROLLCALL_RETURN_IF_ERROR(writer->Append(
                                    entry, stamp, reader, writes.head));
                              }
                              return absl::OkStatus();
                            });
  }
  // Opens it and appends entries until it has `size`.
  void Fill(uint64_t size) {
    ASSERT_OK(Open());
    for (uint64_t i = *LedgerView(engine).Size(); i < size; ++i) {
      clock.Advance(absl::Seconds(1));
      ASSERT_OK(Append({SomeEntry(i)}));
    }
  }

  Engine& engine = testing::EmptyStore();
  testing::FakeClock clock;
  testing::FakeRandom random;
  HybridClock stamps{clock};
  Committer committer{engine, stamps};
  std::unique_ptr<LedgerWriter> writer;
};

// A ledger as whoever holds the key can write it.
struct WrittenLedger {
  std::string log_id = "00112233445566778899aabbccddeeff";
  // Without the first, which tells the key.
  std::vector<LedgerEntry> entries;

  // Lines, signatures and roots; `told` is the key that the first entry tells.
  struct Written {
    std::vector<std::string> lines;
    std::vector<SignedCheckpoint> checkpoints;
    std::vector<TreeHash> leaves;

    // The file of the first `size` entries.
    std::string File(size_t size) const {
      std::string text = LedgerFileHeader(checkpoints[0].checkpoint.log_id);
      for (size_t i = 0; i < size; ++i) {
        text += LedgerFileLine({checkpoints[i].signature,
                                checkpoints[i].checkpoint.root, lines[i]});
      }
      return text + SignedCheckpointText(checkpoints[size - 1]);
    }
    std::string File() const { return File(lines.size()); }
    KeptCheckpoint Kept(size_t size) const {
      return {checkpoints[size - 1],
              {leaves.begin(), leaves.begin() + static_cast<ptrdiff_t>(size)}};
    }
  };
  Written Write(const LedgerSigner& signer, const LedgerPublicKey& told) const {
    Written written;
    TreeEdge edge;
    const auto add = [&](const LedgerEntry& entry) {
      const uint64_t index = edge.size();
      const absl::Time time =
          absl::FromUnixSeconds(1'770'000'000 + static_cast<int64_t>(index));
      written.lines.push_back(*WriteLedgerLine({index, time, entry}));
      written.leaves.push_back(HashLeaf(written.lines.back()));
      edge.Append(written.leaves.back());
      const Checkpoint checkpoint = {log_id, edge.size(), edge.Root(), time,
                                     told.sha256()};
      written.checkpoints.push_back(
          {checkpoint, *signer.Sign(CheckpointText(checkpoint))});
    };
    add({kLedgerOpened,
         kLedgerActor,
         {{kLogFact, log_id},
          {kKeyFact, told.sha256()},
          {kPublicKeyFact, absl::Base64Escape(told.der())}}});
    for (const LedgerEntry& entry : entries) add(entry);
    return written;
  }
  Written Write(const LedgerSigner& signer) const {
    return Write(signer, signer.public_key());
  }
};

// Checks each signature once, however often it is asked for: what is tested
// thousands of times differs in little.
class RememberedChecks {
 public:
  bool operator()(const LedgerPublicKey& key, absl::string_view text,
                  absl::string_view signature) {
    const std::string asked =
        absl::StrCat(key.sha256(), "\n", text, "\n", signature);
    const auto known = answers_.find(asked);
    if (known != answers_.end()) return known->second;
    return answers_[asked] = key.Signed(text, signature);
  }

 private:
  std::unordered_map<std::string, bool> answers_;
};

}  // namespace rollcall::collector
