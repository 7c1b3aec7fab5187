// A ledger for tests of what is written into one.
#pragma once

#include "collector/ledger/ledger_key.h"
#include "collector/ledger/ledger_writer.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "gtest/gtest.h"
#include "tests/support/fake_random.h"
#include "tests/support/status_matchers.h"

namespace rollcall::testing {

// Open, with a key of its own.
class TestLedger {
 public:
  TestLedger(const collector::Engine& engine, collector::Committer& committer) {
    EXPECT_OK(writer_.Open(engine, committer, random_));
  }

  const collector::LedgerWriter& writer() const { return writer_; }

 private:
  FakeRandom random_;
  const collector::LedgerWriter writer_{
      *collector::LedgerSigner::FromPem(*collector::LedgerSigner::MakePem())};
};

}  // namespace rollcall::testing
