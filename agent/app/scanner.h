// A scan: the selected sources run over a host, and what they say put together.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/host/host_fs.h"
#include "agent/host/host_probe.h"
#include "agent/sources/registry.h"
#include "agent/sources/source_output.h"
#include "common/clock.h"
#include "common/id.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall {

// One section, its rows encoded once: as they are hashed, sent and stored.
struct ScannedSection {
  std::string name;
  RootId root;
  // Ascending by id, without repetition.
  std::vector<EncodedRow> rows;
};

// All that one scan found.
struct Scan {
  RootId subject_root;
  v1::Evidence evidence;
  // Ascending by name. A source that ran has its sections here even if they are
  // empty; "source_status" is always among them.
  std::vector<ScannedSection> sections;
  // Values that move by themselves, with the cost of this scan.
  v1::Vitals vitals;
  // The machine's boot id, 16 bytes; empty if it has none.
  std::string boot_id;
  // Sections whose source failed, ascending. Whoever has their rows of an
  // earlier scan goes on with those: see WithSectionsOf.
  std::vector<std::string> failed_sections;
};

struct ScanOptions {
  SourceSelection sources = {};
  // A source that has not begun by then is not run and counts as failed.
  absl::Duration time_limit = absl::Minutes(2);
};

// Runs scans over one host. Thread-compatible; a scan blocks for its duration.
class Scanner {
 public:
  // The arguments must outlive the scanner. `probe` is asked only if `fs` is
  // live.
  Scanner(const HostFs& fs, const HostProbe& probe, const Clock& clock)
      : fs_(fs), probe_(probe), clock_(clock) {}

  // INVALID_ARGUMENT if `options` names a source that does not exist. All else
  // that goes wrong is part of the scan.
  absl::StatusOr<Scan> Run(const ScanOptions& options) const;

 private:
  const HostFs& fs_;
  const HostProbe& probe_;
  const Clock& clock_;
};

// `scan` with the rows that `earlier` had of its failed sections, and its roots
// accordingly. Evidence that `scan` lacks for the same reason is not restored.
Scan WithSectionsOf(const Scan& earlier, Scan scan);

// Uptime and free memory now, without a cost.
v1::Vitals ReadVitals(const HostFs& fs);

// The whole scan as one message.
v1::InventoryDocument ToDocument(const Scan& scan);

// proto3 JSON with its default names, indented for people.
absl::StatusOr<std::string> InventoryDocumentToJson(
    const v1::InventoryDocument& document);

}  // namespace rollcall
