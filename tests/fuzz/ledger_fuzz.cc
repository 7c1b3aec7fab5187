// What an auditor is given: exported ledgers, checkpoints, lines, keys.
#include <string>

#include "absl/strings/str_cat.h"
#include "collector/ledger/kept_checkpoint.h"
#include "collector/ledger/ledger_line.h"
#include "collector/ledger/ledger_verification.h"
#include "tests/fuzz/fuzz.h"

namespace {

using rollcall::testing::Require;
namespace ledger = rollcall::collector;

void CheckLine(absl::string_view text) {
  const auto line = ledger::ParseLedgerLine(text);
  if (!line.ok()) return;
  const auto written = ledger::WriteLedgerLine(*line);
  Require(written.ok() && *written == text, "a line has one form");
  Require(text.find('\n') == absl::string_view::npos, "a line is one line");
}

void CheckKept(absl::string_view text) {
  const auto all = ledger::ParseKeptCheckpoints(text);
  if (!all.ok()) return;
  std::string written;
  for (const auto& kept : *all) {
    absl::StrAppend(&written, ledger::KeptCheckpointText(kept));
  }
  Require(written == text, "checkpoints have one form");
}

// Nobody but the key's holder makes a file that is good.
void CheckFile(absl::string_view text) {
  static const auto* trust = [] {
    auto* made = new ledger::LedgerTrust();
    const auto signer =
        ledger::LedgerSigner::FromPem(*ledger::LedgerSigner::MakePem());
    made->keys = {signer->public_key()};
    return made;
  }();
  const ledger::LedgerVerdict verdict = ledger::VerifyLedgerFile(text, *trust);
  Require(verdict.fault.has_value(), "no file is good under a new key");
  Require(!verdict.fault->entry.has_value() ||
              *verdict.fault->entry <= verdict.entries,
          "the first wrong entry is one of the file, or the next");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text = rollcall::testing::AsText(data, size);
  CheckLine(text);
  CheckKept(text);
  CheckFile(text);
  (void)ledger::ParseLedgerKeys(text);
  return 0;
}
