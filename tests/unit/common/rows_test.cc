#include "common/rows.h"

#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::EqualsProto;
using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Ne;
using ::testing::Not;

v1::Row Package(const std::string& name, const std::string& version) {
  v1::Row row;
  row.mutable_software_package()->set_ecosystem("deb");
  row.mutable_software_package()->set_name(name);
  row.mutable_software_package()->set_version(version);
  row.mutable_software_package()->set_architecture("amd64");
  return row;
}

TEST(RowKinds, EveryKindDeclaresSectionScopeAndExistingKeyFields) {
  EXPECT_THAT(AllRowKinds(), Each(Field(&RowKind::section, Not(IsEmpty()))));
  EXPECT_THAT(AllRowKinds(),
              Each(Field(&RowKind::scope, Ne(v1::ROW_SCOPE_UNSPECIFIED))));
  for (const RowKind& kind : AllRowKinds()) {
    EXPECT_THAT(kind.natural_key, Each(Ne(nullptr))) << kind.field->full_name();
  }
}

TEST(RowKinds, EveryFactFieldCanBeAbsent) {
  for (const RowKind& kind : AllRowKinds()) {
    const auto* fact = kind.field->message_type();
    for (int i = 0; i < fact->field_count(); ++i) {
      EXPECT_TRUE(fact->field(i)->is_repeated() ||
                  fact->field(i)->has_presence())
          << fact->field(i)->full_name();
    }
  }
}

TEST(RowCodec, RoundTrips) {
  const v1::Row row = Package("openssl", "3.0.11-1");
  EXPECT_THAT(DecodeRow("software", EncodeRow(row)),
              IsOkAndHolds(EqualsProto(row)));
}

TEST(RowCodec, RefusesARowOfAnotherSection) {
  EXPECT_THAT(DecodeRow("os", EncodeRow(Package("a", "1"))),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no fact of section os")));
}

TEST(RowCodec, RefusesUnknownFieldsSinceTheyWouldMakeOneFactTwoRows) {
  const std::string bytes = EncodeRow(Package("a", "1")) + "\xf8\x7f\x01";
  EXPECT_THAT(DecodeRow("software", bytes),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("canonical form")));
}

TEST(RowCodec, RefusesFieldsOutOfOrder) {
  // Field 2 (name) before field 1 (ecosystem).
  const std::string inner = std::string("\x12\x01") + "a" + "\x0a\x03" + "deb";
  const std::string bytes =
      std::string("\xaa\x01") + static_cast<char>(inner.size()) + inner;
  EXPECT_THAT(DecodeRow("software", bytes),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("canonical form")));
}

TEST(RowCodec, RefusesTextThatIsNotUtf8) {
  const std::string inner = "\x12\x02\xc3\x28";
  const std::string bytes =
      std::string("\xaa\x01") + static_cast<char>(inner.size()) + inner;
  EXPECT_THAT(DecodeRow("software", bytes),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(RowCodec, RefusesAnOversizedRow) {
  EXPECT_THAT(
      DecodeRow("software",
                EncodeRow(Package(std::string(kMaxRowBytes, 'x'), "1"))),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("at most 16384")));
}

// Computed apart from this code, from the description in rows.h. These bytes
// are stored and sent: a change is a new row level.
TEST(RowIds, AreFrozen) {
  const std::string bytes = EncodeRow(Package("openssl", "3.0.11-1"));
  const RowId id = ComputeRowId("software", 1, bytes);
  EXPECT_EQ(id.ToHex(), "442dcfa5631abcda976239eb539babfe");
  EXPECT_EQ(ComputeSectionRoot({id}).ToHex(),
            "433b870af27c25929a503561a41a24df");
}

TEST(RowIds, DependOnSectionAndLevel) {
  EXPECT_NE(ComputeRowId("software", 1, "x"), ComputeRowId("softwar", 1, "ex"));
  EXPECT_NE(ComputeRowId("software", 1, "x"), ComputeRowId("software", 2, "x"));
}

TEST(NaturalKey, IsSharedByTwoVersionsOfOnePackage) {
  EXPECT_EQ(NaturalKey(Package("a", "1")), NaturalKey(Package("a", "2")));
  EXPECT_NE(NaturalKey(Package("a", "1")), NaturalKey(Package("b", "1")));
}

TEST(SubjectRoot, ChangesWhenARootMovesToAnotherSection) {
  const RootId root = ComputeSectionRoot({});
  EXPECT_NE(ComputeSubjectRoot({{"os", root}}),
            ComputeSubjectRoot({{"software", root}}));
}

}  // namespace
}  // namespace rollcall
