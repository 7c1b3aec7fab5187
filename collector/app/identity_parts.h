// Matching and the corrections of it put together.
#pragma once

#include <optional>

#include "collector/identity/contact_times.h"
#include "collector/identity/device_linker.h"
#include "collector/identity/identity_edits.h"
#include "collector/identity/identity_queries.h"
#include "collector/inventory/last_seen.h"

namespace rollcall::collector {

// Contacts as identity asks for them, answered by inventory. Thread-safe.
// `last_seen` outlives it.
class LastSeenContactTimes final : public ContactTimes {
 public:
  explicit LastSeenContactTimes(const LastSeenTracker& last_seen)
      : last_seen_(last_seen) {}

  std::optional<absl::Time> LastContact(SubjectId subject) const override {
    const auto seen = last_seen_.Get(subject);
    if (!seen.has_value()) return std::nullopt;
    return seen->time;
  }

 private:
  const LastSeenTracker& last_seen_;
};

// In order of their making. Thread-safe; all arguments outlive it.
struct IdentityParts {
  IdentityParts(const Engine& engine, Committer& committer,
                const LastSeenTracker& last_seen, const Clock& clock,
                Random& random, const LinkOptions& link_options = {})
      : times(last_seen),
        linker(engine, committer, times, clock, link_options),
        queries(engine, times),
        edits(engine, committer, random) {}

  LastSeenContactTimes times;
  DeviceLinker linker;
  IdentityQueries queries;
  IdentityEdits edits;
};

}  // namespace rollcall::collector
