#include "collector/cli/views/document_view.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/cli/columns.h"
#include "collector/cli/enums.h"
#include "collector/cli/values.h"
#include "common/text.h"

namespace rollcall::cli {
namespace {

using v1::Document;
using v1::DocumentEvent;

// The last of its kind; an empty one if there is none.
const DocumentEvent& LastOf(const Document& document,
                            DocumentEvent::Kind kind) {
  for (int i = document.events_size(); i-- > 0;) {
    if (document.events(i).kind() == kind) return document.events(i);
  }
  return DocumentEvent::default_instance();
}

// Of one that was put again nothing is said.
const DocumentEvent& Deletion(const Document& document) {
  return document.held() ? DocumentEvent::default_instance()
                         : LastOf(document, DocumentEvent::KIND_DELETED);
}

const DocumentEvent& LastPut(const Document& document) {
  return LastOf(document, DocumentEvent::KIND_PUT);
}

std::string ReferencesInWords(const Document& document) {
  std::string words = absl::StrJoin(
      document.references(), "; ",
      [](std::string* out, const v1::DocumentReference& reference) {
        absl::StrAppend(out, EnumWord(reference.name().kind()), " ",
                        absl::StrJoin(reference.name().parts(), " / "));
      });
  const int more = document.reference_count() - document.references_size();
  if (more > 0) absl::StrAppend(&words, "; and ", more, " more");
  return words;
}

constexpr Column<Document> kDocumentColumns[] = {
    {"SHA256", "sha256", Align::kKey,
     [](const Document& d) { return d.sha256(); }},
    {"TITLE", "title", Align::kLeft,
     [](const Document& d) { return d.title(); }},
    {"TYPE", "media_type", Align::kLeft,
     [](const Document& d) { return d.media_type(); }},
    {"SIZE", nullptr, Align::kRight,
     [](const Document& d) { return BytesText(d.size_bytes()); }},
    {nullptr, "size_bytes", Align::kRight,
     [](const Document& d) { return absl::StrCat(d.size_bytes()); }},
    {"PUT", nullptr, Align::kKey,
     [](const Document& d) { return TimeText(LastPut(d).time()); }},
    {nullptr, "put_time", Align::kLeft,
     [](const Document& d) { return ExactTimeText(LastPut(d).time()); }},
    {"BY", "put_by", Align::kLeft,
     [](const Document& d) { return LastPut(d).principal(); }},
    {"DELETED", nullptr, Align::kKey,
     [](const Document& d) { return TimeText(Deletion(d).time()); }},
    {nullptr, "delete_time", Align::kLeft,
     [](const Document& d) { return ExactTimeText(Deletion(d).time()); }},
    {"DELETED BY", "deleted_by", Align::kLeft,
     [](const Document& d) { return Deletion(d).principal(); }},
    {"DELETED, WHY", "delete_reason", Align::kWrap,
     [](const Document& d) { return Deletion(d).reason(); }},
    {nullptr, "reference_count", Align::kRight,
     [](const Document& d) { return absl::StrCat(d.reference_count()); }},
    {"REFERRED TO BY", "references", Align::kWrap, ReferencesInWords},
};

}  // namespace

std::string PutDocumentText(const v1::PutDocumentResponse& response,
                            int /*width*/) {
  return absl::StrCat(
      response.document().sha256(), "\n",
      response.already_held() ? "The same was held already" : "It is held now",
      ", as \"", EscapeForTerminal(response.document().title()), "\", ",
      BytesText(response.document().size_bytes()), " of ",
      EscapeForTerminal(response.document().media_type()), ".\n");
}

std::string PutDocumentCsv(const v1::PutDocumentResponse& response) {
  const Document documents[] = {response.document()};
  return ToCsv(kDocumentColumns, documents,
               {{"already_held", response.already_held() ? "true" : "false"}});
}

std::string DocumentsTable(const v1::ListDocumentsResponse& response,
                           int width) {
  if (response.documents().empty()) return "";
  return RenderTable(
      WithoutEmptyColumns(ToTable(kDocumentColumns, response.documents())),
      width);
}

std::string DocumentsCsv(const v1::ListDocumentsResponse& response) {
  return ToCsv(kDocumentColumns, response.documents());
}

}  // namespace rollcall::cli
