// Answers that were given to writes, so that a write that is sent twice takes
// effect once.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "collector/storage/engine.h"
#include "collector/storage/key.h"
#include "collector/storage/table.h"
#include "common/hash.h"
#include "common/status.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"
#include "rollcall/stored/v1/meta.pb.h"

namespace rollcall::collector {

struct RequestKey {
  // The method's full name, for example
  // "rollcall.v1.ContractService.ImportEntitlements".
  std::string method;
  std::string principal;
  std::string request_id;

  void Encode(KeyWriter& writer) const {
    writer.Text(method).Text(principal).Text(request_id);
  }
  static RequestKey Decode(KeyReader& reader) {
    RequestKey key;
    key.method = reader.Text();
    key.principal = reader.Text();
    key.request_id = reader.Text();
    return key;
  }
};

inline constexpr Table<RequestKey, stored::v1::GivenAnswer> kRequestTable(
    TableId::kRequest);

// One write that its caller may repeat. Immutable.
class RepeatableRequest {
 public:
  // The request of a principal; `request_id` may be empty: then nothing is
  // found and nothing kept. INVALID_ARGUMENT if the id is longer than 64 bytes
  // or not printable ASCII.
  static absl::StatusOr<RepeatableRequest> Create(
      absl::string_view method, absl::string_view principal,
      absl::string_view request_id, const google::protobuf::Message& request) {
    constexpr size_t kMaxBytes = 64;
    bool printable = true;
    for (const char c : request_id) {
      printable &= absl::ascii_isprint(static_cast<unsigned char>(c));
    }
    if (request_id.size() > kMaxBytes || !printable) {
      return absl::InvalidArgumentError(
          absl::StrCat("request_id must be at most ", kMaxBytes,
                       " printable ASCII characters"));
    }
    RepeatableRequest repeatable;
    repeatable.key_ = {std::string(method), std::string(principal),
                       std::string(request_id)};
    if (!request_id.empty()) {
      repeatable.sha256_ = Sha256().Update(BytesOf(request)).Finish();
    }
    return repeatable;
  }

  // The answer that was kept. INVALID_ARGUMENT if the id was used for another
  // request, DATA_LOSS if the answer does not parse.
  template <typename Response>
  absl::StatusOr<std::optional<Response>> FindAnswer(
      const Reader& reader) const {
    if (key_.request_id.empty()) return std::optional<Response>();
    ROLLCALL_ASSIGN_OR_RETURN(const auto given,
                              kRequestTable.Get(reader, key_));
    if (!given.has_value()) return std::optional<Response>();
    if (given->request_sha256() != sha256_) {
      return absl::InvalidArgumentError(
          absl::StrCat("request_id \"", key_.request_id,
                       "\" was used for another request; use a new one"));
    }
    Response response;
    if (!response.ParseFromString(given->response())) {
      return absl::DataLossError("a stored answer does not parse");
    }
    return std::optional<Response>(std::move(response));
  }

  // Adds the answer to the batch that holds the write's effect.
  void KeepAnswer(const google::protobuf::Message& response,
                  Batch& batch) const {
    if (key_.request_id.empty()) return;
    stored::v1::GivenAnswer given;
    given.set_request_sha256(sha256_);
    given.set_response(response.SerializeAsString());
    kRequestTable.Put(batch, key_, given);
  }

 private:
  RepeatableRequest() = default;

  // The same for equal requests, also where they have maps.
  static std::string BytesOf(const google::protobuf::Message& request) {
    std::string bytes;
    {
      google::protobuf::io::StringOutputStream stream(&bytes);
      google::protobuf::io::CodedOutputStream coded(&stream);
      coded.SetSerializationDeterministic(true);
      request.SerializeToCodedStream(&coded);
    }
    return bytes;
  }

  RequestKey key_;
  std::string sha256_;
};

}  // namespace rollcall::collector
