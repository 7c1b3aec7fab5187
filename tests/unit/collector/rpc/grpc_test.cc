// Calls over real mutual TLS: the listener, who calls, and how unary work runs.
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <thread>

#include "absl/strings/str_cat.h"
#include "collector/rpc/caller.h"
#include "collector/rpc/grpc_listener.h"
#include "collector/rpc/unary.h"
#include "common/answer_mark.h"
#include "rollcall/v1/device_service.grpc.pb.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_revoked.h"
#include "tests/support/gate.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_pki.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::AgentIdOf;
using ::rollcall::testing::CertificateSpec;
using ::rollcall::testing::FakeClock;
using ::rollcall::testing::FakeRevoked;
using ::rollcall::testing::Gate;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TestPki;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// ListDevices does what the test says; GetDevice tells which agent calls.
class TestService final : public v1::DeviceService::CallbackService {
 public:
  using Work = std::function<absl::StatusOr<v1::ListDevicesResponse>(
      const Caller&, const v1::ListDevicesRequest&)>;

  TestService(const UnaryDispatcher& dispatcher, Work work)
      : dispatcher_(dispatcher), work_(std::move(work)) {}

  grpc::ServerUnaryReactor* ListDevices(
      grpc::CallbackServerContext* context,
      const v1::ListDevicesRequest* request,
      v1::ListDevicesResponse* response) override {
    last_context_ = context;
    return dispatcher_.Run(context, *request, [=, this](const Caller& caller) {
      auto result = work_(caller, *request);
      if (!result.ok()) return result.status();
      *response = *std::move(result);
      return absl::OkStatus();
    });
  }

  grpc::ServerUnaryReactor* GetDevice(
      grpc::CallbackServerContext* context, const v1::GetDeviceRequest*,
      v1::GetDeviceResponse* response) override {
    auto* reactor = context->DefaultReactor();
    const auto agent = AgentCaller(*context);
    if (agent.ok()) {
      response->mutable_device()->set_device_id(agent->agent.ToHex());
      response->mutable_device()->set_memory_bytes(
          absl::ToUnixSeconds(agent->certificate_ends));
    }
    reactor->Finish(ToGrpcStatus(agent.status()));
    return reactor;
  }

  // Of the last ListDevices; valid until that ends.
  grpc::CallbackServerContext* last_context() const { return last_context_; }

 private:
  const UnaryDispatcher& dispatcher_;
  const Work work_;
  std::atomic<grpc::CallbackServerContext*> last_context_{nullptr};
};

// Everybody is a viewer, but for those who were given other roles.
class FakePrincipalRoles final : public PrincipalRoles {
 public:
  absl::StatusOr<RoleSet> RolesOf(absl::string_view principal) const override {
    MutexLock lock(&mutex_);
    const auto found = roles_.find(std::string(principal));
    return found == roles_.end() ? absl::StatusOr<RoleSet>(RoleSet(
                                       {v1::ROLE_VIEWER, v1::ROLE_SECURITY}))
                                 : found->second;
  }
  void Set(const std::string& principal, absl::StatusOr<RoleSet> roles) {
    MutexLock lock(&mutex_);
    roles_.insert_or_assign(principal, std::move(roles));
  }

 private:
  mutable Mutex mutex_;
  std::map<std::string, absl::StatusOr<RoleSet>> roles_ ABSL_GUARDED_BY(mutex_);
};

class GrpcTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NO_FATAL_FAILURE(Listen()); }

  void Listen(GrpcListenerOptions options = {}) {
    listener_.reset();
    options.address = "127.0.0.1:0";
    options.credentials = pki_.Server();
    ASSERT_OK_AND_ASSIGN(listener_, GrpcListener::Start(options, {&service_}));
  }

  void TearDown() override { listener_->Stop(absl::ZeroDuration()); }

  std::shared_ptr<grpc::Channel> Connect(
      const TlsCredentials& credentials) const {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = credentials.ca_pem;
    tls.pem_cert_chain = credentials.certificate_pem;
    tls.pem_private_key = credentials.private_key_pem;
    return grpc::CreateChannel(absl::StrCat("127.0.0.1:", listener_->port()),
                               grpc::SslCredentials(tls));
  }

  static absl::Status ToAbsl(const grpc::Status& status) {
    return {static_cast<absl::StatusCode>(status.error_code()),
            status.error_message()};
  }

  static absl::Status Call(const std::shared_ptr<grpc::Channel>& channel,
                           const v1::ListDevicesRequest& request = {}) {
    grpc::ClientContext context;
    v1::ListDevicesResponse response;
    return ToAbsl(v1::DeviceService::NewStub(channel)->ListDevices(
        &context, request, &response));
  }

  absl::StatusOr<v1::Device> AskWhichAgent(
      const TlsCredentials& credentials) const {
    grpc::ClientContext context;
    v1::GetDeviceResponse response;
    const absl::Status status =
        ToAbsl(v1::DeviceService::NewStub(Connect(credentials))
                   ->GetDevice(&context, {}, &response));
    if (!status.ok()) return status;
    return response.device();
  }

  const TestPki pki_;
  const TestPki other_pki_;
  FakeClock clock_{absl::Now()};
  // What ListDevices does.
  TestService::Work work_ = [](const Caller&, const v1::ListDevicesRequest&) {
    return v1::ListDevicesResponse();
  };
  ExecutorOptions executor_options_{.threads = 1, .max_queue = 1};
  Executor executor_{executor_options_};
  FakePrincipalRoles roles_;
  FakeRevoked revoked_;
  const AccessControl access_{roles_, revoked_, clock_};
  CallTurns turns_{executor_, {}};
  const UnaryDispatcher dispatcher_{turns_, access_};
  TestService service_{
      dispatcher_,
      [this](const Caller& caller, const v1::ListDevicesRequest& request) {
        return work_(caller, request);
      }};
  std::unique_ptr<GrpcListener> listener_;
};

TEST_F(GrpcTest, WorkLearnsThePrincipalAndItsAnswerIsTheCalls) {
  work_ = [](const Caller& caller, const v1::ListDevicesRequest& request) {
    v1::ListDevicesResponse response;
    response.set_next_page_token(caller.principal + "/" + request.contains());
    return response;
  };
  grpc::ClientContext context;
  v1::ListDevicesRequest request;
  request.set_contains("x");
  v1::ListDevicesResponse response;
  EXPECT_TRUE(v1::DeviceService::NewStub(Connect(pki_.Admin("jo")))
                  ->ListDevices(&context, request, &response)
                  .ok());
  EXPECT_EQ(response.next_page_token(), "jo/x");
}

TEST_F(GrpcTest, WorkLearnsTheRolesOfTheCaller) {
  RoleSet seen;
  work_ = [&seen](const Caller& caller, const v1::ListDevicesRequest&) {
    seen = caller.roles;
    return v1::ListDevicesResponse();
  };
  roles_.Set("jo", RoleSet({v1::ROLE_ITAM, v1::ROLE_AUDITOR}));
  ASSERT_OK(Call(Connect(pki_.Admin("jo"))));
  EXPECT_EQ(seen, RoleSet({v1::ROLE_ITAM, v1::ROLE_AUDITOR}));
}

TEST_F(GrpcTest, WhoeverHasNoRoleThatMayIsRefusedAndToldWhatToDo) {
  int ran = 0;
  work_ = [&ran](const Caller&, const v1::ListDevicesRequest&) {
    ++ran;
    return v1::ListDevicesResponse();
  };
  const auto channel = Connect(pki_.Admin("jo"));
  ASSERT_OK(Call(channel));
  EXPECT_EQ(access_.refused(), 0);
  // On the connection that it has, with the next call.
  roles_.Set("jo", RoleSet());
  EXPECT_THAT(
      Call(channel),
      StatusIs(absl::StatusCode::kPermissionDenied,
               AllOf(StartsWith("jo may not call DeviceService.ListDevices"),
                     HasSubstr("has no role"),
                     HasSubstr("viewer, itam, procurement, security, auditor "
                               "and admin"),
                     HasSubstr("rollcall principal grant jo"))));
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(access_.refused(), 1);
  // And let in again with the one after it has a role.
  roles_.Set("jo", RoleSet({v1::ROLE_ADMIN}));
  EXPECT_OK(Call(channel));
}

TEST_F(GrpcTest, WhereNobodyHasARoleTheReasonIsSaid) {
  roles_.Set("jo", absl::PermissionDeniedError("nobody yet"));
  EXPECT_THAT(Call(Connect(pki_.Admin("jo"))),
              StatusIs(absl::StatusCode::kPermissionDenied, "nobody yet"));
  EXPECT_EQ(access_.refused(), 1);
}

