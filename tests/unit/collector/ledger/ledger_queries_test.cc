#include "collector/ledger/ledger_queries.h"

#include "collector/ledger/ledger_tables.h"
#include "gmock/gmock.h"
#include "tests/unit/collector/ledger/ledger_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::vector<TreeHash> HashesOf(
    const google::protobuf::RepeatedPtrField<std::string>& hex) {
  std::vector<TreeHash> hashes;
  for (const std::string& each : hex) hashes.push_back(*StrictTreeHash(each));
  return hashes;
}

class LedgerQueriesTest : public ::testing::Test {
 protected:
  static constexpr int64_t kEntries = 23;

  LedgerQueriesTest() { store_.Fill(kEntries); }

  SignedCheckpoint Good(const v1::LedgerCheckpoint& checkpoint) {
    const auto read = ParseSignedCheckpoint(checkpoint.text());
    EXPECT_OK(read);
    EXPECT_TRUE(store_.writer->public_key().Signed(
        CheckpointText(read->checkpoint), read->signature));
    EXPECT_EQ(checkpoint.size(), static_cast<int64_t>(read->checkpoint.size));
    EXPECT_EQ(checkpoint.signature(), read->signature);
    EXPECT_EQ(checkpoint.root_sha256(),
              absl::BytesToHexString(read->checkpoint.root));
    return *read;
  }

  // All pages, and that there were several.
  template <typename Request>
  std::string Export(Request request) {
    std::string text;
    while (true) {
      const auto page = queries_.ExportLedger(request);
      EXPECT_OK(page);
      if (!page.ok()) return text;
      text += page->text();
      if (page->next_page_token().empty()) return text;
      request.set_page_token(page->next_page_token());
    }
  }

  std::vector<int64_t> Listed(v1::ListLedgerEntriesRequest request) {
    std::vector<int64_t> indices;
    while (true) {
      const auto page = queries_.ListLedgerEntries(request);
      EXPECT_OK(page);
      if (!page.ok()) return indices;
      for (const auto& entry : page->entries()) {
        indices.push_back(entry.index());
      }
      if (page->next_page_token().empty()) return indices;
      request.set_page_token(page->next_page_token());
    }
  }

  LedgerStore store_;
  const LedgerQueries queries_{store_.engine};
};

TEST_F(LedgerQueriesTest, ThereIsACheckpointOfEverySize) {
  v1::GetCheckpointRequest request;
  for (int64_t size = 1; size <= kEntries; ++size) {
    request.set_size(size);
    ASSERT_OK_AND_ASSIGN(const auto response, queries_.GetCheckpoint(request));
    EXPECT_EQ(Good(response.checkpoint()).checkpoint.size, size);
  }
  request.set_size(0);
  EXPECT_EQ(queries_.GetCheckpoint(request)->checkpoint().size(), kEntries);
  for (const int64_t wrong : {int64_t{-1}, kEntries + 1, int64_t{1} << 62}) {
    request.set_size(wrong);
    EXPECT_THAT(queries_.GetCheckpoint(request), StatusIs(kInvalid));
  }
}

TEST_F(LedgerQueriesTest, ProvesEveryEntryInEverySize) {
  v1::GetInclusionProofRequest request;
  for (int64_t size = 1; size <= kEntries; ++size) {
    for (int64_t index = 0; index < size; ++index) {
      request.set_index(index);
      request.set_tree_size(size);
      ASSERT_OK_AND_ASSIGN(const auto proof,
                           queries_.GetInclusionProof(request));
      const SignedCheckpoint checkpoint = Good(proof.checkpoint());
      ASSERT_TRUE(ProvesInclusion(index, size, HashLeaf(proof.entry().line()),
                                  HashesOf(proof.hashes()),
                                  checkpoint.checkpoint.root));
    }
  }
  request.set_index(kEntries);
  EXPECT_THAT(queries_.GetInclusionProof(request), StatusIs(kInvalid));
  request.set_index(-1);
  EXPECT_THAT(queries_.GetInclusionProof(request), StatusIs(kInvalid));
}

TEST_F(LedgerQueriesTest, ProvesThatItOnlyGrew) {
  v1::GetConsistencyProofRequest request;
  for (int64_t first = 1; first <= kEntries; ++first) {
    request.set_first_size(first);
    ASSERT_OK_AND_ASSIGN(const auto proof,
                         queries_.GetConsistencyProof(request));
    ASSERT_TRUE(ProvesConsistency(
        first, kEntries, Good(proof.first()).checkpoint.root,
        Good(proof.second()).checkpoint.root, HashesOf(proof.hashes())));
  }
  for (const auto& [first, second] :
       {std::pair{0, 5}, {6, 5}, {-1, 5}, {1, -5}, {1, 24}}) {
    request.set_first_size(first);
    request.set_second_size(second);
    EXPECT_THAT(queries_.GetConsistencyProof(request), StatusIs(kInvalid));
  }
}

