#include <sys/types.h>

#include <filesystem>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "collector/cli/argument_file.h"
#include "collector/cli/commands.h"
#include "collector/cli/growing_file.h"
#include "collector/cli/session.h"
#include "collector/cli/values.h"
#include "common/file.h"
#include "common/https_client.h"
#include "common/key_pair.h"
#include "common/status.h"
#include "common/tls.h"
#include "rollcall/v1/enrolment.pb.h"

namespace rollcall::cli {
namespace {

constexpr size_t kMaxPemBytes = 1 << 20;
constexpr size_t kMaxTokenBytes = 1 << 10;
// A certificate that lasts longer was not got by logging in.
constexpr absl::Duration kLongestLogin = absl::Hours(2);
constexpr mode_t kOwnersAlone = 0600;

class LoginCommand final : public Command {
 public:
  absl::string_view name() const override { return "login"; }
  absl::string_view summary() const override {
    return "Get a certificate for an hour, for a token";
  }
  absl::string_view examples() const override {
    return "  rollcall login --token-file=token\n"
           "  rollcall login --token-file=token "
           "--server=rollcall.example.com:8443\n"
           "\n"
           "Makes a key, and writes it and the certificate where --key and "
           "--cert say, for you\n"
           "alone to read. `rollcall token create --principal=NAME` makes "
           "tokens.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Text("token-file", "The file with your token", &token_file_);
    arguments.Text("server",
                   "HOST:PORT of the collector's HTTPS port; default: port "
                   "8443 of --collector's host",
                   &server_);
    arguments.Text(
        "proxy",
        "http://[USER:PASSWORD@]HOST:PORT of a proxy to connect through",
        &proxy_);
    arguments.Flag(
        "force",
        "Replace what --cert and --key name, also where it was not got by "
        "logging in",
        &force_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_ASSIGN_OR_RETURN(const std::string token, ReadToken());
    ROLLCALL_RETURN_IF_ERROR(CheckReplaced(session));
    const GlobalOptions& options = session.options();
    // Where one cannot be written the other stays, and no use of the token is
    // spent.
    GrowingFile key_file(options.key, /*replace=*/true, kOwnersAlone);
    GrowingFile certificate_file(options.cert, /*replace=*/true, kOwnersAlone);
    ROLLCALL_RETURN_IF_ERROR(key_file.Open());
    ROLLCALL_RETURN_IF_ERROR(certificate_file.Open());
    ROLLCALL_ASSIGN_OR_RETURN(const std::string key, MakePrivateKey());
    v1::LoginRequest request;
    request.set_token(token);
    ROLLCALL_ASSIGN_OR_RETURN(*request.mutable_csr_pem(),
                              MakeCertificateRequest(key));
    v1::LoginResponse response;
    ROLLCALL_RETURN_IF_ERROR(Ask(options, request, response));
    ROLLCALL_RETURN_IF_ERROR(Fill(key_file, key));
    ROLLCALL_RETURN_IF_ERROR(
        Fill(certificate_file, response.certificate_pem()));
    ROLLCALL_RETURN_IF_ERROR(key_file.TakeName());
    ROLLCALL_RETURN_IF_ERROR(certificate_file.TakeName());
    session.Note(absl::StrCat("Logged in as ", response.principal(), " until ",
                              TimeText(response.not_after()), "."));
    return ExitCode::kOk;
  }

 private:
  absl::StatusOr<std::string> ReadToken() const {
    if (token_file_.empty()) {
      return absl::InvalidArgumentError(
          "--token-file is needed. A token on the command line would be seen "
          "by all users of this machine.");
    }
    ROLLCALL_ASSIGN_OR_RETURN(const std::string content,
                              ReadArgumentFile(token_file_, kMaxTokenBytes));
    return std::string(absl::StripAsciiWhitespace(content));
  }

  static absl::Status Fill(GrowingFile& file, absl::string_view content) {
    ROLLCALL_RETURN_IF_ERROR(file.Append(content));
    return file.Close();
  }

  // What was made to last is not replaced by what ends in an hour: neither a
  // certificate nor the key of one, nor what is neither.
  absl::Status CheckReplaced(const Session& session) const {
    const GlobalOptions& options = session.options();
    if (IsSamePath(options.cert, options.key)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--cert and --key are both ", options.cert,
                       "\nEach is a file of its own: name two."));
    }
    if (force_) return absl::OkStatus();
    ROLLCALL_ASSIGN_OR_RETURN(const auto certificate,
                              CertificateAt(options.cert));
    if (certificate.has_value() &&
        certificate->not_after - session.clock().Now() > kLongestLogin) {
      return Kept(options.cert,
                  absl::StrCat("a certificate that lasts until ",
                               absl::FormatTime(certificate->not_after,
                                                absl::UTCTimeZone())));
    }
    const auto key = ReadFile(options.key, kMaxPemBytes);
    if (absl::IsNotFound(key.status())) return absl::OkStatus();
    const auto fingerprint = FingerprintOf(key.value_or(""));
    if (certificate.has_value() && fingerprint.ok() &&
        *fingerprint == certificate->key_fingerprint) {
      return absl::OkStatus();
    }
    return Kept(options.key,
                absl::StrCat("a key of something else than ", options.cert));
  }

  static bool IsSamePath(const std::string& a, const std::string& b) {
    return std::filesystem::path(a).lexically_normal() ==
           std::filesystem::path(b).lexically_normal();
  }

  // Nothing where there is no file; an error where there is another one.
  static absl::StatusOr<std::optional<CertificateInfo>> CertificateAt(
      const std::string& path) {
    const auto pem = ReadFile(path, kMaxPemBytes);
    if (absl::IsNotFound(pem.status())) {
      return std::optional<CertificateInfo>();
    }
    if (!pem.ok()) return absl::InvalidArgumentError(pem.status().message());
    auto certificate = ReadCertificate(*pem);
    if (!certificate.ok()) {
      return Kept(path, "something else than a certificate");
    }
    return std::optional<CertificateInfo>(*std::move(certificate));
  }

  static absl::Status Kept(const std::string& path, absl::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " holds ", what,
                     "\nName other files with --cert and --key, or replace it "
                     "with --force."));
  }

  absl::Status Ask(const GlobalOptions& options,
                   const v1::LoginRequest& request,
                   v1::LoginResponse& response) const {
    HttpsClientOptions https;
    https.server = server_;
    if (https.server.empty()) {
      https.server = absl::StrCat(
          options.collector.substr(0, options.collector.rfind(':')), ":8443");
    }
    ROLLCALL_ASSIGN_OR_RETURN(https.ca_pem,
                              ReadArgumentFile(options.ca, kMaxPemBytes));
    https.proxy = proxy_;
    https.timeout = absl::Seconds(options.timeout_seconds);
    return HttpsClient(https).PostJson("/v1/login", request, &response);
  }

  std::string token_file_;
  std::string server_;
  std::string proxy_;
  bool force_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeLoginCommand() {
  return std::make_unique<LoginCommand>();
}

}  // namespace rollcall::cli
