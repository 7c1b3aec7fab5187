#include <unistd.h>

#include "collector/ledger/ledger_queries.h"
#include "collector/rpc/status_mapping.h"
#include "common/file.h"
#include "rollcall/v1/ledger_service.grpc.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/collector/cli/command_fixture.h"
#include "tests/unit/collector/ledger/ledger_fixture.h"

namespace rollcall::cli {
namespace {

using collector::LedgerStore;
using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr uint64_t kEntries = 30;

// Serves a ledger as a collector does, in small parts.
class StoredLedgerService final : public v1::LedgerService::Service {
 public:
  StoredLedgerService() { store.Fill(kEntries); }

  grpc::Status GetCheckpoint(grpc::ServerContext*,
                             const v1::GetCheckpointRequest* request,
                             v1::GetCheckpointResponse* response) override {
    return Give(queries.GetCheckpoint(*request), response);
  }
  grpc::Status ListLedgerEntries(
      grpc::ServerContext*, const v1::ListLedgerEntriesRequest* request,
      v1::ListLedgerEntriesResponse* response) override {
    return Give(queries.ListLedgerEntries(*request), response);
  }
  grpc::Status GetInclusionProof(
      grpc::ServerContext*, const v1::GetInclusionProofRequest* request,
      v1::GetInclusionProofResponse* response) override {
    const grpc::Status status =
        Give(queries.GetInclusionProof(*request), response);
    if (edit_proof) edit_proof(*response);
    return status;
  }
  grpc::Status GetLedgerKey(grpc::ServerContext*,
                            const v1::GetLedgerKeyRequest*,
                            v1::GetLedgerKeyResponse* response) override {
    return Give(queries.GetLedgerKey(), response);
  }
  grpc::Status ExportLedger(grpc::ServerContext*,
                            const v1::ExportLedgerRequest* request,
                            v1::ExportLedgerResponse* response) override {
    v1::ExportLedgerRequest small = *request;
    small.set_page_size(7);
    return Give(queries.ExportLedger(small), response);
  }

  LedgerStore store;
  collector::LedgerQueries queries{store.engine};
  std::function<void(v1::GetInclusionProofResponse&)> edit_proof;

 private:
  template <typename Response>
  static grpc::Status Give(absl::StatusOr<Response> answer,
                           Response* response) {
    if (!answer.ok()) return collector::ToGrpcStatus(answer.status());
    *response = *std::move(answer);
    return grpc::Status::OK;
  }
};

class LedgerCommandsTest : public CommandTest<StoredLedgerService> {
 protected:
  // Runs a command and keeps what it printed.
  std::string Keep(const std::string& name,
                   const std::vector<std::string>& arguments) {
    EXPECT_EQ(Run(arguments), ExitCode::kOk) << err_.str();
    return folder_.Write(name, out_.str());
  }
  // Writes the ledger, its key and a checkpoint.
  void KeepAll() {
    key_ = Keep("key.pub", {"ledger", "key"});
    checkpoint_ = Keep("checkpoint", {"ledger", "checkpoint"});
    file_ = folder_.File("ledger.txt");
    ASSERT_EQ(Run({"ledger", "export", file_}), ExitCode::kOk) << err_.str();
  }
  ExitCode Verify(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"ledger", "verify", file_,
                                          "--public-key=" + key_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }
  void Edit(const std::string& from, const std::string& to) {
    std::string text = *ReadFile(file_, 1 << 20);
    text.replace(text.find(from), from.size(), to);
    folder_.Write("ledger.txt", text);
  }

