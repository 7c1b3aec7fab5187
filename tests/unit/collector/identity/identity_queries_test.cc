// What is shown of a device's identity.
#include "collector/identity/identity_queries.h"

#include <set>

#include "common/proto_time.h"
#include "tests/support/proto_matchers.h"
#include "tests/unit/collector/identity/identity_world.h"
#include "tests/unit/collector/identity/machines.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class IdentityQueriesTest : public ::testing::Test, protected IdentityWorld {
 protected:
  absl::StatusOr<v1::GetDeviceIdentityResponse> Get(
      const std::string& id, std::optional<absl::Time> as_of = std::nullopt) {
    v1::GetDeviceIdentityRequest request;
    request.set_device_id(id);
    if (as_of.has_value()) *request.mutable_as_of() = ToProto(*as_of);
    return queries_.GetDeviceIdentity(request);
  }
  static const v1::EvidenceValue& Value(const v1::IdentitySubject& subject,
                                        const std::string& kind) {
    for (const auto& value : subject.evidence()) {
      if (value.kind() == kind) return value;
    }
    return v1::EvidenceValue::default_instance();
  }

  IdentityQueries queries_{engine_, times_};
};

TEST_F(IdentityQueriesTest, AReinstalledMachineIsExplained) {
  FakeAgent before = NewAgent();
  SayHello(before, Laptop(1), 3);
  const absl::Time then = clock_.Now();
  FakeAgent after = NewAgent();
  SayHello(after, Laptop(1), 3);
  Link();
  ASSERT_OK_AND_ASSIGN(const auto identity, Get("laptop-1"));
  ASSERT_THAT(identity.subjects(), SizeIs(2));
  EXPECT_EQ(identity.device_id(), DeviceOf(before).ToHex());
  EXPECT_EQ(identity.subjects(0).agent_ids(0), before.id.ToHex());
  EXPECT_EQ(identity.subjects(1).agent_ids(0), after.id.ToHex());
  EXPECT_THAT(identity.subjects(1).reasons(0), HasSubstr("took the place"));
  EXPECT_EQ(identity.subjects(1).contacts().verdict(),
            v1::ContactHistory::VERDICT_NORMAL);
  EXPECT_EQ(identity.subjects(1).contacts().contact_count(), 3);
  EXPECT_EQ(identity.events_size(), 1);
  EXPECT_EQ(identity.possible_duplicates_size(), 0);
  ASSERT_OK_AND_ASSIGN(const auto earlier, Get(DeviceOf(before).ToHex(), then));
  EXPECT_THAT(earlier.subjects(), SizeIs(1));
  EXPECT_EQ(earlier.events_size(), 0);
}

TEST_F(IdentityQueriesTest, EvidenceIsShownWithWhatItIsWorth) {
  FakeAgent one = NewAgent();
  FakeAgent two = NewAgent();
  v1::Evidence other = Laptop(2);
  other.set_system_uuid(Laptop(1).system_uuid());
  SayHello(one, Laptop(1));
  SayHello(two, other);
  SayHello(one, Laptop(1));
  SayHello(two, other);
  Link();
  ASSERT_OK_AND_ASSIGN(const auto identity, Get("laptop-1"));
  const auto& subject = identity.subjects(0);
  EXPECT_EQ(Value(subject, "system UUID").weight(), 0);
  EXPECT_EQ(Value(subject, "system UUID").full_weight(), 60);
  EXPECT_EQ(Value(subject, "system UUID").holder_count(), 2);
  EXPECT_THAT(Value(subject, "system UUID").reason(), HasSubstr("at once"));
  EXPECT_EQ(Value(subject, "serial number").weight(), 80);
  EXPECT_EQ(Value(subject, "serial number").holder_count(), 1);
  EXPECT_FALSE(Value(subject, "host name").has_holder_count());
}

TEST_F(IdentityQueriesTest, APossibleDuplicateIsShownOnBothSides) {
  FakeAgent one = NewAgent();
  SayHello(one, Laptop(1), 3);
  FakeAgent two = NewAgent();
  SayHello(two, Laptop(1), 1);
  Link();
  for (const FakeAgent& agent : {one, two}) {
    ASSERT_OK_AND_ASSIGN(const auto identity, Get(DeviceOf(agent).ToHex()));
    ASSERT_THAT(identity.possible_duplicates(), SizeIs(1));
    const auto& pair = identity.possible_duplicates(0);
    EXPECT_EQ(pair.older_device_id(), DeviceOf(one).ToHex());
    EXPECT_EQ(pair.newer_device_id(), DeviceOf(two).ToHex());
    EXPECT_TRUE(pair.waiting());
    EXPECT_EQ(pair.newer_hostname(), "laptop-1");
  }
}

TEST_F(IdentityQueriesTest, PossibleDuplicatesComeInPages) {
  for (int i = 0; i < 7; ++i) {
    FakeAgent one = NewAgent();
    SayHello(one, Laptop(i), 3);
    FakeAgent two = NewAgent();
    SayHello(two, Laptop(i));
  }
  Link();
  std::set<std::string> seen;
  v1::ListPossibleDuplicatesRequest request;
  request.set_page_size(3);
  int pages = 0;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page,
                         queries_.ListPossibleDuplicates(request));
    for (const auto& pair : page.possible_duplicates()) {
      EXPECT_TRUE(seen.insert(pair.newer_subject_id()).second);
    }
    request.set_page_token(page.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_THAT(seen, SizeIs(7));
  EXPECT_EQ(pages, 3);
}

TEST_F(IdentityQueriesTest, ADeviceThatNobodyKnowsIsNotFound) {
  EXPECT_THAT(Get("nobody"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Get(std::string(32, 'a')), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Get(""), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace rollcall::collector
