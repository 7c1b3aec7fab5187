#include "collector/cli/request_text.h"

#include "collector/cli/file_name.h"
#include "common/text.h"
#include "rollcall/v1/contract_service.pb.h"
#include "tests/support/status_matchers.h"

namespace rollcall::cli {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::StartsWith;

TEST(RequestText, TextThatIsNotUtf8IsNamedByItsWayThere) {
  v1::ListContractObjectsRequest nested;
  nested.mutable_at()->set_effective_date("caf\xe9");
  EXPECT_THAT(CheckTexts(nested), StatusIs(absl::StatusCode::kInvalidArgument,
                                           "at.effective_date is not UTF-8"));
  v1::GetContractObjectRequest repeated;
  repeated.mutable_name()->add_parts("café");
  EXPECT_OK(CheckTexts(repeated));
  repeated.mutable_name()->add_parts("\xff");
  EXPECT_THAT(CheckTexts(repeated), StatusIs(absl::StatusCode::kInvalidArgument,
                                             "name.parts is not UTF-8"));
  v1::ImportEntitlementsRequest map;
  (*map.mutable_defaults())["vendor"] = "\xff";
  EXPECT_THAT(CheckTexts(map), StatusIs(absl::StatusCode::kInvalidArgument,
                                        StartsWith("defaults.")));
}

TEST(RequestText, BytesMayBeAnything) {
  v1::ImportEntitlementsRequest request;
  request.set_content("\xff");
  EXPECT_OK(CheckTexts(request));
}

TEST(RequestText, AFileIsNamedInUtf8WhateverItIsCalled) {
  EXPECT_EQ(FileNameOf("a/b/caf\xe9.pdf"), "caf\xef\xbf\xbd.pdf");
  EXPECT_EQ(FileNameOf("plain"), "plain");
  const std::string name = FileNameOf("a/" + std::string(300, '\xff'));
  EXPECT_LE(name.size(), 256u);
  EXPECT_TRUE(IsValidUtf8(name));
}

}  // namespace
}  // namespace rollcall::cli