// Serves ListDevices by rules of the test's own.
class RulesTest : public GrpcTest {
 protected:
  absl::Status CallBy(absl::Span<const AccessRule> rules) {
    listener_->Stop(absl::ZeroDuration());
    const AccessControl access(roles_, revoked_, clock_, rules);
    const UnaryDispatcher dispatcher(turns_, access);
    TestService service(dispatcher,
                        [this](const Caller&, const v1::ListDevicesRequest&) {
                          ran_ = true;
                          return v1::ListDevicesResponse();
                        });
    GrpcListenerOptions options;
    options.address = "127.0.0.1:0";
    options.credentials = pki_.Server();
    const auto listener = GrpcListener::Start(options, {&service});
    if (!listener.ok()) return listener.status();
    grpc::SslCredentialsOptions tls;
    const TlsCredentials jo = pki_.Admin("jo");
    tls.pem_root_certs = jo.ca_pem;
    tls.pem_cert_chain = jo.certificate_pem;
    tls.pem_private_key = jo.private_key_pem;
    const absl::Status status = Call(
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", (*listener)->port()),
                            grpc::SslCredentials(tls)));
    (*listener)->Stop(absl::Seconds(10));
    return status;
  }

  static constexpr char kMethod[] = "rollcall.v1.DeviceService.ListDevices";
  std::atomic<bool> ran_{false};
};

TEST_F(RulesTest, AMethodWithoutARuleIsRefusedToEverybody) {
  EXPECT_THAT(CallBy({}), StatusIs(absl::StatusCode::kInternal,
                                   HasSubstr("v1.ListDevicesRequest")));
  EXPECT_FALSE(ran_);
}

TEST_F(RulesTest, ARequestThatTwoRulesAreAboutIsRefused) {
  const AccessRule rules[] = {{kMethod, kAllRoles}, {kMethod, kAllRoles}};
  EXPECT_THAT(CallBy(rules), StatusIs(absl::StatusCode::kInternal));
  EXPECT_FALSE(ran_);
}

TEST_F(RulesTest, AMethodOfAgentsIsForNoPrincipal) {
  const AccessRule rules[] = {{kMethod, {}, Audience::kAgents}};
  roles_.Set("jo", kAllRoles);
  EXPECT_THAT(CallBy(rules), StatusIs(absl::StatusCode::kPermissionDenied,
                                      HasSubstr("which is for agents")));
  EXPECT_FALSE(ran_);
}

TEST_F(RulesTest, AMethodOfAllPrincipalsNeedsNoRole) {
  const AccessRule rules[] = {{kMethod, {}, Audience::kPrincipals}};
  roles_.Set("jo", absl::PermissionDeniedError("nobody yet"));
  EXPECT_OK(CallBy(rules));
  EXPECT_TRUE(ran_);
}

TEST_F(GrpcTest, TheStatusOfTheWorkIsTheCalls) {
  work_ = [](const Caller&, const v1::ListDevicesRequest&) {
    return absl::FailedPreconditionError("not so: \xe2\x82\xac \n%");
  };
  EXPECT_THAT(Call(Connect(pki_.Admin("jo"))),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "not so: \xe2\x82\xac \n%"));
}

TEST_F(GrpcTest, WhatTheCollectorAnswersIsMarkedAsItsOwn) {
  const auto is_marked = [this] {
    grpc::ClientContext context;
    v1::ListDevicesResponse response;
    v1::DeviceService::NewStub(Connect(pki_.Admin("jo")))
        ->ListDevices(&context, {}, &response);
    return context.GetServerTrailingMetadata().contains(kAnswerMark);
  };
  EXPECT_TRUE(is_marked());
  work_ = [](const Caller&, const v1::ListDevicesRequest&) {
    return absl::UnavailableError("the disk is full");
  };
  EXPECT_TRUE(is_marked());
  roles_.Set("jo", RoleSet());
  EXPECT_TRUE(is_marked());
  listener_->Stop(absl::ZeroDuration());
  EXPECT_FALSE(is_marked());
}

TEST_F(GrpcTest, AVeryLongErrorArrivesAsWhatItIs) {
  work_ = [](const Caller&, const v1::ListDevicesRequest&) {
    // Three bytes of header each.
    std::string text = "no device";
    while (text.size() < 50'000) text += "\xe2\x82\xac";
    return absl::NotFoundError(text);
  };
  EXPECT_THAT(Call(Connect(pki_.Admin("jo"))),
              StatusIs(absl::StatusCode::kNotFound, StartsWith("no device")));
}

TEST_F(GrpcTest, AnAgentIsNoPrincipal) {
  std::atomic<bool> ran{false};
  work_ = [&ran](const Caller&, const v1::ListDevicesRequest&) {
    ran = true;
    return v1::ListDevicesResponse();
  };
  EXPECT_THAT(Call(Connect(pki_.Agent())),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       HasSubstr("rollcall://principal/")));
  EXPECT_FALSE(ran);
}

