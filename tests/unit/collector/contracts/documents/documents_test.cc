#include "collector/contracts/documents/documents.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/contracts/documents/document_content.h"
#include "collector/contracts/documents/document_rules.h"
#include "collector/contracts/documents/document_table.h"
#include "common/hash.h"
#include "common/proto_time.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/contracts/contract_store.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FromText;
using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct DocumentStore : ContractStore {
  explicit DocumentStore(const DocumentOptions& options = {})
      : documents(*ContractMemory::engine, committer, options) {}

  absl::StatusOr<v1::PutDocumentResponse> TryToPut(const std::string& content) {
    v1::PutDocumentRequest request;
    request.set_content(content);
    request.set_title("a title");
    request.set_media_type("application/PDF");
    return documents.Put(request, "pat");
  }
  std::string Put(const std::string& content) {
    const auto response = TryToPut(content);
    EXPECT_OK(response);
    return response.ok() ? response->document().sha256() : "";
  }

  absl::StatusOr<v1::GetDocumentResponse> Part(const std::string& sha256,
                                               int64_t offset = 0,
                                               int32_t max_bytes = 0) const {
    v1::GetDocumentRequest request;
    request.set_sha256(sha256);
    request.set_offset(offset);
    request.set_max_bytes(max_bytes);
    return documents.Get(request);
  }

  absl::Status Delete(const std::string& sha256,
                      const std::string& request_id = "") {
    v1::DeleteDocumentRequest request;
    request.set_sha256(sha256);
    request.set_reason("by mistake");
    request.set_request_id(request_id);
    return documents.Delete(request, "ina").status();
  }

  std::vector<v1::Document> List(const std::string& request = "") const {
    const auto response =
        documents.List(FromText<v1::ListDocumentsRequest>(request));
    EXPECT_OK(response);
    if (!response.ok()) return {};
    return {response->documents().begin(), response->documents().end()};
  }

  // A contract C-1 that a document supports.
  absl::StatusOr<v1::ChangeSet> ProposeContract(const std::string& sha256) {
    v1::ObjectChange vendor;
    vendor.set_action(v1::ObjectChange::ACTION_SET);
    vendor.mutable_object()->mutable_vendor()->set_name("Acme");
    v1::ObjectChange contract;
    contract.set_action(v1::ObjectChange::ACTION_SET);
    *contract.mutable_object()->mutable_contract() = FromText<v1::Contract>(
        absl::StrCat("contract_number: 'C-1' vendor: 'Acme' "
                     "start_date: '2026-01-01' documents { sha256: '",
                     sha256, "' kind: KIND_ORIGINAL }"));
    return ProposeAs("ina", {vendor, contract});
  }

  Documents documents;
};

