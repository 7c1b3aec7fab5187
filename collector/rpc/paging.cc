#include "collector/rpc/paging.h"

#include <algorithm>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "google/protobuf/descriptor.h"

namespace rollcall::collector {
namespace {

constexpr size_t kHashBytes = 8;
constexpr size_t kMaxTokenBytes = 4'096;

std::string HashWithoutPage(const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> copy(request.New());
  copy->CopyFrom(request);
  for (const char* name : {"page_size", "page_token"}) {
    copy->GetReflection()->ClearField(
        copy.get(), copy->GetDescriptor()->FindFieldByName(name));
  }
  return Sha256()
      .UpdateSized(copy->GetDescriptor()->full_name())
      .Update(copy->SerializeAsString())
      .Finish()
      .substr(0, kHashBytes);
}

}  // namespace

std::string Page::TokenAfter(absl::string_view cursor) const {
  return absl::WebSafeBase64Escape(absl::StrCat(request_hash, cursor));
}

bool PageRoom::Takes(size_t bytes) {
  if (items_ == 0) return false;
  if (bytes_ > 0 && bytes_ + bytes > kPageBytes) {
    items_ = 0;
    return false;
  }
  --items_;
  bytes_ += bytes;
  return true;
}

absl::StatusOr<Page> ReadPage(const google::protobuf::Message& request,
                              PageBounds bounds) {
  const auto* reflection = request.GetReflection();
  const auto* descriptor = request.GetDescriptor();
  const int size =
      reflection->GetInt32(request, descriptor->FindFieldByName("page_size"));
  const std::string token =
      reflection->GetString(request, descriptor->FindFieldByName("page_token"));
  if (size < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("page_size is ", size, "; it must not be negative"));
  }
  Page page;
  page.size = size == 0 ? bounds.default_size : std::min(size, bounds.max_size);
  page.request_hash = HashWithoutPage(request);
  if (token.empty()) return page;
  std::string bytes;
  if (token.size() > kMaxTokenBytes ||
      !absl::WebSafeBase64Unescape(token, &bytes) ||
      bytes.size() <= kHashBytes) {
    return absl::InvalidArgumentError(
        "page_token is malformed; use next_page_token as it was given");
  }
  if (bytes.substr(0, kHashBytes) != page.request_hash) {
    return absl::InvalidArgumentError(
        "page_token belongs to another request; all fields but page_size must "
        "be as they were there");
  }
  page.after = bytes.substr(kHashBytes);
  return page;
}

}  // namespace rollcall::collector
