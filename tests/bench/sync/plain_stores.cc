#include "tests/bench/sync/plain_stores.h"

#include <grpcpp/support/proto_buffer_reader.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/compression.h"
#include "common/hash.h"
#include "common/rows.h"
#include "common/status.h"
#include "rollcall/v1/sync.grpc.pb.h"

namespace rollcall::bench {
namespace {

using collector::Batch;
using collector::TableId;

// About those of the fleet's hosts.
constexpr size_t kHeadBytes = 500;
constexpr size_t kHistoryBytes = 40;
constexpr size_t kChangeBytes = 60;

// Calls `visit` with each frame of rows: its bytes, and what is in it.
template <typename Visit>
absl::Status VisitFrames(const grpc::ByteBuffer& bytes, const Visit& visit) {
  grpc::ByteBuffer copy(bytes);
  v1::AgentMessage message;
  if (!grpc::GenericDeserialize<grpc::ProtoBufferReader, v1::AgentMessage>(
           &copy, &message)
           .ok()) {
    return absl::InvalidArgumentError("not a message");
  }
  for (const std::string& frame : message.rows().frames()) {
    ROLLCALL_ASSIGN_OR_RETURN(const std::string content, Decompress(frame));
    v1::RowBatch rows;
    if (!rows.ParseFromString(content)) {
      return absl::InvalidArgumentError("not a batch of rows");
    }
    visit(content, rows);
  }
  return absl::OkStatus();
}

}  // namespace

void PlainHosts::Store(uint64_t /*stream*/, const grpc::ByteBuffer& message,
                       Done done) {
  std::string all;
  const absl::Status read =
      VisitFrames(message, [&](const std::string& content,
                               const auto& /*rows*/) { all += content; });
  if (!read.ok()) return done(false);
  Batch batch;
  batch.Put(TableId::kRow, absl::StrCat("host-", ++count_), std::move(all));
  done(engine_.Write(batch, collector::Durability::kSynced).ok());
}

void GroupedStore::Write(uint64_t stream, Batch batch, Done done) {
  // Functions must be copyable.
  const auto shared_batch = std::make_shared<Batch>(std::move(batch));
  const auto shared_done = std::make_shared<Done>(std::move(done));
  collector::Change change;
  change.names = {absl::StrCat("subject/", stream)};
  change.build = [shared_batch](collector::KnownStamp /*stamp*/,
                                const collector::Reader& /*reader*/,
                                collector::Writes& writes) {
    writes.head.Append(std::move(*shared_batch));
    return absl::OkStatus();
  };
  change.done =
      [shared_done](const absl::StatusOr<collector::KnownStamp>& stamp) {
        (*shared_done)(stamp.ok());
      };
  if (!committer_.Submit(std::move(change)).ok()) (*shared_done)(false);
}

void PlainRows::Store(uint64_t stream, const grpc::ByteBuffer& message,
                      Done done) {
  Batch batch;
  const absl::Status read = VisitFrames(
      message, [&](const std::string& /*content*/, const v1::RowBatch& rows) {
        for (const std::string& row : rows.rows()) {
          const auto id = ComputeRowId("software", kRowLevel, row);
          batch.Put(TableId::kRow, id.ToBytes(), row);
        }
      });
  if (!read.ok()) return done(false);
  Write(stream, std::move(batch), std::move(done));
}

void PlainChanges::Store(uint64_t stream, const grpc::ByteBuffer& /*message*/,
                         Done done) {
  // All over the table, as ids are.
  const std::string key =
      Sha256().Update(absl::StrCat(stream)).Finish().substr(0, 16);
  const std::string number = absl::StrCat(NextStamp().raw());
  Batch batch;
  batch.Put(TableId::kHead, key, std::string(kHeadBytes, 'h'));
  batch.Put(TableId::kHistory, key + number, std::string(kHistoryBytes, 'h'));
  batch.Put(TableId::kChange, number, std::string(kChangeBytes, 'c'));
  Write(stream, std::move(batch), std::move(done));
}

}  // namespace rollcall::bench
