#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/file.h"
#include "common/hash.h"
#include "rollcall/v1/document_service.grpc.pb.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/collector/cli/command_fixture.h"

namespace rollcall::cli {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FromText;
using ::rollcall::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class FakeDocumentService final : public v1::DocumentService::Service {
 public:
  grpc::Status PutDocument(grpc::ServerContext*,
                           const v1::PutDocumentRequest* request,
                           v1::PutDocumentResponse* response) override {
    put = *request;
    response->mutable_document()->set_sha256(request->sha256());
    response->mutable_document()->set_title(request->title());
    response->set_already_held(already_held);
    return grpc::Status::OK;
  }
  grpc::Status GetDocument(grpc::ServerContext*,
                           const v1::GetDocumentRequest* request,
                           v1::GetDocumentResponse* response) override {
    ++gets;
    response->mutable_document()->set_size_bytes(
        static_cast<int64_t>(content.size()));
    // Three bytes at a time.
    response->set_content(
        content.substr(static_cast<size_t>(request->offset()), 3));
    return grpc::Status::OK;
  }
  grpc::Status ListDocuments(grpc::ServerContext*,
                             const v1::ListDocumentsRequest* request,
                             v1::ListDocumentsResponse* response) override {
    listed = *request;
    *response = documents;
    return grpc::Status::OK;
  }
  grpc::Status DeleteDocument(grpc::ServerContext*,
                              const v1::DeleteDocumentRequest* request,
                              v1::DeleteDocumentResponse* response) override {
    deleted = *request;
    response->mutable_document()->set_sha256(request->sha256());
    return grpc::Status::OK;
  }

  int gets = 0;
  bool already_held = false;
  std::string content = "the document";
  v1::PutDocumentRequest put;
  v1::ListDocumentsRequest listed;
  v1::DeleteDocumentRequest deleted;
  v1::ListDocumentsResponse documents = FromText<v1::ListDocumentsResponse>(
      "documents { sha256: 'aa' title: 'Receipt\\033[2J' held: true "
      "  media_type: 'application/pdf' size_bytes: 2048 "
      "  events { kind: KIND_PUT principal: 'pat' "
      "    time { seconds: 1770000000 } } "
      "  references { name { kind: CONTRACT_OBJECT_KIND_ENTITLEMENT "
      "    parts: 'c-1' parts: 'po-1' parts: '2' } object_id: 'ee' } "
      "  reference_count: 102 } "
      "documents { sha256: 'bb' title: '=1+1' size_bytes: 1 "
      "  events { kind: KIND_PUT principal: 'pat' } "
      "  events { kind: KIND_DELETED principal: 'ina' reason: 'twice' } }");
};

class DocumentCommandsTest : public CommandTest<FakeDocumentService> {
 protected:
  TempDir dir_;
};

TEST_F(DocumentCommandsTest, APutSaysTheHash) {
  const std::string path = dir_.Write("contract.pdf", "abc");
  EXPECT_EQ(Run({"contracts", "documents", "put", path}), ExitCode::kOk);
  EXPECT_THAT(service_.put,
              EqualsText(absl::StrCat("content: 'abc' title: 'contract.pdf' "
                                      "sha256: '",
                                      Sha256Hex("abc"), "'")));
  EXPECT_THAT(out_.str(), AllOf(StartsWith(Sha256Hex("abc") + "\n"),
                                HasSubstr("It is held now")));
  service_.already_held = true;
  EXPECT_EQ(Run({"contracts", "documents", "put", path, "--title=T",
                 "--media-type=application/pdf"}),
            ExitCode::kOk);
  EXPECT_EQ(service_.put.title(), "T");
  EXPECT_EQ(service_.put.media_type(), "application/pdf");
  EXPECT_THAT(out_.str(), HasSubstr("held already, as \"T\""));
  EXPECT_EQ(Run({"contracts", "documents", "put", dir_.File("none")}),
            ExitCode::kUsage);
}

TEST_F(DocumentCommandsTest, GetsAllPartsIntoANewFile) {
  const std::string path = dir_.File("out");
  const std::string sha256 = Sha256Hex(service_.content);
  EXPECT_EQ(Run({"contracts", "documents", "get", sha256, "--out=" + path}),
            ExitCode::kOk);
  EXPECT_EQ(service_.gets, 4);
  EXPECT_EQ(*ReadFile(path, 100), service_.content);
  // As other programs print it.
  EXPECT_EQ(Run({"contracts", "documents", "get", absl::AsciiStrToUpper(sha256),
                 "--out=" + dir_.File("b")}),
            ExitCode::kOk);
  EXPECT_EQ(Run({"contracts", "documents", "get", sha256}), ExitCode::kUsage);
}

TEST_F(DocumentCommandsTest, LeavesAFileThatIsThere) {
  const std::string path = dir_.Write("out", "mine");
  const std::string sha256 = Sha256Hex(service_.content);
  EXPECT_EQ(Run({"contracts", "documents", "get", sha256, "--out=" + path}),
            ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--force"));
  EXPECT_EQ(*ReadFile(path, 100), "mine");
  EXPECT_EQ(Run({"contracts", "documents", "get", sha256, "--out=" + path,
                 "--force"}),
            ExitCode::kOk);
  EXPECT_EQ(*ReadFile(path, 100), service_.content);
}

TEST_F(DocumentCommandsTest, AFileThatCannotBeMadeIsAWrongArgument) {
  const std::string path = dir_.File("no/such/folder");
  const std::string sha256 = Sha256Hex(service_.content);
  std::vector<std::string> words = {"contracts", "documents", "get", sha256,
                                    "--out=" + path};
  EXPECT_EQ(Run(words), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), StartsWith("rollcall: " + path + ": cannot"));
  words.emplace_back("--force");
  EXPECT_EQ(Run(words), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), StartsWith("rollcall: " + path + ": cannot"));
}

