// A fleet of machines that is the same for everybody who names its seed: base
// images, hosts that differ from them a little, and how both change from day to
// day. Host i is computed without the others; nothing floats.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/sync.h"
#include "tests/swarm/incidents.h"
#include "tests/swarm/report.h"
#include "tests/swarm/zipf.h"

namespace rollcall::swarm {

struct FleetOptions {
  uint64_t seed = 7;
  uint32_t images = 20;
  // Software rows of an image.
  uint32_t image_rows = 1'000;
  // Rows that hosts have beyond their image, geometric in number with mean 15,
  // are drawn from these by Zipf's law.
  uint32_t catalogue_rows = 30'000;
  // On a day one of so many hosts changes so many of its rows.
  uint32_t change_one_of = 50;
  uint32_t rows_per_day = 3;
  // At the end of a month an image changes so many rows, on all its hosts.
  uint32_t days_per_month = 30;
  uint32_t rows_per_month = 30;
  // What makes machines hard to tell apart; none by default.
  IncidentShares incidents;
};

// A host's moment: the day, from 0; upgrades of one package each that were
// asked for beyond what the day brought; and whether what happens to it has
// happened.
struct HostTime {
  uint32_t day = 0;
  uint32_t upgrades = 0;
  bool happened = false;
};

// A package in one of its versions.
struct PackageVersion {
  uint32_t package;
  uint32_t revision;

  friend auto operator<=>(const PackageVersion&,
                          const PackageVersion&) = default;
};

// Thread-safe. Keeps every shared row that it ever made; it outlives all
// reports.
class FleetGenerator {
 public:
  explicit FleetGenerator(const FleetOptions& options = {});

  uint32_t ImageOf(uint32_t host) const;
  Incident IncidentOf(uint32_t host) const {
    return swarm::IncidentOf(options_.seed, options_.incidents, host);
  }
  // The packages of an image on a day, each once.
  std::vector<PackageVersion> ImageOn(uint32_t image, uint32_t day) const;
  // The packages of a host, each once: its image's, then its own.
  std::vector<PackageVersion> SoftwareOf(uint32_t host, HostTime time) const;
  // Whether the host changes rows of its own on that day.
  bool ChangesOn(uint32_t host, uint32_t day) const;

  // Everything that the host states.
  std::shared_ptr<const Report> ReportOf(uint32_t host, HostTime time) const;
  // The same, where `before` is an earlier report of the host, with nothing
  // that happened to it in between: sections that cannot have changed since are
  // taken from there.
  std::shared_ptr<const Report> ReportAfter(const Report& before, uint32_t host,
                                            HostTime time) const;

  // The section "software" with exactly these packages.
  std::shared_ptr<const SectionReport> SoftwareSection(
      const std::vector<PackageVersion>& packages) const;

  const FleetOptions& options() const { return options_; }

 private:
  std::vector<uint32_t> DifferencesOf(uint32_t host) const;
  const EncodedRow* RowOf(PackageVersion version) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const FleetOptions options_;
  const Zipf zipf_;
  mutable Mutex mutex_;
  mutable absl::flat_hash_map<uint64_t, std::unique_ptr<const EncodedRow>> rows_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::swarm
