// A source: one probe of the agent, which states the facts of one or two
// sections and what it could not see. A source is a pure parse function over
// the content of files, and a thin Source that reads them through HostFs. To
// add one: a .cc file here, a declaration in sources.h, one line in
// registry.cc, and a test in tests/unit/agent/sources.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/host/host_fs.h"
#include "agent/host/host_probe.h"
#include "agent/sources/source_output.h"

namespace rollcall {

// What a source is, for people and for the policy that may switch it off.
struct SourceDescription {
  // The sections that it feeds.
  std::vector<std::string> sections;
  // What it reads; "*" stands for any name.
  std::vector<std::string> paths;
  // What it sees only with privilege; empty if privilege adds nothing.
  std::string privileges;
  // What a run costs on an ordinary machine.
  std::string cost;
};

// What a source may use.
struct CollectContext {
  const HostFs& fs;
  // The running kernel; nullptr unless fs.is_live().
  const HostProbe* probe = nullptr;
};

// Stateless; used by one thread at a time.
class Source {
 public:
  virtual ~Source() = default;

  // The name by which it is selected: that of its first section.
  virtual absl::string_view name() const = 0;
  virtual SourceDescription Describe() const = 0;
  // Reads and states. Never fails as a whole: what goes wrong is part of the
  // output. Blocking; every read is bounded.
  virtual SourceOutput Collect(const CollectContext& context) const = 0;
};

}  // namespace rollcall
