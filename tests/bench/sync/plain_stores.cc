#include "tests/bench/sync/plain_stores.h"

#include <grpcpp/support/proto_buffer_reader.h>

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

using collector::TableId;

// About those of the fleet's hosts.
constexpr size_t kHeadBytes = 500;
constexpr size_t kHistoryBytes = 40;
constexpr size_t kChangeBytes = 60;

void PutEach(const v1::RowBatch& rows, collector::Batch& batch) {
  for (const std::string& row : rows.rows()) {
    batch.Put(TableId::kRow, ComputeRowId("software", kRowLevel, row).ToBytes(),
              row);
  }
}

}  // namespace

absl::Status PlainRows::Store(const grpc::ByteBuffer& bytes) {
  grpc::ByteBuffer copy(bytes);
  v1::AgentMessage message;
  if (!grpc::GenericDeserialize<grpc::ProtoBufferReader, v1::AgentMessage>(
           &copy, &message)
           .ok()) {
    return absl::InvalidArgumentError("not a message");
  }
  std::string content;
  collector::Batch batch;
  for (const std::string& frame : message.rows().frames()) {
    ROLLCALL_ASSIGN_OR_RETURN(const std::string bytes_of_rows,
                              Decompress(frame));
    v1::RowBatch rows;
    if (!rows.ParseFromString(bytes_of_rows)) {
      return absl::InvalidArgumentError("not a batch of rows");
    }
    if (entries_ == Entries::kTogether) content += bytes_of_rows;
    if (entries_ == Entries::kById) PutEach(rows, batch);
  }
  if (entries_ == Entries::kTogether) {
    batch.Put(TableId::kRow, absl::StrCat("host-", ++count_),
              std::move(content));
  }
  return engine_.Write(batch, collector::Durability::kSynced);
}

absl::Status PlainCommits::Commit(uint64_t subject,
                                  std::function<void(bool)> done) {
  collector::Change change;
  change.names = {absl::StrCat("subject/", subject)};
  // All over the table, as ids are.
  const std::string key =
      Sha256().Update(absl::StrCat(subject)).Finish().substr(0, 16);
  change.build = [key](collector::KnownStamp stamp,
                       const collector::Reader& /*reader*/,
                       collector::Writes& writes) {
    const std::string number = absl::StrCat(stamp.raw());
    writes.head.Put(TableId::kHead, key, std::string(kHeadBytes, 'h'));
    writes.head.Put(TableId::kHistory, key + number,
                    std::string(kHistoryBytes, 'h'));
    writes.head.Put(TableId::kChange, number, std::string(kChangeBytes, 'c'));
    return absl::OkStatus();
  };
  change.done = [done = std::move(done)](
                    const absl::StatusOr<collector::KnownStamp>& stamp) {
    done(stamp.ok());
  };
  return committer_.Submit(std::move(change));
}

}  // namespace rollcall::bench