TEST(Documents, AreGivenAsTheyWerePut) {
  DocumentStore store;
  std::string content;
  for (size_t i = 0; i < 2 * kDocumentChunkBytes + 7; ++i) {
    content.push_back(static_cast<char>(i * i >> 3));
  }
  ASSERT_OK_AND_ASSIGN(const auto put, store.TryToPut(content));
  EXPECT_FALSE(put.already_held());
  EXPECT_EQ(put.document().sha256(), Sha256Hex(content));
  EXPECT_EQ(put.document().media_type(), "application/pdf");
  const std::string& sha256 = put.document().sha256();
  ASSERT_OK_AND_ASSIGN(const auto whole, store.Part(sha256));
  EXPECT_TRUE(whole.content() == content);
  EXPECT_EQ(whole.document().size_bytes(),
            static_cast<int64_t>(content.size()));
  // In parts that do not meet chunks.
  std::string joined;
  while (true) {
    ASSERT_OK_AND_ASSIGN(
        const auto part,
        store.Part(sha256, static_cast<int64_t>(joined.size()), 100'003));
    if (part.content().empty()) break;
    joined += part.content();
  }
  EXPECT_TRUE(joined == content);
}

TEST(Documents, AreKeptOnce) {
  DocumentStore store;
  const std::string sha256 = store.Put("abc");
  store.clock.Advance(absl::Hours(1));
  v1::PutDocumentRequest request;
  request.set_content("abc");
  request.set_title("another");
  ASSERT_OK_AND_ASSIGN(const auto again, store.documents.Put(request, "ina"));
  EXPECT_TRUE(again.already_held());
  EXPECT_EQ(again.document().title(), "a title");
  const auto all = store.List();
  ASSERT_EQ(all.size(), 1u);
  ASSERT_EQ(all[0].events_size(), 1);
  EXPECT_EQ(all[0].events(0).principal(), "pat");
}

TEST(Documents, AreComparedWithTheirHashWhenTheyAreRead) {
  DocumentStore store;
  const std::string content(kDocumentChunkBytes + 1, 'x');
  const std::string sha256 = store.Put(content);
  const auto spoil = [&](const std::optional<std::string>& bytes) {
    EXPECT_OK(store.committer.Commit(
        {}, [&](KnownStamp, const Reader&, Writes& writes) {
          stored::v1::DocumentChunk chunk;
          chunk.set_content(bytes.value_or(""));
          if (bytes.has_value()) {
            kDocumentChunkTable.Put(writes.head, {sha256, 1}, chunk);
          } else {
            kDocumentChunkTable.Delete(writes.head, {sha256, 1});
          }
          return absl::OkStatus();
        }));
  };
  spoil("y");
  EXPECT_THAT(store.Part(sha256),
              StatusIs(StatusCode::kDataLoss, HasSubstr(sha256)));
  // Also where the part that is asked for is as it was.
  EXPECT_THAT(store.Part(sha256, 0, 1), StatusIs(StatusCode::kDataLoss));
  spoil(std::nullopt);
  EXPECT_THAT(store.Part(sha256), StatusIs(StatusCode::kDataLoss));
  // Whoever has the bytes puts it right.
  ASSERT_OK_AND_ASSIGN(const auto again, store.TryToPut(content));
  EXPECT_TRUE(again.already_held());
  EXPECT_OK(store.Part(sha256));
}

TEST(Documents, AreRepairedByARepeatedCall) {
  DocumentStore store;
  v1::PutDocumentRequest request;
  request.set_content("abc");
  request.set_request_id("r");
  ASSERT_OK_AND_ASSIGN(const auto put, store.documents.Put(request, "pat"));
  const std::string sha256 = put.document().sha256();
  EXPECT_OK(store.committer.Commit(
      {}, [&](KnownStamp, const Reader&, Writes& writes) {
        kDocumentChunkTable.Delete(writes.head, {sha256, 0});
        return absl::OkStatus();
      }));
  EXPECT_THAT(store.Part(sha256), StatusIs(StatusCode::kDataLoss));
  ASSERT_OK_AND_ASSIGN(const auto again, store.documents.Put(request, "pat"));
  EXPECT_FALSE(again.already_held());
  ASSERT_OK_AND_ASSIGN(const auto whole, store.Part(sha256));
  EXPECT_EQ(whole.content(), "abc");
}

TEST(Documents, ComeBackUnderTheTitleThatTheyComeBackWith) {
  DocumentStore store;
  EXPECT_OK(store.Delete(store.Put("abc")));
  v1::PutDocumentRequest request;
  request.set_content("abc");
  request.set_title("another");
  ASSERT_OK_AND_ASSIGN(const auto back, store.documents.Put(request, "pat"));
  EXPECT_FALSE(back.already_held());
  EXPECT_EQ(back.document().title(), "another");
  EXPECT_EQ(back.document().media_type(), "application/octet-stream");
}

TEST(Documents, GoWhileNothingRefersToThem) {
  DocumentStore store;
  const std::string sha256 = store.Put("abc");
  EXPECT_OK(store.Delete(sha256, "r"));
  EXPECT_THAT(store.Part(sha256),
              StatusIs(StatusCode::kNotFound, HasSubstr("was deleted")));
  EXPECT_THAT(store.List(), IsEmpty());
  EXPECT_OK(store.Delete(sha256, "r"));
  EXPECT_THAT(store.Delete(sha256), StatusIs(StatusCode::kNotFound));
  auto all = store.List("with_deleted: true");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_FALSE(all[0].held());
  ASSERT_EQ(all[0].events_size(), 2);
  EXPECT_EQ(all[0].events(1).kind(), v1::DocumentEvent::KIND_DELETED);
  EXPECT_EQ(all[0].events(1).principal(), "ina");
  EXPECT_EQ(all[0].events(1).reason(), "by mistake");
  auto chunks =
      kDocumentChunkTable.ScanPrefix(*store.ContractMemory::engine, {});
  EXPECT_THAT(chunks.Next(), IsOkAndHolds(::testing::Eq(std::nullopt)));
  // And come back, with all that was done to them.
  store.Put("abc");
  all = store.List();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].events_size(), 3);
}

