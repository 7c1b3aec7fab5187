#include "collector/registers/register_import.h"

#include <thread>

#include "absl/strings/str_cat.h"
#include "collector/changes/change_set_table.h"
#include "common/hash.h"
#include "common/proto_time.h"
#include "tests/support/proto_matchers.h"
#include "tests/unit/collector/registers/register_store.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using testing::StatusIs;

std::vector<v1::ChangeSet> ChangeSets(RegisterStore& store) {
  std::vector<v1::ChangeSet> change_sets;
  auto entries = kChangeSetTable.ScanPrefix(*store.engine, KeyWriter());
  while (true) {
    auto entry = entries.Next();
    EXPECT_OK(entry);
    if (!entry.ok() || !entry->has_value()) return change_sets;
    change_sets.push_back((*entry)->value.change_set());
  }
}

TEST(RegisterImport, StoresAFileAsOneChangeSet) {
  RegisterStore store;
  auto request = store.RequestFor("asset_tag,serial\nB-1,S2\nA-1,S1\n");
  request.set_file_name("assets.csv");
  const auto response = store.Import(request);
  EXPECT_TRUE(response.applied());
  EXPECT_EQ(response.line_count(), 2);
  EXPECT_EQ(response.added_count(), 2);

  const auto all = store.All();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].asset_tag(), "A-1");
  EXPECT_EQ(all[0].register_(), "assets");
  EXPECT_EQ(all[0].source_line(), 3);
  EXPECT_EQ(all[0].change_set_id(), response.change_set_id());
  EXPECT_EQ(FromProto(all[0].known_time()), store.clock.Now());

  const auto change_sets = ChangeSets(store);
  ASSERT_THAT(change_sets, SizeIs(1));
  EXPECT_EQ(change_sets[0].kind(), v1::ChangeSet::KIND_REGISTER_IMPORT);
  EXPECT_EQ(change_sets[0].state(), v1::ChangeSet::STATE_APPLIED);
  EXPECT_EQ(change_sets[0].proposed_by(), "ina");
  EXPECT_EQ(change_sets[0].file_name(), "assets.csv");
  EXPECT_EQ(change_sets[0].file_sha256(), Sha256Hex(request.content()));
  EXPECT_EQ(change_sets[0].added_count(), 2);
}

TEST(RegisterImport, AStatusIsKnownSinceItWasFirstGivenWhateverElseChanges) {
  RegisterStore store;
  store.Import("asset_tag,serial,status,cost_centre\nA-1,S1,deployed,1\n");
  store.clock.Advance(absl::Hours(1));
  const absl::Time stolen = store.clock.Now();
  store.Import("asset_tag,serial,status,cost_centre\nA-1,S1,stolen,1\n");
  store.clock.Advance(absl::Hours(1));
  const absl::Time moved = store.clock.Now();
  store.Import("asset_tag,serial,status,cost_centre\nA-1,S1,stolen,2\n");
  const auto all = store.All();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(FromProto(all[0].known_time()), moved);
  EXPECT_EQ(FromProto(all[0].status_known_time()), stolen);
}

TEST(RegisterImport, ANewFileReplacesTheRegister) {
  RegisterStore store;
  store.Import("asset_tag,serial\nA-1,S1\nA-2,S2\nA-3,S3\n");
  const KnownStamp before = KnownStamp::AtEndOf(store.clock.Now());
  store.clock.Advance(absl::Hours(1));
  const auto response =
      store.Import("asset_tag,serial\nA-1,S1\nA-2,S2x\nA-4,S4\n");
  EXPECT_EQ(response.unchanged_count(), 1);
  EXPECT_EQ(response.changed_count(), 1);
  EXPECT_EQ(response.added_count(), 1);
  EXPECT_EQ(response.removed_count(), 1);
  EXPECT_THAT(store.Tags(),
              ElementsAre("assets/A-1=S1", "assets/A-2=S2x", "assets/A-4=S4"));
  EXPECT_THAT(store.Tags(before),
              ElementsAre("assets/A-1=S1", "assets/A-2=S2", "assets/A-3=S3"));
}

