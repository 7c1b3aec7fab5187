// Every method of the real collector, called by principals of every role.
#include "collector/rpc/access.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "collector/app/collector_app.h"
#include "gmock/gmock.h"
#include "tests/support/served_methods.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::ServedMethod;
using ::rollcall::testing::ServedMethods;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TempDir;
using ::rollcall::testing::TestPki;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Each role has one principal, whose name is the role's word; "nobody" has a
// certificate and no role.
class CollectorAccessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const TlsCredentials server = pki_.Server();
    CollectorOptions options;
    options.data_dir = dir_.File("data");
    options.agent_listen = "127.0.0.1:0";
    options.admin_listen = "127.0.0.1:0";
    options.https_listen = "127.0.0.1:0";
    options.ca_file = dir_.Write("ca.pem", server.ca_pem);
    options.cert_file = dir_.Write("server.pem", server.certificate_pem);
    options.key_file = dir_.Write("server.key", server.private_key_pem);
    for (const v1::Role role : kAllRoles.List()) {
      options.first_principals.push_back({RoleWord(role), RoleSet({role})});
    }
    ASSERT_OK_AND_ASSIGN(app_, CollectorApp::Start(options));
  }

  grpc::GenericStub Connect(const TlsCredentials& credentials) const {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = credentials.ca_pem;
    tls.pem_cert_chain = credentials.certificate_pem;
    tls.pem_private_key = credentials.private_key_pem;
    return grpc::GenericStub(
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", app_->admin_port()),
                            grpc::SslCredentials(tls)));
  }

  // Calls with an empty request; a stream until its first message.
  static absl::Status Call(grpc::GenericStub& stub,
                           const ServedMethod& method) {
    if (method.is_stream) return CallStream(stub, method);
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    grpc::Slice nothing;
    const auto call = stub.PrepareUnaryCall(
        &context, method.path, grpc::ByteBuffer(&nothing, 1), &queue);
    call->StartCall();
    grpc::ByteBuffer answer;
    grpc::Status status;
    call->Finish(&answer, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return {static_cast<absl::StatusCode>(status.error_code()),
            status.error_message()};
  }

  static absl::Status CallStream(grpc::GenericStub& stub,
                                 const ServedMethod& method) {
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    void* tag = nullptr;
    bool ok = false;
    const auto call = stub.PrepareCall(&context, method.path, &queue);
    call->StartCall(nullptr);
    queue.Next(&tag, &ok);
    grpc::Slice nothing;
    call->WriteLast(grpc::ByteBuffer(&nothing, 1), grpc::WriteOptions(),
                    nullptr);
    queue.Next(&tag, &ok);
    grpc::ByteBuffer message;
    call->Read(&message, nullptr);
    queue.Next(&tag, &ok);
    const bool told = ok;
    if (told) context.TryCancel();
    grpc::Status status;
    call->Finish(&status, nullptr);
    queue.Next(&tag, &ok);
    if (told) return absl::OkStatus();
    return {static_cast<absl::StatusCode>(status.error_code()),
            status.error_message()};
  }

  static std::map<std::string, AccessRule> Rules() {
    std::map<std::string, AccessRule> rules;
    for (const AccessRule& rule : AccessRules()) {
      rules.emplace(std::string(rule.method), rule);
    }
    return rules;
  }

  const TempDir dir_;
  const TestPki pki_;
  std::unique_ptr<CollectorApp> app_;
};

// What a caller is told who may not.
auto IsRefusal() {
  return StatusIs(absl::StatusCode::kPermissionDenied,
                  HasSubstr("may not call"));
}
// What everything is told that the dispatcher has nothing to do with.
auto IsNotServed() { return StatusIs(absl::StatusCode::kUnimplemented); }

TEST_F(CollectorAccessTest, EveryMethodIsRefusedToEveryRoleThatMayNotCallIt) {
  const auto rules = Rules();
  for (const v1::Role role : kAllRoles.List()) {
    grpc::GenericStub stub = Connect(pki_.Admin(RoleWord(role)));
    for (const ServedMethod& method : ServedMethods()) {
      const auto rule = rules.find(method.name);
      ASSERT_NE(rule, rules.end()) << method.name;
      const absl::Status status = Call(stub, method);
      const std::string what = absl::StrCat(RoleWord(role), ": ", method.name);
      if (rule->second.audience == Audience::kAgents) {
        EXPECT_THAT(status, IsNotServed()) << what;
      } else if (rule->second.audience == Audience::kPrincipals ||
                 rule->second.roles.Contains(role)) {
        EXPECT_THAT(status, Not(AnyOf(IsRefusal(), IsNotServed()))) << what;
        EXPECT_FALSE(absl::IsUnauthenticated(status)) << what;
        EXPECT_FALSE(absl::IsInternal(status)) << what;
      } else {
        EXPECT_THAT(status, IsRefusal()) << what;
      }
    }
  }
}

TEST_F(CollectorAccessTest, WhoeverHasNoRoleMayAskWhoHeIsAndNothingElse) {
  const auto rules = Rules();
  grpc::GenericStub stub = Connect(pki_.Admin("nobody"));
  for (const ServedMethod& method : ServedMethods()) {
    const absl::Status status = Call(stub, method);
    switch (rules.at(method.name).audience) {
      case Audience::kAgents:
        EXPECT_THAT(status, IsNotServed()) << method.name;
        break;
      case Audience::kPrincipals:
        EXPECT_OK(status) << method.name;
        break;
      case Audience::kRoles:
        EXPECT_THAT(status, IsRefusal()) << method.name;
    }
  }
}

TEST_F(CollectorAccessTest, AnAgentMayCallNothingHere) {
  grpc::GenericStub stub = Connect(pki_.Agent());
  for (const ServedMethod& method : ServedMethods()) {
    EXPECT_THAT(
        Call(stub, method),
        AnyOf(StatusIs(absl::StatusCode::kUnauthenticated), IsNotServed()))
        << method.name;
  }
}

}  // namespace
}  // namespace rollcall::collector