  TempDir folder_;
  std::string key_;
  std::string checkpoint_;
  std::string file_;
};

TEST_F(LedgerCommandsTest, ListsEntries) {
  EXPECT_EQ(Run({"ledger", "list", "--from=3", "--limit=2"}), ExitCode::kOk);
  EXPECT_THAT(
      out_.str(),
      AllOf(HasSubstr("change_set=set 3"), HasSubstr("change_set=set 4"),
            Not(HasSubstr("set 5")), Not(HasSubstr("ledger-opened"))));
  EXPECT_EQ(Run({"ledger", "list", "--kind=change-set-proposed", "--actor=otto",
                 "--output=csv"}),
            ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("\n9,"), HasSubstr("change_set,set 9"),
                    Not(HasSubstr("\n8,")), Not(HasSubstr("\n6,"))));
  EXPECT_EQ(Run({"ledger", "list", "--kind=nothing"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("no such entry"));
}

TEST_F(LedgerCommandsTest, WithoutACheckpointSaysWhatItCannotTell) {
  KeepAll();
  EXPECT_EQ(Verify(), ExitCode::kOk) << out_.str();
  EXPECT_THAT(
      out_.str(),
      AllOf(HasSubstr("30 entries"), HasSubstr("yes"), HasSubstr("cannot tell"),
            HasSubstr("--checkpoint"), HasSubstr("whoever holds the key")));
}

TEST_F(LedgerCommandsTest, WithACheckpointTellsOfEverything) {
  KeepAll();
  EXPECT_EQ(Verify({"--checkpoint=" + checkpoint_}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("the first 30 entries"),
                                Not(HasSubstr("cannot tell"))));
  // Without hashes it tells as much of a ledger that is good, and of one that
  // grew since.
  const std::string bare = Keep("bare", {"ledger", "checkpoint", "--short"});
  service_.store.Fill(kEntries + 5);
  ASSERT_EQ(Run({"ledger", "export", file_, "--force"}), ExitCode::kOk);
  EXPECT_EQ(Verify({"--checkpoint=" + bare, "--checkpoint=" + checkpoint_}),
            ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("35 entries"),
                                HasSubstr("the first 30 entries")));
}

TEST_F(LedgerCommandsTest, AFileThatIsNoLedgerIsAWrongArgument) {
  KeepAll();
  const std::string kept = file_;
  file_ = folder_.Write("contracts.csv", "contract_number,vendor\nC-1,Acme\n");
  EXPECT_EQ(Verify(), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("no export of one"));
  // One whose header alone was altered is one all the same.
  const std::string text = *ReadFile(kept, 1 << 20);
  file_ = folder_.Write("cut.txt", text.substr(text.find('\n') + 1));
  EXPECT_EQ(Verify(), ExitCode::kNegative);
}

TEST_F(LedgerCommandsTest, NamesTheEntryThatWasAltered) {
  KeepAll();
  Edit("set 17", "set 71");
  EXPECT_EQ(Verify(), ExitCode::kNegative);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("line 19, entry 17"),
                                HasSubstr("from entry 17 on")));
  EXPECT_EQ(Verify({"--output=json"}), ExitCode::kNegative);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("\"first_bad_entry\": 17"),
                                HasSubstr("\"good\": false")));
}

TEST_F(LedgerCommandsTest, ATailThatWasCutTakesACheckpointToSee) {
  KeepAll();
  v1::GetCheckpointRequest request;
  request.set_size(20);
  const std::string end =
      service_.queries.GetCheckpoint(request)->checkpoint().text();
  std::string text = *ReadFile(file_, 1 << 20);
  size_t cut = 0;
  for (int line = 0; line < 21; ++line) cut = text.find('\n', cut) + 1;
  folder_.Write("ledger.txt", text.substr(0, cut) + end);
  EXPECT_EQ(Verify(), ExitCode::kOk);
  EXPECT_EQ(Verify({"--checkpoint=" + checkpoint_}), ExitCode::kNegative);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("entries 20 to 29 are missing"),
                                HasSubstr("from entry 20 on")));
}

TEST_F(LedgerCommandsTest, WhatOnlySomebodyWithTheKeyCanDoTakesACheckpoint) {
  const collector::LedgerSigner signer = collector::NewSigner();
  collector::WrittenLedger ledger;
  for (size_t i = 1; i < 9; ++i) {
    ledger.entries.push_back(collector::SomeEntry(i));
  }
  key_ = folder_.Write("key.pub", signer.public_key().pem());
  checkpoint_ = folder_.Write("checkpoint", collector::KeptCheckpointText(
                                                ledger.Write(signer).Kept(9)));
  ledger.entries[4].actor = "eve";
  file_ = folder_.Write("ledger.txt", ledger.Write(signer).File());
  EXPECT_EQ(Verify(), ExitCode::kOk);
  EXPECT_EQ(Verify({"--checkpoint=" + checkpoint_}), ExitCode::kNegative);
  EXPECT_THAT(out_.str(),
              HasSubstr("entry 5 is the first that is another one"));
}