TEST(RegisterImport, ItsChangeSetSaysHowManyDevicesItRemoved) {
  RegisterStore store;
  store.Import("asset_tag,serial\nA-1,S1\nA-2,S2\nA-3,S3\n");
  store.clock.Advance(absl::Hours(1));
  store.Import("asset_tag,serial\nA-1,S1\n");
  const auto change_sets = ChangeSets(store);
  ASSERT_THAT(change_sets, SizeIs(2));
  EXPECT_EQ(change_sets[0].removed_count(), 2);
  EXPECT_EQ(change_sets[1].removed_count(), 0);
}

TEST(RegisterImport, ARemovedDeviceMayComeBack) {
  RegisterStore store;
  store.Import("asset_tag,serial\nA-1,S1\nA-2,S2\n");
  store.Import("asset_tag,serial\nA-1,S1\n");
  const auto response = store.Import("asset_tag,serial\nA-1,S1\nA-2,S2\n");
  EXPECT_EQ(response.added_count(), 1);
  EXPECT_THAT(store.Tags(), ElementsAre("assets/A-1=S1", "assets/A-2=S2"));
}

TEST(RegisterImport, RegistersAreApart) {
  RegisterStore store;
  store.Import("asset_tag,serial\nA-1,S1\n");
  auto request = store.RequestFor("asset_tag,serial\nM-1,S1\n");
  request.set_register_("mdm");
  EXPECT_EQ(store.Import(request).removed_count(), 0);
  EXPECT_THAT(store.Tags(), ElementsAre("assets/A-1=S1", "mdm/M-1=S1"));
}

TEST(RegisterImport, ARepeatedFileChangesNothing) {
  RegisterStore store;
  store.Import("asset_tag,serial\nA-1,S1\n");
  const auto response = store.Import("asset_tag,serial\nA-1,S1\n");
  EXPECT_FALSE(response.applied());
  EXPECT_EQ(response.change_set_id(), "");
  EXPECT_EQ(response.unchanged_count(), 1);
  EXPECT_THAT(ChangeSets(store), SizeIs(1));
}

TEST(RegisterImport, ChangesNothingWhereOneLineIsBad) {
  RegisterStore store;
  store.Import("asset_tag,serial\nA-1,S1\n");
  const auto response = store.Import("asset_tag,serial\nA-2,S2\nA-3,=1+1\n");
  EXPECT_FALSE(response.applied());
  EXPECT_EQ(response.added_count(), 0);
  EXPECT_EQ(response.removed_count(), 0);
  ASSERT_EQ(response.error_count(), 1);
  EXPECT_EQ(response.errors(0).line(), 3);
  EXPECT_EQ(response.errors(0).column(), "serial");
  EXPECT_THAT(store.Tags(), ElementsAre("assets/A-1=S1"));
}

TEST(RegisterImport, AFileWithoutDevicesNeverEmptiesARegister) {
  RegisterStore store;
  store.Import("asset_tag,serial\nA-1,S1\n");
  auto request = store.RequestFor("asset_tag,serial\n");
  request.set_quarantine(true);
  const auto response = store.Import(request);
  EXPECT_FALSE(response.applied());
  EXPECT_EQ(response.error_count(), 1);
  EXPECT_THAT(store.Tags(), ElementsAre("assets/A-1=S1"));
}

TEST(RegisterImport, KeepsBadLinesAsideAndTheirDevicesAsTheyWere) {
  RegisterStore store;
  store.Import("asset_tag,serial,status\nA-1,S1,\nA-2,S2,\nA-3,S3,\n");
  auto request =
      store.RequestFor("asset_tag,serial,status\nA-1,S1,lost\nA-2,S2,gone\n");
  request.set_quarantine(true);
  const auto response = store.Import(request);
  EXPECT_TRUE(response.applied());
  EXPECT_EQ(response.changed_count(), 1);
  EXPECT_EQ(response.quarantined_count(), 1);
  EXPECT_EQ(response.removed_count(), 1);
  EXPECT_EQ(response.error_count(), 1);
  EXPECT_THAT(store.Tags(), ElementsAre("assets/A-1=S1", "assets/A-2=S2"));
  const auto kept = kQuarantineTable.Get(
      *store.engine, {*ChangeSetId::FromHex(response.change_set_id()), 3});
  ASSERT_OK(kept);
  ASSERT_TRUE(kept->has_value());
  EXPECT_EQ((*kept)->content(), "A-2,S2,gone");
  EXPECT_THAT((*kept)->errors(), SizeIs(1));
}

