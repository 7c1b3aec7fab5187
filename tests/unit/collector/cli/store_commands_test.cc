#include "rollcall/v1/store_service.grpc.pb.h"
#include "tests/support/proto_matchers.h"
#include "tests/unit/collector/cli/command_fixture.h"

namespace rollcall::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class FakeStoreService final : public v1::StoreService::Service {
 public:
  grpc::Status GetStore(grpc::ServerContext*, const v1::GetStoreRequest*,
                        v1::GetStoreResponse* response) override {
    response->set_schema_version(3);
    response->set_postings_behind(7);
    return grpc::Status::OK;
  }
  grpc::Status CheckStore(grpc::ServerContext*, const v1::CheckStoreRequest*,
                          v1::CheckStoreResponse* response) override {
    *response->add_checks() = found;
    return grpc::Status::OK;
  }
  grpc::Status RebuildPostings(grpc::ServerContext*,
                               const v1::RebuildPostingsRequest*,
                               v1::RebuildPostingsResponse* response) override {
    response->set_compared_count(9);
    response->set_corrected_count(1);
    response->set_first_difference("subjects that add row 3: 5 is missing");
    return grpc::Status::OK;
  }

  v1::StoreCheck found;
};

using StoreCommandsTest = CommandTest<FakeStoreService>;

TEST_F(StoreCommandsTest, ShowsHowFarPostingsAreBehind) {
  EXPECT_EQ(Run({"store", "show"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("CHANGES BEHIND"), HasSubstr("7")));
  EXPECT_EQ(Run({"store", "show", "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("3,,7"));
}

TEST_F(StoreCommandsTest, ADifferenceIsToldToTheShell) {
  service_.found.set_part("heads");
  service_.found.set_compared_count(2);
  EXPECT_EQ(Run({"store", "check"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("Everything agrees."));
  service_.found.set_difference_count(1);
  service_.found.set_first_difference("key 07: its rows\x1b[2J differ");
  EXPECT_EQ(Run({"store", "check"}), ExitCode::kNegative);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("key 07"), HasSubstr("1 differs."),
                                Not(HasSubstr("\x1b"))));
}

TEST_F(StoreCommandsTest, ARebuildSaysWhatItPutRight) {
  EXPECT_EQ(Run({"store", "rebuild"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("row 3: 5 is missing"));
}

}  // namespace
}  // namespace rollcall::cli
