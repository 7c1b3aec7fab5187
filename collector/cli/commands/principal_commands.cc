#include "absl/strings/str_cat.h"
#include "collector/cli/commands.h"
#include "collector/cli/enums.h"
#include "collector/cli/explained_edit.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/times.h"
#include "collector/cli/views/principal_view.h"
#include "common/status.h"
#include "common/tls.h"
#include "rollcall/v1/principal_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using PrincipalStub = v1::PrincipalService::Stub;

absl::Status CheckName(absl::string_view name) {
  if (IsPrincipalName(name)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "NAME is \"", name,
      "\"; a principal has 1 to 64 of a-z, 0-9, \".\", \"_\", \"-\""));
}

// What granting and revoking share.
class RoleEdit {
 public:
  void Declare(Arguments& arguments) {
    arguments
        .Positional("NAME", "The principal, as its certificates name it",
                    &name_)
        .Fills("principal");
    arguments
        .Positional("ROLE",
                    absl::StrCat("One of ", EnumWords(v1::Role_descriptor())),
                    &role_)
        .Fills("role");
    edit_.Declare(arguments);
  }

  template <typename Request, typename Response>
  absl::StatusOr<Response> Send(
      Session& session,
      grpc::Status (PrincipalStub::*method)(grpc::ClientContext*,
                                            const Request&, Response*)) const {
    Request request;
    ROLLCALL_RETURN_IF_ERROR(edit_.Check());
    ROLLCALL_RETURN_IF_ERROR(CheckName(name_));
    ROLLCALL_ASSIGN_OR_RETURN(const v1::Role role,
                              ReadEnum<v1::Role>("ROLE", role_));
    request.set_principal(name_);
    request.set_role(role);
    edit_.Fill(request);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::PrincipalService>());
    return session.Call(*stub, method, request);
  }

 private:
  std::string name_;
  std::string role_;
  ExplainedEdit edit_;
};

class PrincipalListCommand final : public Command {
 public:
  absl::string_view name() const override { return "principal list"; }
  absl::string_view summary() const override {
    return "List who may do what, and who granted it";
  }
  absl::string_view examples() const override {
    return "  rollcall principal list\n"
           "  rollcall principal list --role=itam --as-of=2026-06-30\n";
  }
  void Declare(Arguments& arguments) override {
    arguments
        .Text("role",
              absl::StrCat("Only those that have it; one of ",
                           EnumWords(v1::Role_descriptor())),
              &role_)
        .Fills("role");
    arguments.Text("as-of", kAsOfHelp, &as_of_).Fills("as_of");
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ListPrincipalsRequest request;
    if (!role_.empty()) {
      ROLLCALL_ASSIGN_OR_RETURN(const v1::Role role,
                                ReadEnum<v1::Role>("--role", role_));
      request.set_role(role);
    }
    ROLLCALL_RETURN_IF_ERROR(SetAsOf(as_of_, request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::PrincipalService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub, &PrincipalStub::ListPrincipals, request,
                    session.LimitOf(limit_),
                    &v1::ListPrincipalsResponse::principals_size));
    ROLLCALL_RETURN_IF_ERROR(session.Print(response, PrincipalsTable,
                                           PrincipalsCsv, "Nobody is there."));
    return ExitCode::kOk;
  }

 private:
  std::string role_;
  std::string as_of_;
  int limit_ = 0;
};

class PrincipalShowCommand final : public Command {
 public:
  absl::string_view name() const override { return "principal show"; }
  absl::string_view summary() const override {
    return "Show one principal, and what became of its roles";
  }
  absl::string_view examples() const override {
    return "  rollcall principal show jo\n"
           "  rollcall principal show jo --as-of=2026-06-30\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("NAME", "The principal", &name_).Fills("principal");
    arguments.Text("as-of", kAsOfHelp, &as_of_).Fills("as_of");
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::GetPrincipalRequest request;
    ROLLCALL_RETURN_IF_ERROR(CheckName(name_));
    request.set_principal(name_);
    ROLLCALL_RETURN_IF_ERROR(SetAsOf(as_of_, request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::PrincipalService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub, &PrincipalStub::GetPrincipal, request,
                    session.LimitOf(limit_),
                    &v1::GetPrincipalResponse::events_size));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, PrincipalTable, PrincipalCsv, ""));
    return ExitCode::kOk;
  }

 private:
  std::string name_;
  std::string as_of_;
  int limit_ = 0;
};

