// Pages of a listing. A token says after which item to go on, and is bound to
// the request that it came from.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace rollcall::collector {

// How long a page is when none asks, and at most. Those of most listings,
// unless said otherwise.
struct PageBounds {
  int default_size = 100;
  int max_size = 1'000;
};

// A page holds at most so many bytes of items, but at least one item.
inline constexpr size_t kPageBytes = 2 << 20;

// Where a page starts and how long it is.
struct Page {
  int size;
  // The cursor that the page before ended with; empty for the first page.
  std::string after;
  // Hash of the request without its page fields.
  std::string request_hash;

  // The token for the page after `cursor`, which must not be empty.
  std::string TokenAfter(absl::string_view cursor) const;
};

// Counts what a page takes. Clients of gRPC refuse messages of more than 4 MiB
// unless told otherwise, so that a page of large items ends before.
class PageRoom {
 public:
  explicit PageRoom(const Page& page) : items_(page.size) {}

  // Whether the page takes one more item of so many bytes; once it does not, it
  // takes no other. It takes a first one of any size.
  bool Takes(size_t bytes);

 private:
  int items_;
  size_t bytes_ = 0;
};

// Reads `page_size` and `page_token` of `request` (a message that has both).
// INVALID_ARGUMENT if the size is negative, or the token is malformed or came
// from another request. A size over the maximum means the maximum.
absl::StatusOr<Page> ReadPage(const google::protobuf::Message& request,
                              PageBounds bounds = {});

}  // namespace rollcall::collector