TEST(Documents, StayWhileAnyObjectOfAnyTimeRefersToThem) {
  DocumentStore store;
  const std::string sha256 = store.Put("abc");
  ASSERT_OK_AND_ASSIGN(const auto proposed, store.ProposeContract(sha256));
  store.AgreeTo(proposed.change_set_id());
  EXPECT_THAT(store.Delete(sha256), StatusIs(StatusCode::kFailedPrecondition,
                                             HasSubstr("contract c-1")));
  auto all = store.List();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].reference_count(), 1);
  ASSERT_EQ(all[0].references_size(), 1);
  EXPECT_THAT(all[0].references(0).name().parts(), ElementsAre("c-1"));
  EXPECT_EQ(all[0].references(0).object_id(),
            ObjectIdHex(v1::ContractObject::kContract, {"C-1"}));
  EXPECT_THAT(store.List("only_unreferenced: true"), IsEmpty());
  // What was true once is evidence for ever.
  v1::ObjectChange end;
  end.set_action(v1::ObjectChange::ACTION_END);
  end.set_effective_date("2026-02-01");
  end.mutable_object()->mutable_contract()->set_contract_number("C-1");
  ASSERT_OK_AND_ASSIGN(const auto ending, store.ProposeAs("ina", {end}));
  store.AgreeTo(ending.change_set_id());
  EXPECT_THAT(store.Delete(sha256), StatusIs(StatusCode::kFailedPrecondition));
}

TEST(Documents, MustBeHeldToBeReferredTo) {
  DocumentStore store;
  const std::string sha256 = Sha256Hex("abc");
  EXPECT_THAT(store.ProposeContract(sha256),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr(absl::StrCat("document ", sha256))));
  store.Put("abc");
  ASSERT_OK_AND_ASSIGN(const auto proposed, store.ProposeContract(sha256));
  // Nothing that is in effect refers to it yet.
  EXPECT_OK(store.Delete(sha256));
  const std::string& id = proposed.change_set_id();
  EXPECT_OK(store.Approve(id, "pat"));
  EXPECT_THAT(store.Approve(id, "ina"),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("not held")));
  store.Put("abc");
  EXPECT_OK(store.Approve(id, "ina"));
}

TEST(Documents, AreBoundedTogether) {
  DocumentStore store({.max_total_bytes = 10, .max_count = 2});
  const std::string first = store.Put("123456");
  EXPECT_THAT(store.TryToPut("12345"),
              StatusIs(StatusCode::kResourceExhausted,
                       HasSubstr("--max-documents-mib")));
  store.Put("1234");
  EXPECT_OK(store.TryToPut("1234"));
  EXPECT_OK(store.Delete(first));
  store.Put("12345");
  // Three are known, of which two are held.
  EXPECT_THAT(store.TryToPut("1"),
              StatusIs(StatusCode::kResourceExhausted,
                       AllOf(HasSubstr("2 documents"),
                             HasSubstr("delete what nothing refers to"))));
  // What a collector counts when it starts is the same.
  Documents later(*store.ContractMemory::engine, store.committer,
                  {.max_total_bytes = 10, .max_count = 3});
  v1::PutDocumentRequest request;
  request.set_content("12");
  EXPECT_THAT(later.Put(request, "pat"),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("9 of 10")));
}

TEST(Documents, RefuseWhatIsMalformed) {
  DocumentStore store;
  const auto refusal = [&](const std::string& text) {
    return store.documents.Put(FromText<v1::PutDocumentRequest>(text), "pat");
  };
  EXPECT_THAT(refusal(""), StatusIs(StatusCode::kInvalidArgument,
                                    HasSubstr("1 to 16777216")));
  EXPECT_THAT(refusal("content: 'x' title: 'a\\nb'"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("title")));
  EXPECT_THAT(refusal("content: 'x' title: '=1+1'"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("title")));
  EXPECT_THAT(refusal("content: 'x' media_type: 'pdf'"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("media_type")));
  EXPECT_THAT(
      refusal("content: 'x' sha256: 'ab'"),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("changed on the way")));
  v1::PutDocumentRequest large;
  large.set_content(std::string((16 << 20) + 1, 'x'));
  EXPECT_THAT(store.documents.Put(large, "pat"),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(store.Part("ab"), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(store.Part(std::string(64, 'A')),
              StatusIs(StatusCode::kInvalidArgument));
  const std::string sha256 = store.Put("abc");
  EXPECT_THAT(store.Part(sha256, 4),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("0 to 3")));
  EXPECT_THAT(store.Part(sha256, -1), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(store.Part(sha256, 0, 1 << 30),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("max_bytes")));
  v1::DeleteDocumentRequest request;
  request.set_sha256(sha256);
  EXPECT_THAT(store.documents.Delete(request, "ina"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("reason")));
}

