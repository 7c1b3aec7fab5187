#include "tests/faults/local_collector.h"

#include <algorithm>
#include <map>
#include <vector>

#include "collector/inventory/subject_state.h"
#include "common/rows.h"
#include "common/status.h"

namespace rollcall::testing {

using collector::KnownStamp;
using collector::SectionState;

namespace {

RootId RootOfSection(const SectionState& section) {
  std::vector<RowId> ids = section.fleet;
  for (const auto& [id, canonical] : section.own) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  return ComputeSectionRoot(ids);
}

}  // namespace

absl::Status LocalCollector::Start(const TestPki& pki) {
  ROLLCALL_RETURN_IF_ERROR(shared_.bases.Load());
  collector::GrpcListenerOptions options;
  options.address = "127.0.0.1:0";
  options.credentials = pki.Server();
  ROLLCALL_ASSIGN_OR_RETURN(
      listener_, collector::GrpcListener::Start(options, {&service_}));
  return absl::OkStatus();
}

void LocalCollector::Stop() {
  if (listener_ != nullptr) listener_->Stop(absl::ZeroDuration());
  listener_.reset();
}

absl::StatusOr<std::optional<RootId>> LocalCollector::RootOf(
    AgentId agent, KnownStamp as_of) const {
  ROLLCALL_ASSIGN_OR_RETURN(const auto subject,
                            subjects_.FindByAgent(engine_, agent));
  if (!subject.has_value()) return std::nullopt;
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto state,
      ReadSubjectState(engine_, shared_.content, subject->id, as_of));
  if (!state.has_value()) return std::nullopt;
  std::map<std::string, RootId> roots;
  for (const auto& [name, section] : state->sections) {
    roots[name] = RootOfSection(section);
  }
  return ComputeSubjectRoot(roots);
}

}  // namespace rollcall::testing
