#include "collector/cli/views/identity_view.h"

#include "collector/cli/table.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"

namespace rollcall::cli {
namespace {

using ::rollcall::testing::FromText;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kIdentity[] = R"pb(
  device_id: "4f1c9a02b1d84c7e9a5f00112233aabb"
  subjects {
    subject_id: "5a000000000000000000000000000000"
    agent_ids: "6b000000000000000000000000000000"
    reasons: "took the place of subject 77"
    decided_by_person: true
    contacts {
      verdict: VERDICT_CLONE
      contact_count: 12
      split_count: 1
      skip_count: 3
    }
    evidence {
      kind: "system UUID"
      value: "aabb"
      weight: 0
      full_weight: 60
      reason: "many have it"
    }
    evidence {
      kind: "serial number"
      value: "\x1b[31m=1+1"
      weight: 80
      full_weight: 80
      holder_count: 1
    }
  }
  events {
    event_id: "11000000000000000000000000000000"
    kind: KIND_MERGE
    actor: "ida"
    reasons: "two systems"
    moves {
      subject_id: "5a000000000000000000000000000000"
      from_device_id: "aa"
      to_device_id: "bb"
    }
    undone_by: "22"
  }
  possible_duplicates {
    older_device_id: "cc"
    newer_device_id: "dd"
    reason: "too little agrees"
    findings: "disk differs (50)"
    waiting: true
  })pb";

TEST(IdentityTable, ShowsSubjectsEvidenceEventsAndQuestions) {
  const std::string text = IdentityTable(
      FromText<v1::GetDeviceIdentityResponse>(kIdentity), kUnlimitedWidth);
  EXPECT_THAT(text, HasSubstr("Device 4f1c9a02b1d84c7e9a5f00112233aabb\n"));
  EXPECT_THAT(text, HasSubstr("12, clone (1 split, 3 skips)"));
  EXPECT_THAT(text, HasSubstr("decided by a person: took the place"));
  EXPECT_THAT(text, HasSubstr("many have it"));
  // What a command wants whole is shown whole.
  EXPECT_THAT(text, HasSubstr("subject 5a000000000000000000000000000000 from "
                              "aa to bb; two systems; undone by 22"));
  EXPECT_THAT(text, HasSubstr("\n5a000000000000000000000000000000  system "));
  EXPECT_THAT(text, AllOf(HasSubstr("more contacts"),
                          HasSubstr("too little agrees: disk differs (50)")));
}

TEST(IdentityTable, EscapesWhatATerminalWouldObey) {
  EXPECT_THAT(
      IdentityTable(FromText<v1::GetDeviceIdentityResponse>(kIdentity), 80),
      Not(HasSubstr("\x1b")));
}

TEST(IdentityCsv, HasALineAPieceOfEvidence) {
  const std::string csv =
      IdentityCsv(FromText<v1::GetDeviceIdentityResponse>(kIdentity));
  EXPECT_THAT(csv, HasSubstr("subject_id,agent_id,kind,weight,full_weight,"
                             "holder_count,value,reason\n"));
  EXPECT_THAT(csv, HasSubstr(",system UUID,0,60,,aabb,many have it\n"));
}

TEST(DuplicatesTable, IsEmptyWithoutAny) {
  EXPECT_EQ(DuplicatesTable({}, 80), "");
  EXPECT_THAT(DuplicatesCsv({}), HasSubstr("older_device_id"));
}

}  // namespace
}  // namespace rollcall::cli