TEST_F(DocumentCommandsTest, ADocumentIsPutWhateverItsFileIsCalled) {
  const std::string path = dir_.Write("caf\xe9.pdf", "abc");
  EXPECT_EQ(Run({"contracts", "documents", "put", path}), ExitCode::kOk);
  EXPECT_EQ(service_.put.title(), "caf\xef\xbf\xbd.pdf");
}

TEST_F(DocumentCommandsTest, WritesNothingThatIsNotTheDocument) {
  const std::string path = dir_.File("out");
  EXPECT_NE(Run({"contracts", "documents", "get", Sha256Hex("other"),
                 "--out=" + path}),
            ExitCode::kOk);
  EXPECT_THAT(err_.str(), HasSubstr("nothing was written"));
  EXPECT_FALSE(ReadFile(path, 100).ok());
}

TEST_F(DocumentCommandsTest, ListsWhatRefersToEach) {
  EXPECT_EQ(
      Run({"contracts", "documents", "list", "--deleted", "--unreferenced"}),
      ExitCode::kOk);
  EXPECT_TRUE(service_.listed.with_deleted());
  EXPECT_TRUE(service_.listed.only_unreferenced());
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("2.0 KiB"), HasSubstr("2026-02-02"),
                    HasSubstr("entitlement c-1 / po-1 / 2; and 101 more"),
                    HasSubstr("twice"), Not(HasSubstr("\033[2J"))));
  EXPECT_EQ(Run({"contracts", "documents", "list", "--output=csv"}),
            ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              AllOf(StartsWith("sha256,title,media_type,"),
                    HasSubstr("\nbb,'=1+1,"), HasSubstr(",ina,twice,")));
}

TEST_F(DocumentCommandsTest, ADeletionSaysWhy) {
  EXPECT_EQ(Run({"contracts", "documents", "delete", "aa"}), ExitCode::kUsage);
  EXPECT_EQ(Run({"contracts", "documents", "delete", "aa", "--reason=twice"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.deleted, EqualsText("sha256: 'aa' reason: 'twice'"));
}

TEST_F(DocumentCommandsTest, AGroupWithinAGroupIsNoCommand) {
  EXPECT_EQ(Run({"contracts", "documents"}), ExitCode::kUsage);
  EXPECT_EQ(Run({"contracts", "documents", "--help"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("put"), HasSubstr("delete")));
}

}  // namespace
}  // namespace rollcall::cli
