// Documents that support contracts: put, list, get and delete.
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "collector/cli/argument_file.h"
#include "collector/cli/commands.h"
#include "collector/cli/explained_edit.h"
#include "collector/cli/file_name.h"
#include "collector/cli/file_progress.h"
#include "collector/cli/new_file.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/values.h"
#include "collector/cli/views/document_view.h"
#include "common/hash.h"
#include "common/status.h"
#include "rollcall/v1/document_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using DocumentStub = v1::DocumentService::Stub;

// What the collector takes.
constexpr size_t kMaxDocumentBytes = 16 << 20;
constexpr absl::string_view kSha256Help =
    "The document's SHA-256, 64 hex digits, as `contracts documents list` "
    "shows it";

class DocumentsPutCommand final : public Command {
 public:
  absl::string_view name() const override { return "contracts documents put"; }
  absl::string_view summary() const override {
    return "Keep a document, by the hash of its bytes";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts documents put C-2026-004.pdf "
           "--media-type=application/pdf\n"
           "  rollcall contracts documents put scan.tif --title=\"Receipt of "
           "PO-1042\"\n"
           "\n"
           "Prints the SHA-256, which objects then refer to in `documents`, "
           "as the JSON of\n"
           "`contracts propose` has it. The same bytes are kept once.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("FILE", "The document, at most 16 MiB", &path_);
    arguments
        .Text("title", "What people call it; default: the file's name", &title_)
        .Fills("title");
    arguments
        .Text("media-type",
              "What its bytes are; default: application/octet-stream",
              &media_type_)
        .Fills("media_type");
    arguments.Text("request-id", kRequestIdHelp, &request_id_)
        .Fills("request_id");
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::PutDocumentRequest request;
    ROLLCALL_ASSIGN_OR_RETURN(*request.mutable_content(),
                              ReadArgumentFile(path_, kMaxDocumentBytes));
    request.set_sha256(Sha256Hex(request.content()));
    request.set_title(title_.empty() ? FileNameOf(path_) : title_);
    request.set_media_type(media_type_);
    request.set_request_id(request_id_);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::DocumentService>());
    ROLLCALL_ASSIGN_OR_RETURN(const auto response,
                              Send(session, *stub, request));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, PutDocumentText, PutDocumentCsv, ""));
    return ExitCode::kOk;
  }

 private:
  absl::StatusOr<v1::PutDocumentResponse> Send(
      const Session& session, DocumentStub& stub,
      const v1::PutDocumentRequest& request) const {
    const ProgressLine progress =
        ShowFileProgress(session, "Putting", path_, request.content().size());
    return session.Call(stub, &DocumentStub::PutDocument, request);
  }

  std::string path_;
  std::string title_;
  std::string media_type_;
  std::string request_id_;
};

class DocumentsListCommand final : public Command {
 public:
  absl::string_view name() const override { return "contracts documents list"; }
  absl::string_view summary() const override {
    return "List documents, and what refers to each";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts documents list\n"
           "  rollcall contracts documents list --unreferenced\n"
           "  rollcall contracts documents list --deleted --output=csv\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Flag("deleted", "Those too that were deleted", &deleted_);
    arguments.Flag("unreferenced",
                   "Only those that nothing refers to, or ever did",
                   &unreferenced_);
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ListDocumentsRequest request;
    request.set_with_deleted(deleted_);
    request.set_only_unreferenced(unreferenced_);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::DocumentService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub, &DocumentStub::ListDocuments, request,
                    session.LimitOf(limit_),
                    &v1::ListDocumentsResponse::documents_size));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, DocumentsTable, DocumentsCsv,
                      unreferenced_ ? "There is none that nothing refers to."
                                    : "There is no document yet."));
    return ExitCode::kOk;
  }

 private:
  bool deleted_ = false;
  bool unreferenced_ = false;
  int limit_ = 0;
};

class DocumentsGetCommand final : public Command {
 public:
  absl::string_view name() const override { return "contracts documents get"; }
  absl::string_view summary() const override {
    return "Write a document to a file";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts documents get $SHA256 --out=contract.pdf\n"
           "\n"
           "What comes is compared with the hash before the file is made. A "
           "file that is there\n"
           "stays, unless --force.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("SHA256", kSha256Help, &sha256_).Fills("sha256");
    arguments.Text("out", "The file to write; needed", &path_);
    arguments.Flag("force", kForceHelp, &force_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    if (path_.empty()) {
      return absl::InvalidArgumentError(
          "--out is needed: the file to write the document to");
    }
    ROLLCALL_RETURN_IF_ERROR(CheckNoFile(path_, force_));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::DocumentService>());
    ROLLCALL_ASSIGN_OR_RETURN(const std::string content, Get(session, *stub));
    if (Sha256Hex(content) != absl::AsciiStrToLower(sha256_)) {
      return absl::DataLossError(
          "what came is not the document: its hash is another; nothing was "
          "written");
    }
    ROLLCALL_RETURN_IF_ERROR(WriteNewFile(path_, content, force_, 0600));
    session.Note(absl::StrCat("Wrote ",
                              BytesText(static_cast<int64_t>(content.size())),
                              " to ", path_, "."));
    return ExitCode::kOk;
  }

 private:
  absl::StatusOr<std::string> Get(const Session& session,
                                  DocumentStub& stub) const {
    std::string content;
    v1::GetDocumentRequest request;
    request.set_sha256(absl::AsciiStrToLower(sha256_));
    while (true) {
      request.set_offset(static_cast<int64_t>(content.size()));
      ROLLCALL_ASSIGN_OR_RETURN(
          const auto part,
          session.Call(stub, &DocumentStub::GetDocument, request));
      content += part.content();
      if (part.content().empty() || content.size() > kMaxDocumentBytes ||
          static_cast<int64_t>(content.size()) >=
              part.document().size_bytes()) {
        return content;
      }
    }
  }

  std::string sha256_;
  std::string path_;
  bool force_ = false;
};

class DocumentsDeleteCommand final : public Command {
 public:
  absl::string_view name() const override {
    return "contracts documents delete";
  }
  absl::string_view summary() const override {
    return "Delete a document that nothing refers to";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts documents delete $SHA256 --reason=\"put by "
           "mistake\"\n"
           "\n"
           "One that an object refers to, or did on any day, stays.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("SHA256", kSha256Help, &sha256_).Fills("sha256");
    edit_.Declare(arguments);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_RETURN_IF_ERROR(edit_.Check());
    v1::DeleteDocumentRequest request;
    request.set_sha256(absl::AsciiStrToLower(sha256_));
    edit_.Fill(request);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::DocumentService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &DocumentStub::DeleteDocument, request));
    v1::ListDocumentsResponse shown;
    *shown.add_documents() = response.document();
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(shown, DocumentsTable, DocumentsCsv, ""));
    return ExitCode::kOk;
  }

 private:
  std::string sha256_;
  ExplainedEdit edit_;
};

}  // namespace

std::unique_ptr<Command> MakeDocumentsPutCommand() {
  return std::make_unique<DocumentsPutCommand>();
}

std::unique_ptr<Command> MakeDocumentsListCommand() {
  return std::make_unique<DocumentsListCommand>();
}

std::unique_ptr<Command> MakeDocumentsGetCommand() {
  return std::make_unique<DocumentsGetCommand>();
}

std::unique_ptr<Command> MakeDocumentsDeleteCommand() {
  return std::make_unique<DocumentsDeleteCommand>();
}

}  // namespace rollcall::cli
