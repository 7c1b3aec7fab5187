// Devices that agents report over the real protocol, that are merged, split and
// deleted.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collector/app/device_directory.h"
#include "collector/app/device_eraser.h"
#include "collector/catalog/catalog.h"
#include "collector/catalog/rule_files.h"
#include "collector/identity/device_moves.h"
#include "collector/identity/identity_edits.h"
#include "collector/inventory/device_deletion.h"
#include "tests/unit/collector/ingest/sync_fixture.h"

namespace rollcall::collector {

class DeviceFixture : public SyncTest {
 protected:
  void SetUp() override {
    SyncTest::SetUp();
    auto catalog = Catalog::Create(BuiltinRuleFiles());
    ASSERT_OK(catalog);
    catalog_ = *std::move(catalog);
    eraser_.SetEnder([this](AgentId agent) { ended_.push_back(agent); });
    deletion_.emplace(DeletionDeps{sources_, engine_, *committer_, hybrid_,
                                   last_seen_, eraser_});
    deleter_.emplace(*deletion_);
  }

  // The agent's machine has these rows; returns its device.
  std::string Report(AgentId agent, const std::vector<std::string>& rows) {
    clock_.Advance(absl::Minutes(1));
    Wire wire(*deps_, agent);
    EXPECT_OK(Sync(wire, MakeFacts(rows, agent.ToHex())));
    return DeviceOf(agent).ToHex();
  }
  SubjectId SubjectOf(AgentId agent) {
    return (*subjects_.FindByAgent(engine_, agent))->id;
  }
  DeviceId DeviceOf(AgentId agent) {
    const auto known = subjects_.FindByAgent(engine_, agent);
    EXPECT_OK(known);
    if (!known->has_value()) return DeviceId();
    return *CurrentDevice((*known)->record, *ReadLink(engine_, (*known)->id));
  }
  void Merge(const std::string& into, const std::string& from) {
    v1::MergeDevicesRequest merge;
    merge.set_device_id(into);
    merge.set_other_device_id(from);
    merge.set_reason("one machine");
    ASSERT_OK(IdentityEdits(engine_, *committer_, random_)
                  .MergeDevices(merge, "ada"));
  }
  void Split(const std::string& from, SubjectId subject) {
    v1::SplitDeviceRequest split;
    split.set_device_id(from);
    split.add_subject_ids(subject.ToHex());
    split.set_reason("no, two");
    ASSERT_OK(
        IdentityEdits(engine_, *committer_, random_).SplitDevice(split, "ada"));
  }
  absl::StatusOr<v1::DeletionProof> Delete(const std::string& device,
                                           const std::string& request_id = "") {
    v1::DeleteDeviceRequest request;
    request.set_device_id(device);
    request.set_reason("the owner asked");
    request.set_request_id(request_id);
    const auto response = deleter_->DeleteDevice(request, "ada");
    if (!response.ok()) return response.status();
    return response->proof();
  }

  std::unique_ptr<Catalog> catalog_;
  const SubjectDeviceDirectory directory_{subjects_};
  const FleetSources sources_{engine_, shared_.content, directory_, last_seen_};
  IdentityDeviceEraser eraser_;
  // Agents whose streams were to end.
  std::vector<AgentId> ended_;
  std::optional<DeletionDeps> deletion_;
  std::optional<DeviceDeletion> deleter_;
};

}  // namespace rollcall::collector
