// A fleet in memory for tests: devices that report rows.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collector/inventory/fleet.h"
#include "collector/inventory/subject_update.h"
#include "collector/storage/committer.h"
#include "common/rows.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_device_directory.h"
#include "tests/support/fake_random.h"
#include "tests/support/memory_store.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/support/subject_report.h"

namespace rollcall::testing {

// What a package row says; the rest is absent.
inline v1::Row PackageRow(const std::string& name, const std::string& version,
                          const std::string& ecosystem = "deb",
                          const std::string& architecture = "amd64") {
  v1::Row row;
  v1::SoftwarePackage& package = *row.mutable_software_package();
  package.set_ecosystem(ecosystem);
  package.set_name(name);
  package.set_version(version);
  package.set_architecture(architecture);
  return row;
}

inline v1::Row HostRow(const std::string& hostname) {
  v1::Row row;
  row.mutable_os_instance()->set_hostname(hostname);
  return row;
}

// Keeps the rows and waits until they are in the store.
inline absl::Status KeepStored(collector::RowDirectory& directory,
                               absl::Span<const collector::NewRow> rows) {
  const absl::Status kept = directory.Keep(rows);
  if (!kept.ok()) return kept;
  return directory.writer().WriteAll();
}

class FleetFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    committer_ = std::make_unique<collector::Committer>(engine_, hybrid_);
    sources_.emplace(
        collector::FleetSources{engine_, content_, directory_, last_seen_});
  }

  // A new device with one subject, which is given the device's id.
  SubjectId AddDevice() {
    const SubjectId subject = SubjectId::Generate(random_);
    AddSubject(DeviceOf(subject), subject);
    return subject;
  }
  void AddSubject(DeviceId device, SubjectId subject) {
    directory_.Add(device, subject, clock_.Now());
  }
  static DeviceId DeviceOf(SubjectId subject) {
    return *DeviceId::FromBytes(subject.bytes());
  }

  // The subject reports exactly these rows, a second later.
  collector::KnownStamp Report(SubjectId subject,
                               const std::vector<v1::Row>& rows) {
    return Commit(UpdateOf(subject, rows));
  }
  collector::KnownStamp Commit(const collector::SubjectUpdate& update) {
    const auto stamp = TryCommit(update);
    EXPECT_OK(stamp);
    return stamp.value_or(collector::KnownStamp());
  }
  absl::StatusOr<collector::KnownStamp> TryCommit(
      const collector::SubjectUpdate& update) {
    clock_.Advance(absl::Seconds(1));
    return Store(*committer_, engine_, content_, update);
  }

  FakeClock clock_;
  FakeRandom random_;
  collector::HybridClock hybrid_{clock_};
  collector::Engine& engine_ = EmptyStore();
  SharedContent shared_{engine_};
  const collector::Content& content_ = shared_.content;
  std::unique_ptr<collector::Committer> committer_;
  FakeDeviceDirectory directory_;
  collector::LastSeenTracker last_seen_;
  std::optional<collector::FleetSources> sources_;
};

}  // namespace rollcall::testing
