#include "collector/contracts/field_check.h"

#include <string>

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

absl::Status CheckName(const std::string& text) {
  FieldCheck check;
  check.Name("vendor", text, /*max_bytes=*/20);
  return check.status();
}

TEST(FieldCheck, TakesNamesOfAllScripts) {
  EXPECT_THAT(CheckName("Bäckerei 日本"), IsOk());
}

TEST(FieldCheck, RefusesNamesThatAreNotWhatTheyLookLike) {
  for (const char* text :
       {"", " Acme", "Acme\n", "Ac\tme", "Acme\x7f", "Ac\u200bme", "\u202eemcA",
        "Ac\u0085me", "Acme\u00a0", "\u3000Acme", "Ac\u00a0me", "Ac\u00adme",
        "Acme\ufe0f", "Acme\u3164", "=Acme", "\xff",
        "longer than twenty bytes"}) {
    EXPECT_THAT(CheckName(text),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("vendor")))
        << text;
  }
}

TEST(FieldCheck, NamesTheFirstFieldThatIsWrong) {
  FieldCheck check;
  check.Name("vendor", "Acme", 20).Name("product", "", 20).Name("line", "", 20);
  EXPECT_THAT(check.status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("product"), HasSubstr("required"))));
}

TEST(FieldCheck, LetsTitlesHaveAnyBlankInside) {
  FieldCheck check;
  check.Title("title", true, "Cadre\u00a0: tout", 20);
  EXPECT_THAT(check.status(), IsOk());
  check.Title("title", true, "Cadre\u00a0", 20);
  EXPECT_THAT(check.status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("blank")));
}

TEST(FieldCheck, LetsNotesHaveSeveralLines) {
  FieldCheck check;
  check.Notes("notes", true, "first\nsecond", 20);
  EXPECT_THAT(check.status(), IsOk());
  check.Notes("notes", true, "a\x1b[2J", 20);
  EXPECT_THAT(check.status(), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace rollcall::collector
