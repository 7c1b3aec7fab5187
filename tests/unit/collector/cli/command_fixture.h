// A command against services that a test makes up, in this process.
#pragma once

#include <grpcpp/server_builder.h>

#include <memory>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "collector/cli/cli.h"
#include "gmock/gmock.h"
#include "tests/support/fake_clock.h"

namespace rollcall::cli {

template <typename Service, typename... Others>
class CommandTest : public ::testing::Test {
 protected:
  CommandTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    std::apply([&](auto&... other) { (builder.RegisterService(&other), ...); },
               others_);
    server_ = builder.BuildAndStart();
  }

  // out_ and err_ then hold what this command alone printed.
  ExitCode Run(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    const Environment environment = {
        .out = out_,
        .err = err_,
        .clock = clock_,
        .width = width_,
        .person = person_.str().empty() ? nullptr : &person_,
        .default_config = "",
        .connect = [this](const GlobalOptions&)
            -> absl::StatusOr<std::shared_ptr<grpc::Channel>> {
          return server_->InProcessChannel(grpc::ChannelArguments());
        }};
    return RunCli(arguments, environment);
  }

  // That of the terminal that out_ is; kUnlimitedWidth: it is none.
  int width_ = kUnlimitedWidth;
  // What a person at a terminal answers the next command; empty: there is none.
  std::istringstream person_;
  testing::FakeClock clock_{absl::Now()};
  Service service_;
  std::tuple<Others...> others_;
  std::unique_ptr<grpc::Server> server_;
  std::ostringstream out_;
  std::ostringstream err_;
};

}  // namespace rollcall::cli