TEST_F(LedgerCommandsTest, WhatItIsGivenMustBeUsable) {
  KeepAll();
  EXPECT_EQ(Run({"ledger", "verify", file_}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--public-key"));
  EXPECT_EQ(Verify({"--checkpoint=" + file_}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr(file_), HasSubstr("line 1")));
  key_ = file_;
  EXPECT_EQ(Verify(), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr(file_));
  key_ = folder_.File("none");
  EXPECT_EQ(Verify(), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("none"));
}

TEST_F(LedgerCommandsTest, TextsOfAFileDoNotCommandATerminal) {
  KeepAll();
  folder_.Write("ledger.txt", "rollcall ledger 1 log \x1b[2J\n\x1b[2J\n");
  EXPECT_EQ(Verify(), ExitCode::kUsage);
  folder_.Write("ledger.txt",
                "rollcall ledger 1 log 00112233445566778899aabbccddeeff\n"
                "\x1b[2J\n");
  EXPECT_EQ(Verify(), ExitCode::kNegative);
  EXPECT_THAT(out_.str() + err_.str(), Not(HasSubstr("\x1b")));
}

TEST_F(LedgerCommandsTest, ProvesAnEntry) {
  KeepAll();
  EXPECT_EQ(Run({"ledger", "prove", "17"}), ExitCode::kOk) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("Entry 17 is in the ledger of 30"),
                                HasSubstr("rollcall ledger checkpoint 1")));
  EXPECT_THAT(err_.str(), HasSubstr("--public-key"));
  EXPECT_EQ(Run({"ledger", "prove", "17", "--public-key=" + key_}),
            ExitCode::kOk);
  EXPECT_THAT(err_.str(), Not(HasSubstr("--public-key")));
  EXPECT_EQ(Run({"ledger", "prove", "30"}), ExitCode::kUsage);
  EXPECT_EQ(Run({"ledger", "prove", "-1"}), ExitCode::kUsage);
  EXPECT_EQ(Run({"ledger", "prove", "x"}), ExitCode::kUsage);
}

TEST_F(LedgerCommandsTest, AProofThatProvesNothingIsSaid) {
  KeepAll();
  const std::vector<std::function<void(v1::GetInclusionProofResponse&)>> edits =
      {
          [](auto& proof) { proof.mutable_hashes(2)->at(5) ^= 1; },
          [](auto& proof) { proof.mutable_hashes()->RemoveLast(); },
          [](auto& proof) { proof.mutable_entry()->set_line("{}"); },
          [this](auto& proof) {
            v1::GetInclusionProofRequest other;
            other.set_index(16);
            proof = *service_.queries.GetInclusionProof(other);
          },
          [](auto& proof) {
            std::string& text = *proof.mutable_checkpoint()->mutable_text();
            text.replace(text.find("time 2"), 6, "time 1");
          },
          [](auto& proof) { proof.clear_checkpoint(); },
      };
  for (const auto& edit : edits) {
    service_.edit_proof = edit;
    EXPECT_EQ(Run({"ledger", "prove", "17"}), ExitCode::kNegative);
    EXPECT_THAT(err_.str(), HasSubstr("does not prove"));
    EXPECT_EQ(out_.str(), "");
  }
  service_.edit_proof = nullptr;
  const std::string other =
      folder_.Write("other.pub", collector::NewSigner().public_key().pem());
  EXPECT_EQ(Run({"ledger", "prove", "17", "--public-key=" + other}),
            ExitCode::kNegative);
}

TEST_F(LedgerCommandsTest, AnExportThatFailsLeavesTheOldFile) {
  KeepAll();
  const std::string before = *ReadFile(file_, 1 << 20);
  collector::Batch damage;
  damage.Put(collector::TableId::kLedgerEntry,
             std::string("\0\0\0\0\0\0\0\x14", 8), "x");
  ASSERT_OK(
      service_.store.engine.Write(damage, collector::Durability::kBuffered));
  EXPECT_EQ(Run({"ledger", "export", file_}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--force"));
  EXPECT_EQ(Run({"ledger", "export", file_, "--force"}), ExitCode::kOther);
  EXPECT_EQ(*ReadFile(file_, 1 << 20), before);
  EXPECT_FALSE(ReadFile(absl::StrCat(file_, ".", getpid()), 1 << 20).ok());
  EXPECT_EQ(Run({"ledger", "export", folder_.File("no/such/folder")}),
            ExitCode::kUsage);
}

TEST_F(LedgerCommandsTest, AnExportLeavesTheFilesBesideItAlone) {
  const std::string file = folder_.File("ledger.txt");
  folder_.Write("ledger.txt.new", "mine");
  EXPECT_EQ(Run({"ledger", "export", file}), ExitCode::kOk) << err_.str();
  EXPECT_THAT(ReadFile(file + ".new", 1 << 20), IsOkAndHolds("mine"));
  // Nor is anything followed or emptied that has the name it would use.
  const std::string temporary = absl::StrCat("ledger.txt.", getpid());
  folder_.Write(temporary, "mine, too");
  EXPECT_EQ(Run({"ledger", "export", file, "--force"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr(temporary), HasSubstr("remove it")));
  EXPECT_THAT(ReadFile(folder_.File(temporary), 1 << 20),
              IsOkAndHolds("mine, too"));
}

TEST_F(LedgerCommandsTest, AnExportReplacesNoFolder) {
  EXPECT_EQ(Run({"ledger", "export", folder_.path(), "--force"}),
            ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("this is a folder; name a file"));
}

}  // namespace
}  // namespace rollcall::cli
