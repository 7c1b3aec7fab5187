#include "collector/rpc/tls_server_credentials.h"

#include <grpc/grpc.h>

#include <utility>

namespace rollcall::collector {

struct TlsServerCredentials::Current {
  Mutex mutex;
  TlsCredentials credentials ABSL_GUARDED_BY(mutex);
  // Whether gRPC has yet to be given them.
  bool is_new ABSL_GUARDED_BY(mutex) = true;

  static grpc_ssl_certificate_config_reload_status Fetch(
      void* user_data, grpc_ssl_server_certificate_config** config) {
    auto& current = *static_cast<Current*>(user_data);
    MutexLock lock(&current.mutex);
    if (!current.is_new) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const grpc_ssl_pem_key_cert_pair pair = {
        current.credentials.private_key_pem.c_str(),
        current.credentials.certificate_pem.c_str()};
    *config = grpc_ssl_server_certificate_config_create(
        current.credentials.ca_pem.c_str(), &pair, 1);
    if (*config == nullptr) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_FAIL;
    current.is_new = false;
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }
};

TlsServerCredentials::TlsServerCredentials(TlsCredentials credentials)
    : current_(std::make_unique<Current>()),
      credentials_(grpc_ssl_server_credentials_create_with_options(
          grpc_ssl_server_credentials_create_options_using_config_fetcher(
              GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY,
              &Current::Fetch, current_.get()))) {
  Use(std::move(credentials));
}

TlsServerCredentials::~TlsServerCredentials() {
  grpc_server_credentials_release(credentials_);
}

void TlsServerCredentials::Use(TlsCredentials credentials) {
  MutexLock lock(&current_->mutex);
  current_->credentials = std::move(credentials);
  current_->is_new = true;
}

int TlsServerCredentials::AddPortToServer(const std::string& address,
                                          grpc_server* server) {
  return grpc_server_add_http2_port(server, address.c_str(), credentials_);
}

}  // namespace rollcall::collector
