// gMock matchers for protobuf messages, which print the difference.
#pragma once

#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"

namespace rollcall::testing {

// Parses text format, or fails loudly.
template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  const bool parsed =
      google::protobuf::TextFormat::ParseFromString(text, &message);
  EXPECT_TRUE(parsed) << "bad text format: " << text;
  return message;
}

// Equal to the message.
MATCHER_P(EqualsProto, expected, "equals " + expected.ShortDebugString()) {
  google::protobuf::util::MessageDifferencer differencer;
  std::string report;
  differencer.ReportDifferencesToString(&report);
  const bool equal = differencer.Compare(expected, arg);
  *result_listener << report;
  return equal;
}

// Equal to the message given in text format; the type is the argument's.
MATCHER_P(EqualsText, text, "equals " + std::string(text)) {
  std::remove_cvref_t<decltype(arg)> expected;
  if (!google::protobuf::TextFormat::ParseFromString(text, &expected)) {
    *result_listener << "bad text format in the test";
    return false;
  }
  return ::testing::ExplainMatchResult(EqualsProto(expected), arg,
                                       result_listener);
}

}  // namespace rollcall::testing
