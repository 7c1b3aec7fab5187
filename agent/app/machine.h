// The machine that the agent runs on, as the source of its facts.
#pragma once

#include <optional>

#include "agent/app/agent_loop.h"
#include "agent/app/scanner.h"

namespace rollcall::agent {

// Scans with what was selected on the command line, and goes on with the last
// known rows of a source that fails. Not thread-safe. Arguments outlive it.
class Machine final : public FactSource {
 public:
  // REQUIRES: `selection` names only sources that exist.
  Machine(const Scanner& scanner, const HostFs& fs, SourceSelection selection)
      : scanner_(scanner), fs_(fs), selection_(std::move(selection)) {}

  // What a run before this one found: a source that fails at the first scan
  // goes on with its rows.
  void GoOnFrom(std::optional<rollcall::Scan> earlier) {
    last_ = std::move(earlier);
  }

  Facts Scan(absl::Span<const std::string> disabled_sources) override;
  v1::Vitals ReadVitals() override;

 private:
  const Scanner& scanner_;
  const HostFs& fs_;
  const SourceSelection selection_;
  // The last scan, where a later one may need its rows.
  std::optional<rollcall::Scan> last_;
};

}  // namespace rollcall::agent