TEST_F(GrpcTest, AnExpiredPrincipalIsRefusedOnTheConnectionThatItHas) {
  int ran = 0;
  work_ = [&ran](const Caller&, const v1::ListDevicesRequest&) {
    ++ran;
    return v1::ListDevicesResponse();
  };
  const auto channel = Connect(pki_.Admin("jo", absl::Hours(1)));
  ASSERT_OK(Call(channel));
  clock_.Advance(absl::Minutes(59));
  ASSERT_OK(Call(channel));
  clock_.Advance(absl::Minutes(2));
  EXPECT_THAT(Call(channel),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       HasSubstr("the certificate has expired")));
  EXPECT_EQ(ran, 2);
}

TEST_F(GrpcTest, ARevokedCertificateIsRefusedOnTheConnectionThatItHas) {
  const TlsCredentials stolen = pki_.Admin("jo");
  const auto thief = Connect(stolen);
  const auto jo = Connect(pki_.Admin("jo"));
  ASSERT_OK(Call(thief));
  ASSERT_OK(Call(jo));
  revoked_.Revoke("jo", ReadCertificate(stolen.certificate_pem)->sha256);
  const auto is_refused =
      StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("was revoked"));
  EXPECT_THAT(Call(thief), is_refused);
  // Nor over a new one.
  EXPECT_THAT(Call(Connect(stolen)), is_refused);
  EXPECT_OK(Call(jo));
}

