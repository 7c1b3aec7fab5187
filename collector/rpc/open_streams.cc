#include "collector/rpc/open_streams.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace rollcall::collector {
namespace {

absl::Status Stopping() {
  return absl::UnavailableError("the collector is stopping");
}

}  // namespace

absl::Status OpenStreams::Add(const std::string& principal,
                              std::shared_ptr<StreamLine> line, Check check) {
  MutexLock lock(&mutex_);
  if (stopped_) return Stopping();
  if (streams_.size() >= bounds_.in_all) {
    return absl::ResourceExhaustedError(absl::StrCat(
        bounds_.in_all, " streams are open already; try again later"));
  }
  size_t own = 0;
  for (const auto& [key, stream] : streams_) {
    if (stream.principal == principal) ++own;
  }
  if (own >= bounds_.of_principal) {
    return absl::ResourceExhaustedError(
        absl::StrCat(principal, " has ", own,
                     " streams open already; end one of them first"));
  }
  const StreamLine* const key = line.get();
  streams_.emplace(key, Stream{principal, std::move(line), std::move(check)});
  return absl::OkStatus();
}

void OpenStreams::Remove(const StreamLine* line) {
  MutexLock lock(&mutex_);
  streams_.erase(line);
}

void OpenStreams::Sweep() {
  std::vector<std::pair<std::shared_ptr<StreamLine>, absl::Status>> all;
  {
    MutexLock lock(&mutex_);
    for (const auto& [key, stream] : streams_) {
      all.emplace_back(stream.line, stream.check());
    }
  }
  for (const auto& [line, status] : all) {
    if (!status.ok()) line->End(status);
    line->Sweep(clock_.Monotonic(), bounds_.patience);
  }
}

void OpenStreams::Stop() {
  std::vector<std::shared_ptr<StreamLine>> all;
  {
    MutexLock lock(&mutex_);
    stopped_ = true;
    for (const auto& [key, stream] : streams_) all.push_back(stream.line);
  }
  for (const auto& line : all) line->End(Stopping());
}

size_t OpenStreams::size() const {
  MutexLock lock(&mutex_);
  return streams_.size();
}

}  // namespace rollcall::collector
