#include "agent/uplink/facts.h"

#include "common/rows.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/agent/uplink/facts_builder.h"

namespace rollcall::agent {
namespace {

using ::rollcall::testing::FactsOf;
using ::rollcall::testing::FactsWith;
using ::rollcall::testing::FromText;
using ::testing::SizeIs;

TEST(FactsAtLevel, AreTheFactsOfOneWhoKnowsNoMore) {
  const Facts newest = FactsOf({FromText<v1::Row>(
      "os_release { id: 'fedora' support_end: '2026-05-13' }")});
  const auto plain = FromText<v1::Row>("os_release { id: 'fedora' }");
  const RowId id = ComputeRowId("os", 1, EncodeRow(plain));
  const Facts lower = FactsAtLevel(newest, 1);
  EXPECT_EQ(lower.row_level, 1);
  ASSERT_THAT(lower.sections.at("os").rows, SizeIs(1));
  EXPECT_EQ(lower.sections.at("os").rows[0].id, id);
  EXPECT_EQ(lower.sections.at("os").rows[0].canonical, EncodeRow(plain));
  EXPECT_EQ(lower.sections.at("os").root, ComputeSectionRoot({id}));
  EXPECT_EQ(lower.subject_root,
            ComputeSubjectRoot({{"os", ComputeSectionRoot({id})}}));
}

TEST(FactsAtLevel, KeepWhatIsNotOfRows) {
  const Facts newest = FactsWith({"a"});
  const Facts lower = FactsAtLevel(newest, 1);
  EXPECT_EQ(lower.evidence_hash, newest.evidence_hash);
  EXPECT_EQ(lower.evidence.machine_id(), newest.evidence.machine_id());
  EXPECT_EQ(lower.boot_id, newest.boot_id);
}

TEST(FactsAtLevel, RowsThatOnlyTheNewerLevelTellsApartAreOne) {
  const Facts newest = FactsOf(
      {FromText<v1::Row>("os_release { id: 'a' support_end: '2026-05-13' }"),
       FromText<v1::Row>("os_release { id: 'a' support_end: '2027-05-13' }"),
       FromText<v1::Row>("os_release { support_end: '2028-05-13' }")});
  EXPECT_THAT(FactsAtLevel(newest, 1).sections.at("os").rows, SizeIs(1));
}

TEST(FactsAtLevel, RowsAreInTheOrderOfTheirIdsThere) {
  const Facts lower = FactsAtLevel(FactsWith({"a", "b", "c", "d", "e"}), 1);
  const auto& rows = lower.sections.at("software").rows;
  ASSERT_THAT(rows, SizeIs(5));
  for (size_t i = 1; i < rows.size(); ++i) {
    EXPECT_LT(rows[i - 1].id, rows[i].id);
  }
}

}  // namespace
}  // namespace rollcall::agent