class PrincipalGrantCommand final : public Command {
 public:
  absl::string_view name() const override { return "principal grant"; }
  absl::string_view summary() const override {
    return "Give a principal a role; its first one makes it";
  }
  absl::string_view examples() const override {
    return "  rollcall principal grant jo viewer --reason=\"new in audit\"\n"
           "\n"
           "It counts from the next call on. The roles itam and procurement "
           "take two people: a\n"
           "change-set waits for the second one.\n";
  }
  void Declare(Arguments& arguments) override { edit_.Declare(arguments); }
  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_ASSIGN_OR_RETURN(const auto response,
                              edit_.Send(session, &PrincipalStub::GrantRole));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, GrantedRoleTable, GrantedRoleCsv, ""));
    return ExitCode::kOk;
  }

 private:
  RoleEdit edit_;
};

class PrincipalRevokeCommand final : public Command {
 public:
  absl::string_view name() const override { return "principal revoke"; }
  absl::string_view summary() const override {
    return "Take a role from a principal, or give up one of yours";
  }
  absl::string_view examples() const override {
    return "  rollcall principal revoke jo viewer --reason=\"left\"\n"
           "\n"
           "It counts from the next call on. The last one with the role admin "
           "keeps it.\n";
  }
  void Declare(Arguments& arguments) override { edit_.Declare(arguments); }
  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_ASSIGN_OR_RETURN(const auto response,
                              edit_.Send(session, &PrincipalStub::RevokeRole));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, RevokedRoleTable, RevokedRoleCsv, ""));
    return ExitCode::kOk;
  }

 private:
  RoleEdit edit_;
};

class PrincipalRevokeCertificatesCommand final : public Command {
 public:
  absl::string_view name() const override {
    return "principal revoke-certificates";
  }
  absl::string_view summary() const override {
    return "End certificates of a principal before their time";
  }
  absl::string_view examples() const override {
    return "  rollcall principal revoke-certificates jo --reason=\"laptop "
           "stolen\"\n"
           "  rollcall principal revoke-certificates jo --certificate=HEX "
           "--reason=\"copied\"\n"
           "\n"
           "HEX is a serial number that `rollcall principal show` lists, or "
           "what `openssl x509 -noout\n"
           "-fingerprint -sha256` prints. Without it all end that began before "
           "now. Tokens stay as\n"
           "they are: `rollcall token revoke` ends one, with what it "
           "brought.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("NAME", "The principal, or you", &name_)
        .Fills("principal");
    arguments
        .Text("certificate", "Only this one; default: all of them",
              &certificate_)
        .Fills("certificate");
    edit_.Declare(arguments);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::RevokeCertificatesRequest request;
    ROLLCALL_RETURN_IF_ERROR(edit_.Check());
    ROLLCALL_RETURN_IF_ERROR(CheckName(name_));
    request.set_principal(name_);
    request.set_certificate(certificate_);
    edit_.Fill(request);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::PrincipalService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &PrincipalStub::RevokeCertificates, request));
    const auto table = [&](const v1::RevokeCertificatesResponse& answer, int) {
      return RevokedCertificatesText(answer, name_, certificate_.empty());
    };
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, table, RevokedCertificatesCsv, ""));
    return ExitCode::kOk;
  }

 private:
  std::string name_;
  std::string certificate_;
  ExplainedEdit edit_;
};

}  // namespace

std::unique_ptr<Command> MakePrincipalListCommand() {
  return std::make_unique<PrincipalListCommand>();
}

std::unique_ptr<Command> MakePrincipalShowCommand() {
  return std::make_unique<PrincipalShowCommand>();
}

std::unique_ptr<Command> MakePrincipalGrantCommand() {
  return std::make_unique<PrincipalGrantCommand>();
}

std::unique_ptr<Command> MakePrincipalRevokeCommand() {
  return std::make_unique<PrincipalRevokeCommand>();
}

std::unique_ptr<Command> MakePrincipalRevokeCertificatesCommand() {
  return std::make_unique<PrincipalRevokeCertificatesCommand>();
}

}  // namespace rollcall::cli
