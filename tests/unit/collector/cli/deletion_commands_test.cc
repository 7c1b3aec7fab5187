#include <optional>

#include "rollcall/v1/device_service.grpc.pb.h"
#include "tests/support/proto_matchers.h"
#include "tests/unit/collector/cli/command_fixture.h"

namespace rollcall::cli {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FromText;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class FakeDeletionService final : public v1::DeviceService::Service {
 public:
  grpc::Status GetDevice(grpc::ServerContext*, const v1::GetDeviceRequest*,
                         v1::GetDeviceResponse* response) override {
    response->mutable_device()->set_device_id("4f1c");
    response->mutable_device()->set_hostname("laptop-17");
    response->mutable_device()->mutable_first_seen()->set_seconds(86'400);
    if (held.has_value()) *response->mutable_device()->add_holds() = *held;
    return grpc::Status::OK;
  }
  grpc::Status DeleteDevice(grpc::ServerContext*,
                            const v1::DeleteDeviceRequest* request,
                            v1::DeleteDeviceResponse* response) override {
    deleted = *request;
    ++deletions;
    *response->mutable_proof() = proof;
    return grpc::Status::OK;
  }
  grpc::Status GetDeletion(grpc::ServerContext*,
                           const v1::GetDeletionRequest* request,
                           v1::GetDeletionResponse* response) override {
    asked = *request;
    *response->mutable_proof() = proof;
    return grpc::Status::OK;
  }
  grpc::Status ListDeletions(grpc::ServerContext*,
                             const v1::ListDeletionsRequest*,
                             v1::ListDeletionsResponse* response) override {
    if (!proof.device_id().empty()) *response->add_deletions() = proof;
    return grpc::Status::OK;
  }

  std::optional<v1::DeviceHold> held;
  v1::DeletionProof proof;
  v1::DeleteDeviceRequest deleted;
  v1::GetDeletionRequest asked;
  int deletions = 0;
};

class DeletionCommandsTest : public CommandTest<FakeDeletionService> {
 protected:
  void SetProof() {
    service_.proof = FromText<v1::DeletionProof>(
        "deletion_id: 'd1' device_id: '4f1c' deleted_by: 'ada' "
        "reason: '=sold()\\033[2J' fleet_row_count: 30 base_count: 1 "
        "sha256: 'abcd' tables { table: 'head' key_count: 1 sha256: 'ef' }");
  }
};

TEST_F(DeletionCommandsTest, NothingIsDeletedUntilItIsSaidTwice) {
  EXPECT_EQ(Run({"device", "delete", "laptop-17", "--reason=sold"}),
            ExitCode::kNegative);
  EXPECT_THAT(err_.str(),
              AllOf(HasSubstr("Nothing was deleted"), HasSubstr("4f1c"),
                    HasSubstr("laptop-17"), HasSubstr("--yes")));
  EXPECT_THAT(err_.str(),
              HasSubstr("positions as of 1970-01-02 00:00Z to now can no "
                        "longer be recomputed"));
  EXPECT_NE(Run({"device", "delete", "laptop-17", "--yes"}), ExitCode::kOk);
  EXPECT_THAT(err_.str(), HasSubstr("--reason is needed"));
  EXPECT_EQ(service_.deletions, 0);
}

TEST_F(DeletionCommandsTest, AHeldDeviceIsSaidToBeHeldAndNotToNeedMoreWords) {
  service_.held = FromText<v1::DeviceHold>(
      "hold_id: 'h1' held_by: 'ada' reason: 'case 4711'");
  EXPECT_EQ(Run({"device", "delete", "laptop-17", "--reason=sold"}),
            ExitCode::kNotPossible);
  EXPECT_THAT(
      err_.str(),
      AllOf(HasSubstr("nothing was deleted"), HasSubstr("cannot be deleted"),
            HasSubstr("by ada: case 4711 (hold h1)"),
            HasSubstr("device release"), Not(HasSubstr("--yes"))));
  EXPECT_EQ(service_.deletions, 0);
}

TEST_F(DeletionCommandsTest, ADeletionPrintsItsProof) {
  SetProof();
  EXPECT_EQ(Run({"device", "delete", "4f1c", "--reason=sold", "--yes",
                 "--request-id=r"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.deleted,
              EqualsText("device_id: '4f1c' reason: 'sold' request_id: 'r'"));
  EXPECT_THAT(out_.str(), AllOf(StartsWith("Device 4f1c was deleted at"),
                                HasSubstr("by ada"), HasSubstr("proof abcd"),
                                HasSubstr("It had 30 rows and 1 base set of"),
                                HasSubstr("head"), Not(HasSubstr("\x1b"))));
}

TEST_F(DeletionCommandsTest, AProofSaysWhatWasCollected) {
  SetProof();
  *service_.proof.mutable_content() = FromText<v1::CollectedContent>(
      "row_count: 2 shared_row_count: 28 shared_base_count: 1");
  EXPECT_EQ(Run({"deletions", "show", "d1"}), ExitCode::kOk);
  EXPECT_THAT(service_.asked, EqualsText("deletion_id: 'd1'"));
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("2 rows and 0 base sets went"),
                                HasSubstr("28 rows and 1 base set that "
                                          "others use stayed")));
}

TEST_F(DeletionCommandsTest, ListsDeletions) {
  EXPECT_EQ(Run({"deletions"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(), "No device was deleted.\n");
  SetProof();
  EXPECT_EQ(Run({"deletions"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("4f1c"), HasSubstr("ada"),
                                HasSubstr("?"), Not(HasSubstr("\x1b"))));
  EXPECT_EQ(Run({"deletions", "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("'=sold()"));
}

}  // namespace
}  // namespace rollcall::cli
