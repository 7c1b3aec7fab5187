// Whether documents that objects refer to are held.
#pragma once

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// Looks changes over one after the other; each document is looked up once. Not
// thread-safe; the reader outlives it.
class DocumentCheck {
 public:
  explicit DocumentCheck(const Reader& reader) : reader_(reader) {}

  // FAILED_PRECONDITION, naming both, if the change sets an object that refers
  // to a document that is not held. REQUIRES: the change was checked by itself.
  absl::Status Check(const v1::ObjectChange& change);

 private:
  const Reader& reader_;
  absl::flat_hash_set<std::string> held_;
};

}  // namespace rollcall::collector
