#include "collector/cli/option_names.h"

#include "gmock/gmock.h"

namespace rollcall::cli {
namespace {

TEST(NameOptions, PutsTheOptionInPlaceOfTheField) {
  EXPECT_EQ(NameOptions("sections: there is no section \"cpu\""),
            "--section: there is no section \"cpu\"");
  EXPECT_EQ(NameOptions("stale_days is 0; it must be from 1 to 3650"),
            "--stale-days is 0; it must be from 1 to 3650");
  EXPECT_EQ(NameOptions("the device has 2 holds, name one in hold_id: aa, bb"),
            "the device has 2 holds, name one in --hold: aa, bb");
  EXPECT_EQ(NameOptions("device_id and other_device_id are one device already"),
            "ID and OTHER are one device already");
}

TEST(NameOptions, LeavesOtherWordsAsTheyAre) {
  for (const char* text :
       {"", "no section of these sections has a reason",
        "page_token is malformed", "what can is contract_number=..., reason=",
        "the principal's life", "\xff\n_"}) {
    EXPECT_EQ(NameOptions(text), text);
  }
}

}  // namespace
}  // namespace rollcall::cli