TEST_F(LedgerQueriesTest, ListsPagesFromAnIndexOnOfAKindAndAnActor) {
  v1::ListLedgerEntriesRequest request;
  request.set_page_size(5);
  EXPECT_THAT(Listed(request), SizeIs(kEntries));
  request.set_first_index(20);
  EXPECT_THAT(Listed(request), ElementsAre(20, 21, 22));
  request.set_first_index(3);
  request.set_kind("change-set-proposed");
  request.set_actor("otto");
  EXPECT_THAT(Listed(request), ElementsAre(3, 9, 15, 21));
  request.set_first_index(kEntries);
  EXPECT_THAT(Listed(request), SizeIs(0));

  request.Clear();
  request.set_page_size(2);
  ASSERT_OK_AND_ASSIGN(const auto page, queries_.ListLedgerEntries(request));
  const v1::LedgerEntry& entry = page.entries(1);
  EXPECT_EQ(entry.kind(), SomeEntry(1).kind);
  EXPECT_EQ(entry.actor(), SomeEntry(1).actor);
  EXPECT_EQ(entry.facts(0).name(), "change_set");
  EXPECT_EQ(entry.facts(0).value(), "set 1");
  EXPECT_EQ(entry.leaf_sha256(),
            absl::BytesToHexString(HashLeaf(entry.line())));
}

TEST_F(LedgerQueriesTest, RefusesListsThatNobodyCanMean) {
  v1::ListLedgerEntriesRequest request;
  request.set_first_index(-1);
  EXPECT_THAT(queries_.ListLedgerEntries(request), StatusIs(kInvalid));
  request.set_first_index(0);
  request.set_kind(std::string(65, 'a'));
  EXPECT_THAT(queries_.ListLedgerEntries(request), StatusIs(kInvalid));
  request.clear_kind();
  request.set_page_token("AAAA");
  EXPECT_THAT(queries_.ListLedgerEntries(request), StatusIs(kInvalid));
}

TEST_F(LedgerQueriesTest, AnExportIsTheSameInOnePartOrInMany) {
  v1::ExportLedgerRequest request;
  const std::string whole = Export(request);
  LedgerTrust trust;
  trust.keys = {store_.writer->public_key()};
  EXPECT_TRUE(VerifyLedgerFile(whole, trust).good());
  for (const int size : {1, 2, 7, 23}) {
    request.set_page_size(size);
    EXPECT_EQ(Export(request), whole) << size;
  }
}

TEST_F(LedgerQueriesTest, AnExportEndsWhereItBegan) {
  v1::ExportLedgerRequest request;
  request.set_page_size(10);
  ASSERT_OK_AND_ASSIGN(const auto first, queries_.ExportLedger(request));
  store_.Fill(kEntries + 9);
  request.set_page_token(first.next_page_token());
  LedgerTrust trust;
  trust.keys = {store_.writer->public_key()};
  const LedgerVerdict verdict =
      VerifyLedgerFile(first.text() + Export(request), trust);
  EXPECT_TRUE(verdict.good());
  EXPECT_EQ(verdict.entries, kEntries);
}

TEST_F(LedgerQueriesTest, LongEntriesMakeShortPages) {
  LedgerEntry entry = SomeEntry(1);
  entry.facts[1].second.assign(60'000, 'x');
  for (int i = 0; i < 40; ++i) ASSERT_OK(store_.Append({entry}));
  ASSERT_OK_AND_ASSIGN(const auto part, queries_.ExportLedger({}));
  EXPECT_LT(part.ByteSizeLong(), 2 << 20);
  EXPECT_FALSE(part.next_page_token().empty());
  ASSERT_OK_AND_ASSIGN(const auto page, queries_.ListLedgerEntries({}));
  EXPECT_LT(page.ByteSizeLong(), 4 << 20);
  EXPECT_FALSE(page.next_page_token().empty());
  EXPECT_THAT(Listed({}), SizeIs(kEntries + 40));
}

TEST_F(LedgerQueriesTest, AWrongNodeIsNotExportedAsAWrongEntry) {
  v1::ExportLedgerRequest request;
  request.set_page_size(8);
  ASSERT_OK_AND_ASSIGN(const auto first, queries_.ExportLedger(request));
  stored::v1::LedgerNode node;
  node.set_hash(std::string(32, 'x'));
  Batch batch;
  kLedgerNodeTable.Put(batch, {{3, 0}}, node);
  ASSERT_OK(store_.engine.Write(batch, Durability::kBuffered));
  request.set_page_token(first.next_page_token());
  EXPECT_THAT(queries_.ExportLedger(request),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("store check")));
}

TEST_F(LedgerQueriesTest, TellsAllKeysTheNewestFirst) {
  const std::string first = store_.writer->public_key().pem();
  const LedgerWriter second(NewSigner());
  ASSERT_OK(second.Open(store_.engine, store_.committer, store_.random));
  ASSERT_OK(store_.Open());
  ASSERT_OK_AND_ASSIGN(const auto keys, queries_.GetLedgerKey());
  ASSERT_THAT(keys.keys(), SizeIs(3));
  EXPECT_EQ(keys.keys(0).public_key_pem(), first);
  EXPECT_EQ(keys.keys(0).first_index(), kEntries + 1);
  EXPECT_EQ(keys.keys(1).public_key_pem(), second.public_key().pem());
  EXPECT_EQ(keys.keys(1).key_sha256(), second.public_key().sha256());
  EXPECT_EQ(keys.keys(2).first_index(), 0);
}

TEST(LedgerQueries, AnEmptyLedgerHasNothingToSign) {
  LedgerStore store;
  const LedgerQueries queries(store.engine);
  EXPECT_THAT(queries.GetCheckpoint({}), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(queries.ExportLedger({}), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(queries.GetLedgerKey(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(queries.ListLedgerEntries({})->entries(), SizeIs(0));
}

}  // namespace
}  // namespace rollcall::collector
