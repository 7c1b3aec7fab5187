// What a command works with: the connection, the output, the global options.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <memory>
#include <string>
#include <type_traits>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/cli/connection.h"
#include "collector/cli/environment.h"
#include "collector/cli/field_arguments.h"
#include "google/protobuf/message.h"

namespace rollcall::cli {

// The number of items that --limit means if it is not given: enough for a
// person; programs get all.
inline constexpr int kDefaultTableLimit = 1'000;
inline constexpr int kMaxLimit = 10'000'000;
inline constexpr absl::string_view kLimitHelp =
    "At most this many; default: 1000 in a table, all in json and csv";

// Renders an answer for people, fitted to a width.
template <typename Response>
using TableOf = absl::FunctionRef<std::string(const Response&, int width)>;

// Renders an answer for programs: a header line and one line an item.
template <typename Response>
using CsvOf = absl::FunctionRef<std::string(const Response&)>;

// One of several answers that a command prints as one.
struct Part {
  // Its name in JSON.
  absl::string_view name;
  const google::protobuf::Message& answer;
};

// Not thread-safe. All of them outlive it.
class Session {
 public:
  // `fields`: what the command's arguments fill.
  Session(const Environment& environment, const GlobalOptions& options,
          const FieldArguments& fields)
      : environment_(environment), options_(options), fields_(fields) {}

  const GlobalOptions& options() const { return options_; }
  const Clock& clock() const { return environment_.clock; }
  bool err_is_terminal() const { return environment_.err_is_terminal; }
  std::ostream& err() const { return environment_.err; }

  // A stub of `Service`, for example v1::DeviceService.
  template <typename Service>
  absl::StatusOr<std::unique_ptr<typename Service::Stub>> Stub();

  // Calls `method` of `stub` with the deadline of --timeout. The error says
  // what to do.
  template <typename StubType, typename Request, typename Response>
  absl::StatusOr<Response> Call(
      StubType& stub,
      grpc::Status (StubType::*method)(grpc::ClientContext*, const Request&,
                                       Response*),
      const Request& request) const;

  // What Call does before and after, for calls that it does not make: whether
  // the request can be sent, and why a call failed that has ended.
  absl::Status Check(const google::protobuf::Message& request) const;
  absl::Status Explain(const grpc::Status& status,
                       const grpc::ClientContext& ended) const;

  // How many items to ask for; 0: all. `limit` is the option's value, 0 where
  // it was not given.
  int LimitOf(int limit) const;

  // Prints an answer in the format of --output: `table` (fitted to a width) and
  // `csv` render it; JSON is that of protobuf. A table without rows is `empty`
  // instead, in words.
  template <typename Response>
  absl::Status Print(const Response& response,
                     std::type_identity_t<TableOf<Response>> table,
                     std::type_identity_t<CsvOf<Response>> csv,
                     absl::string_view empty) const;

  // Prints several answers as one in the format of --output. JSON is one object
  // with a member for each part.
  absl::Status PrintParts(absl::Span<const Part> parts,
                          absl::FunctionRef<std::string(int width)> table,
                          absl::FunctionRef<std::string()> csv) const;

  // Prints text as it is, whatever --output says. On a terminal, what it would
  // take for a command is escaped, and lines end with "\n" alone.
  void PrintExactly(absl::string_view text) const;

  // The same of a part of an answer that goes on: it is there at once, or an
  // error is.
  absl::Status PrintPart(absl::string_view text) const;
  // The same of a message as JSON in one line.
  absl::Status PrintJsonLine(const google::protobuf::Message& message) const;

  // INTERNAL unless all that was printed could be written.
  absl::Status Flush() const;

  // Whether there is a person to ask.
  bool can_ask() const { return environment_.person != nullptr; }

  // Asks the person; whether the answer is yes. REQUIRES: can_ask().
  bool Ask(absl::string_view question) const;

  // Tells the person something that is no part of the answer.
  void Note(absl::string_view text) const;

 private:
  absl::Status PrintJson(const google::protobuf::Message& message) const;

  const Environment& environment_;
  const GlobalOptions& options_;
  const FieldArguments& fields_;
  std::shared_ptr<grpc::Channel> channel_;
};

// --- implementation ---------------------------------------------------------

template <typename Service>
absl::StatusOr<std::unique_ptr<typename Service::Stub>> Session::Stub() {
  if (channel_ == nullptr) {
    auto channel = environment_.connect(options_);
    if (!channel.ok()) return channel.status();
    channel_ = *std::move(channel);
  }
  return Service::NewStub(channel_);
}

template <typename StubType, typename Request, typename Response>
absl::StatusOr<Response> Session::Call(
    StubType& stub,
    grpc::Status (StubType::*method)(grpc::ClientContext*, const Request&,
                                     Response*),
    const Request& request) const {
  const absl::Status can_be_sent = Check(request);
  if (!can_be_sent.ok()) return can_be_sent;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(options_.timeout_seconds));
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return Explain(status, context);
  return response;
}

template <typename Response>
absl::Status Session::Print(const Response& response,
                            std::type_identity_t<TableOf<Response>> table,
                            std::type_identity_t<CsvOf<Response>> csv,
                            absl::string_view empty) const {
  if (options_.output == "json") return PrintJson(response);
  std::string text = options_.output == "csv"
                         ? csv(response)
                         : table(response, environment_.width);
  if (text.empty()) text = absl::StrCat(empty, "\n");
  PrintExactly(text);
  return absl::OkStatus();
}

}  // namespace rollcall::cli
