#include "agent/uplink/enrolment_client.h"

#include "common/https_client.h"
#include "common/key_pair.h"
#include "common/status.h"
#include "common/sync.h"
#include "rollcall/v1/enrolment.pb.h"

namespace rollcall::agent {
namespace {

class HttpsEnrolmentClient final : public EnrolmentClient {
 public:
  explicit HttpsEnrolmentClient(const EnrolmentClientOptions& options)
      : options_(options) {}

  absl::StatusOr<IssuedCertificate> Enrol(absl::string_view token,
                                          absl::string_view key_pem,
                                          const std::optional<AgentId>& parent,
                                          const std::string& ca_pem) override {
    v1::EnrolRequest request;
    request.set_token(std::string(token));
    if (parent.has_value()) request.set_parent_agent_id(parent->ToHex());
    ROLLCALL_ASSIGN_OR_RETURN(*request.mutable_csr_pem(),
                              MakeCertificateRequest(key_pem));
    return Ask<v1::EnrolResponse>("/v1/enrol", request, ca_pem);
  }

  absl::StatusOr<IssuedCertificate> Renew(const KeyAndCertificate& old,
                                          absl::string_view key_pem,
                                          const std::string& ca_pem) override {
    v1::RenewRequest request;
    request.set_certificate_pem(old.certificate_pem);
    ROLLCALL_ASSIGN_OR_RETURN(*request.mutable_csr_pem(),
                              MakeCertificateRequest(key_pem));
    ROLLCALL_ASSIGN_OR_RETURN(
        *request.mutable_signature(),
        SignText(old.key_pem, RenewalText(request.csr_pem())));
    return Ask<v1::RenewResponse>("/v1/renew", request, ca_pem);
  }

  void Interrupt() override {
    MutexLock lock(&mutex_);
    interrupted_ = true;
    if (current_ != nullptr) current_->Interrupt();
  }

 private:
  template <typename Response, typename Request>
  absl::StatusOr<IssuedCertificate> Ask(absl::string_view path,
                                        const Request& request,
                                        const std::string& ca_pem) {
    absl::Status status =
        absl::FailedPreconditionError("no collector is named");
    for (const std::string& server : options_.servers) {
      Response response;
      status = AskOne(server, path, request, ca_pem, &response);
      if (status.ok()) {
        return IssuedCertificate{response.certificate_pem(), response.ca_pem()};
      }
      if (!absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status)) {
        break;
      }
    }
    return status;
  }

  absl::Status AskOne(const std::string& server, absl::string_view path,
                      const google::protobuf::Message& request,
                      const std::string& ca_pem,
                      google::protobuf::Message* response) {
    HttpsClientOptions options;
    options.server = server;
    options.ca_pem = ca_pem;
    options.proxy = options_.proxy;
    options.timeout = options_.timeout;
    HttpsClient client(options);
    {
      MutexLock lock(&mutex_);
      if (interrupted_) return absl::CancelledError("interrupted");
      current_ = &client;
    }
    const absl::Status status = client.PostJson(path, request, response);
    MutexLock lock(&mutex_);
    current_ = nullptr;
    return status;
  }

  const EnrolmentClientOptions options_;
  Mutex mutex_;
  HttpsClient* current_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool interrupted_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

std::unique_ptr<EnrolmentClient> MakeEnrolmentClient(
    const EnrolmentClientOptions& options) {
  return std::make_unique<HttpsEnrolmentClient>(options);
}

}  // namespace rollcall::agent