TEST(RegisterImport, QuarantinesTheSameFileOnce) {
  RegisterStore store;
  auto request = store.RequestFor("asset_tag,serial\nA-1,S1\nA-2,\n");
  request.set_quarantine(true);
  EXPECT_TRUE(store.Import(request).applied());
  const auto again = store.Import(request);
  EXPECT_FALSE(again.applied());
  EXPECT_EQ(again.quarantined_count(), 0);
  EXPECT_EQ(again.error_count(), 1);
  EXPECT_THAT(ChangeSets(store), SizeIs(1));
}

TEST(RegisterImport, ADryRunShowsWhatWouldChange) {
  RegisterStore store;
  store.Import("asset_tag,serial\nA-1,S1\n");
  auto request = store.RequestFor("asset_tag,serial\nA-2,S2\n");
  request.set_dry_run(true);
  const auto response = store.Import(request);
  EXPECT_FALSE(response.applied());
  EXPECT_EQ(response.added_count(), 1);
  EXPECT_EQ(response.removed_count(), 1);
  EXPECT_THAT(store.Tags(), ElementsAre("assets/A-1=S1"));
}

TEST(RegisterImport, ARepeatedRequestGetsTheFirstAnswer) {
  RegisterStore store;
  auto request = store.RequestFor("asset_tag,serial\nA-1,S1\n");
  request.set_request_id("r1");
  const auto first = store.Import(request);
  store.Import("asset_tag,serial\nA-2,S2\n");
  EXPECT_THAT(store.Import(request), EqualsProto(first));
  EXPECT_THAT(store.Tags(), ElementsAre("assets/A-2=S2"));
}

TEST(RegisterImport, ARequestIdBelongsToOneRequest) {
  RegisterStore store;
  auto request = store.RequestFor("asset_tag,serial\nA-1,S1\n");
  request.set_request_id("r1");
  store.Import(request);
  request.set_content("asset_tag,serial\nA-2,S2\n");
  EXPECT_THAT(store.importer.Import(request, store.roles.CallBy("ina")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("r1")));
}

TEST(RegisterImport, RefusesMalformedRequests) {
  RegisterStore store;
  v1::ImportExpectedDevicesRequest request;
  EXPECT_THAT(store.importer.Import(request, store.roles.CallBy("ina")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("content")));
  request.set_content("asset_tag,serial\nA-1,S1\n");
  request.set_register_("Assets!");
  EXPECT_THAT(store.importer.Import(request, store.roles.CallBy("ina")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("register")));
  request.clear_register_();
  request.set_file_name(std::string(257, 'a'));
  EXPECT_THAT(store.importer.Import(request, store.roles.CallBy("ina")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("file_name")));
}

TEST(RegisterImport, ImportsAtTheSameTimeEachTakeEffectWhole) {
  RegisterStore store;
  const std::string odd = "asset_tag,serial\nA-1,S1\nA-3,S3\n";
  const std::string even = "asset_tag,serial\nA-2,S2\nA-4,S4\n";
  std::vector<std::thread> threads(4);
  for (size_t i = 0; i < threads.size(); ++i) {
    threads[i] = std::thread([&, i] {
      for (int round = 0; round < 5; ++round) {
        const auto response =
            store.importer.Import(store.RequestFor(i % 2 == 0 ? even : odd),
                                  store.roles.CallBy("ina"));
        // Losing every race is allowed; a mixture is not.
        EXPECT_TRUE(response.ok() || absl::IsAborted(response.status()));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(store.Tags(),
              ::testing::AnyOf(ElementsAre("assets/A-1=S1", "assets/A-3=S3"),
                               ElementsAre("assets/A-2=S2", "assets/A-4=S4")));
}

}  // namespace
}  // namespace rollcall::collector