TEST_F(GrpcTest, ACertificateWithoutNamesIsNobody) {
  const auto nobody = pki_.Issue(CertificateSpec());
  EXPECT_THAT(Call(Connect(nobody)),
              StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(AskWhichAgent(nobody),
              StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(GrpcTest, AnAgentIsWhoItsKeySays) {
  const auto agent = pki_.Agent(absl::Hours(3));
  ASSERT_OK_AND_ASSIGN(const v1::Device told, AskWhichAgent(agent));
  EXPECT_EQ(told.device_id(), AgentIdOf(agent).ToHex());
  const absl::Duration left =
      absl::FromUnixSeconds(told.memory_bytes()) - absl::Now();
  EXPECT_GT(left, absl::Minutes(179));
  EXPECT_LE(left, absl::Minutes(180));
}

TEST_F(GrpcTest, AnIdThatIsAnotherAgentsIsRefused) {
  const AgentId victim = AgentIdOf(pki_.Agent());
  EXPECT_THAT(AskWhichAgent(pki_.Impostor(victim.ToHex())),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       HasSubstr("not the fingerprint")));
}

TEST_F(GrpcTest, AStrangerDoesNotGetPastTheHandshake) {
  std::atomic<bool> ran{false};
  work_ = [&ran](const Caller&, const v1::ListDevicesRequest&) {
    ran = true;
    return v1::ListDevicesResponse();
  };
  TlsCredentials no_certificate;
  no_certificate.ca_pem = pki_.ca_pem();
  TlsCredentials other_authority = other_pki_.Admin("jo");
  other_authority.ca_pem = pki_.ca_pem();
  for (const TlsCredentials& stranger :
       {no_certificate, other_authority, pki_.Admin("jo", -absl::Minutes(1))}) {
    EXPECT_THAT(Call(Connect(stranger)),
                StatusIs(absl::StatusCode::kUnavailable));
  }
  EXPECT_THAT(
      Call(grpc::CreateChannel(absl::StrCat("127.0.0.1:", listener_->port()),
                               grpc::InsecureChannelCredentials())),
      StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(ran);
}

TEST_F(GrpcTest, AClientThatTrustsAnotherAuthorityDoesNotTalkToUs) {
  TlsCredentials wary = pki_.Admin("jo");
  wary.ca_pem = other_pki_.ca_pem();
  EXPECT_THAT(Call(Connect(wary)), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(GrpcTest, NewCredentialsCountForThoseWhoComeThen) {
  const auto before = Connect(pki_.Admin("jo"));
  ASSERT_OK(Call(before));
  const TestPki other;
  listener_->UseCredentials(other.Server());
  // Neither our certificate nor the roots are what they were.
  EXPECT_OK(Call(Connect(other.Admin("jo"))));
  EXPECT_THAT(Call(Connect(pki_.Admin("eve"))),
              StatusIs(absl::StatusCode::kUnavailable));
  TlsCredentials half = pki_.Admin("eve");
  half.ca_pem = other.ca_pem();
  EXPECT_THAT(Call(Connect(half)), StatusIs(absl::StatusCode::kUnavailable));
  // A connection that was there goes on.
  EXPECT_OK(Call(before));
}

TEST_F(GrpcTest, TwoRootsAreTakenWhileTheyRotate) {
  const TestPki other;
  TlsCredentials both = pki_.Server();
  both.ca_pem += other.ca_pem();
  listener_->UseCredentials(both);
  EXPECT_OK(Call(Connect(pki_.Admin("jo"))));
  TlsCredentials next = other.Admin("eve");
  next.ca_pem = other.ca_pem() + pki_.ca_pem();
  EXPECT_OK(Call(Connect(next)));
}

TEST_F(GrpcTest, CredentialsThatAreUnusableAreMadeGoodByTheNext) {
  listener_->UseCredentials({pki_.ca_pem(), "garbage", "garbage"});
  Call(Connect(pki_.Admin("jo"))).IgnoreError();
  listener_->UseCredentials(pki_.Server());
  EXPECT_OK(Call(Connect(pki_.Admin("jo"))));
}

TEST_F(GrpcTest, AConnectionWithoutACallIsClosed) {
  GrpcListenerOptions options;
  options.idle_within = absl::Milliseconds(100);
  listener_->Stop(absl::ZeroDuration());
  ASSERT_NO_FATAL_FAILURE(Listen(options));
  const auto channel = Connect(pki_.Admin("jo"));
  ASSERT_OK(Call(channel));
  EXPECT_EQ(channel->GetState(/*try_to_connect=*/false), GRPC_CHANNEL_READY);
  EXPECT_TRUE(channel->WaitForStateChange(
      GRPC_CHANNEL_READY,
      std::chrono::system_clock::now() + std::chrono::seconds(20)));
  // The next call connects again.
  EXPECT_OK(Call(channel));
}

TEST_F(GrpcTest, AMessageOverTheLimitIsRefused) {
  GrpcListenerOptions options;
  options.max_message_bytes = 1'000;
  listener_->Stop(absl::ZeroDuration());
  ASSERT_NO_FATAL_FAILURE(Listen(options));
  v1::ListDevicesRequest request;
  request.set_contains(std::string(900, 'x'));
  EXPECT_OK(Call(Connect(pki_.Admin("jo")), request));
  request.set_contains(std::string(1'000, 'x'));
  EXPECT_THAT(
      Call(Connect(pki_.Admin("jo")), request),
      StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("1000")));
}

TEST_F(GrpcTest, AMessageThatGrpcItselfCompressedIsRefused) {
  std::atomic<bool> ran{false};
  work_ = [&ran](const Caller&, const v1::ListDevicesRequest&) {
    ran = true;
    return v1::ListDevicesResponse();
  };
  grpc::ClientContext context;
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  v1::ListDevicesRequest bomb;
  bomb.set_contains(std::string(100'000, 'x'));
  v1::ListDevicesResponse response;
  const auto status = v1::DeviceService::NewStub(Connect(pki_.Admin("jo")))
                          ->ListDevices(&context, bomb, &response);
  EXPECT_THAT(ToAbsl(status), StatusIs(absl::StatusCode::kUnimplemented));
  EXPECT_FALSE(ran);
}

// Holds the only thread, so that what comes next waits.
class BusyGrpcTest : public GrpcTest {
 protected:
  void SetUp() override {
    GrpcTest::SetUp();
    ASSERT_OK(executor_.Post([running = running_, release = release_] {
      running.Open();
      release.Await();
    }));
    running_.Await();
  }

  Gate running_;
  Gate release_;
};

TEST_F(BusyGrpcTest, MoreCallsThanMayWaitAreRefused) {
  ASSERT_OK(executor_.Post([] {}));
  EXPECT_THAT(Call(Connect(pki_.Admin("jo"))),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("try again later")));
  EXPECT_EQ(executor_.refused(), 1);
  release_.Open();
}

TEST_F(BusyGrpcTest, ACallThatWasCancelledWhileItWaitedIsNotRun) {
  std::atomic<bool> ran{false};
  work_ = [&ran](const Caller&, const v1::ListDevicesRequest&) {
    ran = true;
    return v1::ListDevicesResponse();
  };
  const auto channel = Connect(pki_.Admin("jo"));
  grpc::ClientContext context;
  absl::Status status;
  std::thread client([&] {
    v1::ListDevicesResponse response;
    status = ToAbsl(v1::DeviceService::NewStub(channel)->ListDevices(
        &context, {}, &response));
  });
  while (executor_.queue() == 0) std::this_thread::yield();
  context.TryCancel();
  client.join();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
  // The server learns of it in its own time.
  while (!service_.last_context()->IsCancelled()) std::this_thread::yield();
  release_.Open();
  Gate drained;
  while (!executor_.Post([drained] { drained.Open(); }).ok()) {
    std::this_thread::yield();
  }
  drained.Await();
  EXPECT_FALSE(ran);
}

// A call waits for its turn while something changes.
class WaitingGrpcTest : public BusyGrpcTest {
 protected:
  absl::Status CallWhile(const std::shared_ptr<grpc::Channel>& channel,
                         const std::function<void()>& change) {
    work_ = [this](const Caller& caller, const v1::ListDevicesRequest&) {
      ran_ = true;
      seen_ = caller.roles;
      return v1::ListDevicesResponse();
    };
    absl::Status status;
    std::thread client([&] { status = Call(channel); });
    while (executor_.queue() == 0) std::this_thread::yield();
    change();
    release_.Open();
    client.join();
    return status;
  }

  std::atomic<bool> ran_{false};
  // What the work learnt of the caller.
  RoleSet seen_;
};

TEST_F(WaitingGrpcTest, ACallWhoseCallerLostTheRoleWhileItWaitedIsNotRun) {
  EXPECT_THAT(CallWhile(Connect(pki_.Admin("jo")),
                        [this] { roles_.Set("jo", RoleSet()); }),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       HasSubstr("jo has no role")));
  EXPECT_FALSE(ran_);
  EXPECT_EQ(access_.refused(), 1);
}

TEST_F(WaitingGrpcTest, ACallWhoseCertificateEndedWhileItWaitedIsNotRun) {
  const TlsCredentials stolen = pki_.Admin("jo");
  const std::string sha256 = ReadCertificate(stolen.certificate_pem)->sha256;
  EXPECT_THAT(
      CallWhile(Connect(stolen), [&] { revoked_.Revoke("jo", sha256); }),
      StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("was revoked")));
  EXPECT_FALSE(ran_);
}

TEST_F(WaitingGrpcTest, WorkLearnsTheRolesThatTheCallerHasWhenItsTurnComes) {
  roles_.Set("jo", RoleSet({v1::ROLE_ADMIN, v1::ROLE_VIEWER}));
  EXPECT_OK(CallWhile(Connect(pki_.Admin("jo")), [this] {
    roles_.Set("jo", RoleSet({v1::ROLE_VIEWER}));
  }));
  EXPECT_TRUE(ran_);
  EXPECT_EQ(seen_, RoleSet({v1::ROLE_VIEWER}));
}

TEST_F(BusyGrpcTest, StopLetsACallInProgressFinish) {
  absl::Status status = absl::UnknownError("not called");
  const auto channel = Connect(pki_.Admin("jo"));
  std::thread client([&] { status = Call(channel); });
  while (executor_.queue() == 0) std::this_thread::yield();
  std::thread stopper([&] { listener_->Stop(absl::Seconds(60)); });
  release_.Open();
  client.join();
  stopper.join();
  EXPECT_OK(status);
}

TEST_F(GrpcTest, AfterStopNobodyIsServed) {
  const auto channel = Connect(pki_.Admin("jo"));
  ASSERT_OK(Call(channel));
  listener_->Stop(absl::ZeroDuration());
  EXPECT_THAT(Call(channel), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(GrpcTest, SaysThatAPortIsTaken) {
  GrpcListenerOptions options;
  options.address = absl::StrCat("127.0.0.1:", listener_->port());
  options.credentials = pki_.Server();
  EXPECT_THAT(GrpcListener::Start(options, {}),
              StatusIs(absl::StatusCode::kUnavailable,
                       AllOf(HasSubstr(options.address), HasSubstr("free?"))));
}

TEST_F(GrpcTest, SaysThatAnAddressIsNotOurs) {
  GrpcListenerOptions options;
  options.address = "192.0.2.1:0";  // for documentation: RFC 5737
  options.credentials = pki_.Server();
  EXPECT_THAT(
      GrpcListener::Start(options, {}),
      StatusIs(absl::StatusCode::kUnavailable, HasSubstr("192.0.2.1:0")));
}

}  // namespace
}  // namespace rollcall::collector
