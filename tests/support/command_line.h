// Runs a parser of command lines and keeps what it prints.
#pragma once

#include <string>
#include <vector>

#include "common/log.h"
#include "gtest/gtest.h"

namespace rollcall::testing {

// What is printed outside Parse is dropped.
class CommandLineTest : public ::testing::Test {
 protected:
  void SetUp() override { Capture(); }
  void TearDown() override {
    ::testing::internal::GetCapturedStdout();
    ::testing::internal::GetCapturedStderr();
    SetLogLevel(LogLevel::kError);
  }

  // What `parser(argc, argv, exit_code)` makes of the program and `arguments`.
  template <typename Parser>
  auto ParseWith(Parser parser, const std::string& program,
                 std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), program);
    std::vector<char*> argv;
    argv.reserve(arguments.size());
    for (std::string& argument : arguments) argv.push_back(argument.data());
    exit_code_ = -1;
    auto options =
        parser(static_cast<int>(argv.size()), argv.data(), exit_code_);
    output_ = ::testing::internal::GetCapturedStdout();
    errors_ = ::testing::internal::GetCapturedStderr();
    Capture();
    return options;
  }

  int exit_code_ = -1;
  std::string output_;
  std::string errors_;

 private:
  static void Capture() {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
  }
};

}  // namespace rollcall::testing
