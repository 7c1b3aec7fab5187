#include "collector/cli/commands.h"
#include "collector/cli/device_id.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/times.h"
#include "collector/cli/views/device_view.h"
#include "collector/cli/views/row_view.h"
#include "common/status.h"
#include "rollcall/v1/device_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using Stub = v1::DeviceService::Stub;

class DeviceShowCommand final : public Command {
 public:
  absl::string_view name() const override { return "device show"; }
  absl::string_view summary() const override {
    return "Show one device, its rows, or what changed on it";
  }
  absl::string_view examples() const override {
    return "  rollcall device show laptop-17\n"
           "  rollcall device show 4f1c9a02 --section=hardware.disk,software\n"
           "  rollcall device show 4f1c9a02 --section=all --output=json\n"
           "  rollcall device show 4f1c9a02 --history --section=software\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("ID", kDeviceHelp, &id_).Fills("device_id");
    arguments
        .Texts("section",
               "Its rows of these sections, for example hardware.cpu, or "
               "\"all\"; with --history, only their changes",
               &sections_)
        .Fills("sections");
    arguments.Flag("history", "What changed on it, newest first", &history_);
    arguments.Text("as-of", kAsOfHelp, &as_of_).Fills("as_of");
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    if (history_ && !as_of_.empty()) {
      return absl::InvalidArgumentError(
          "--history tells all changes with their times; leave --as-of out");
    }
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::DeviceService>());
    if (history_) return ShowHistory(session, *stub);
    if (!sections_.empty()) return ShowRows(session, *stub);
    return ShowDevice(session, *stub);
  }

 private:
  absl::StatusOr<ExitCode> ShowDevice(Session& session, Stub& stub) {
    v1::GetDeviceRequest request;
    request.set_device_id(id_);
    ROLLCALL_RETURN_IF_ERROR(SetAsOf(as_of_, request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto response,
                              session.Call(stub, &Stub::GetDevice, request));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, DeviceTable, DeviceCsv, ""));
    return ExitCode::kOk;
  }

  absl::StatusOr<ExitCode> ShowRows(Session& session, Stub& stub) {
    v1::ListDeviceRowsRequest request;
    SetSubject(request);
    ROLLCALL_RETURN_IF_ERROR(SetAsOf(as_of_, request));
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, stub, &Stub::ListDeviceRows, request,
                    session.LimitOf(limit_),
                    &v1::ListDeviceRowsResponse::rows_size));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, RowsTable, RowsCsv,
                      "The device has no rows in these sections."));
    return ExitCode::kOk;
  }

  absl::StatusOr<ExitCode> ShowHistory(Session& session, Stub& stub) {
    v1::ListDeviceHistoryRequest request;
    SetSubject(request);
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, stub, &Stub::ListDeviceHistory, request,
                    session.LimitOf(limit_),
                    &v1::ListDeviceHistoryResponse::changes_size));
    ROLLCALL_RETURN_IF_ERROR(session.Print(response, HistoryTable, HistoryCsv,
                                           "Nothing has changed on it."));
    return ExitCode::kOk;
  }

  template <typename Request>
  void SetSubject(Request& request) const {
    request.set_device_id(id_);
    if (sections_ == std::vector<std::string>{"all"}) return;
    for (const std::string& section : sections_) request.add_sections(section);
  }

  std::string id_;
  std::vector<std::string> sections_;
  bool history_ = false;
  std::string as_of_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeDeviceShowCommand() {
  return std::make_unique<DeviceShowCommand>();
}

}  // namespace rollcall::cli