TEST(Documents, AreListedInPages) {
  DocumentStore store;
  for (int i = 0; i < 5; ++i) store.Put(absl::StrCat("document ", i));
  std::vector<std::string> all;
  for (const auto& document : store.List()) all.push_back(document.sha256());
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  std::vector<std::string> paged;
  v1::ListDocumentsRequest request;
  request.set_page_size(2);
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, store.documents.List(request));
    EXPECT_LE(page.documents_size(), 2);
    for (const auto& document : page.documents()) {
      paged.push_back(document.sha256());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(paged, all);
}

TEST(Documents, KeepTheFirstAndTheLastEvents) {
  DocumentStore store;
  for (int i = 0; i < 60; ++i) {
    EXPECT_OK(store.Delete(store.Put("abc")));
    store.clock.Advance(absl::Minutes(1));
  }
  const auto all = store.List("with_deleted: true");
  ASSERT_EQ(all.size(), 1u);
  ASSERT_EQ(all[0].events_size(), 100);
  EXPECT_EQ(
      FromProto(all[0].events(99).time()) - FromProto(all[0].events(0).time()),
      absl::Minutes(59));
}

TEST(Documents, AreCheckedWithTheStore) {
  DocumentStore store;
  const auto check = [&] {
    auto found = CheckStoredDocuments(*store.ContractMemory::engine,
                                      [] { return false; });
    EXPECT_OK(found);
    return found.value_or(v1::StoreCheck());
  };
  const std::string sha256 = store.Put("abc");
  EXPECT_OK(store.Delete(store.Put("gone")));
  EXPECT_THAT(check(), EqualsText("part: 'documents' compared_count: 1"));
  const auto put_chunk = [&](const std::string& of, uint32_t index,
                             const std::string& content) {
    EXPECT_OK(store.committer.Commit(
        {}, [&](KnownStamp, const Reader&, Writes& writes) {
          stored::v1::DocumentChunk chunk;
          chunk.set_content(content);
          kDocumentChunkTable.Put(writes.head, {of, index}, chunk);
          return absl::OkStatus();
        }));
  };
  put_chunk(sha256, 1, "more");
  EXPECT_EQ(check().difference_count(), 1);
  EXPECT_THAT(check().first_difference(), HasSubstr("has 2 chunks"));
  put_chunk(sha256, 0, "abd");
  EXPECT_THAT(check().first_difference(), HasSubstr("is not what was put"));
  put_chunk(Sha256Hex("gone"), 0, "gone");
  EXPECT_EQ(check().difference_count(), 2);
  EXPECT_THAT(
      CheckStoredDocuments(*store.ContractMemory::engine, [] { return true; }),
      StatusIs(StatusCode::kCancelled));
}

TEST(MediaType, IsATypeAndASubtype) {
  EXPECT_THAT(ParseMediaType(""), IsOkAndHolds("application/octet-stream"));
  EXPECT_THAT(ParseMediaType("Application/vnd.MS-Excel+xml"),
              IsOkAndHolds("application/vnd.ms-excel+xml"));
  for (const std::string bad :
       {"pdf", "/", "a/", "/a", "a/b/c", "a/b;c=d", "a /b", ".a/b", "a/b\n"}) {
    EXPECT_THAT(ParseMediaType(bad), StatusIs(StatusCode::kInvalidArgument))
        << bad;
  }
  EXPECT_THAT(ParseMediaType("a/" + std::string(126, 'b')),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST(DocumentKeys, HaveTheseBytes) {
  KeyWriter writer;
  DocumentChunkKey{"ab", 258}.Encode(writer);
  const std::string bytes = writer.Take();
  EXPECT_EQ(bytes, std::string("ab\0\1\0\0\1\2", 8));
  KeyReader reader(bytes);
  const DocumentChunkKey key = DocumentChunkKey::Decode(reader);
  EXPECT_TRUE(reader.Done());
  EXPECT_EQ(key.sha256, "ab");
  EXPECT_EQ(key.index, 258u);
}

TEST(DocumentKeys, ComeInTheOrderOfHashAndIndex) {
  const auto bytes = [](const DocumentChunkKey& key) {
    KeyWriter writer;
    key.Encode(writer);
    return writer.Take();
  };
  EXPECT_LT(bytes({"a", 255}), bytes({"a", 256}));
  EXPECT_LT(bytes({"a", 256}), bytes({"b", 0}));
}

}  // namespace
}  // namespace rollcall::collector
