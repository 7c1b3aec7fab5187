// Documents. Pure.
#pragma once

#include <string>

#include "rollcall/v1/document_service.pb.h"

namespace rollcall::cli {

// What became of a document that was put; CSV: as a list of one.
std::string PutDocumentText(const v1::PutDocumentResponse& response, int width);
std::string PutDocumentCsv(const v1::PutDocumentResponse& response);

// Tables: fitted to `width`, empty if there is no item. CSV: a header line and
// one line an item.
std::string DocumentsTable(const v1::ListDocumentsResponse& response,
                           int width);
std::string DocumentsCsv(const v1::ListDocumentsResponse& response);

}  // namespace rollcall::cli
