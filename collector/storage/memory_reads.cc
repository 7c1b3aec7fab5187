#include "collector/storage/memory_reads.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace rollcall::collector {
namespace {

constexpr char kPayload[] = "rollcall/not-in-memory";

thread_local int scopes = 0;

}  // namespace

MemoryReads::MemoryReads() { ++scopes; }

MemoryReads::~MemoryReads() { --scopes; }

bool MemoryReads::Apply() { return scopes > 0; }

absl::Status NotInMemoryError(absl::string_view what) {
  absl::Status status =
      absl::UnavailableError(absl::StrCat(what, ": not in memory"));
  status.SetPayload(kPayload, absl::Cord());
  return status;
}

bool IsNotInMemory(const absl::Status& status) {
  return status.GetPayload(kPayload).has_value();
}

}  // namespace rollcall::collector
