#include "collector/cli/views/principal_view.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/cli/columns.h"
#include "collector/cli/enums.h"
#include "collector/cli/values.h"

namespace rollcall::cli {
namespace {

using v1::Principal;
using v1::RoleEvent;
using v1::RoleGrant;
using Grants = google::protobuf::RepeatedPtrField<RoleGrant>;

std::string RoleWords(const Grants& grants, absl::string_view separator) {
  return absl::StrJoin(grants, separator,
                       [](std::string* out, const RoleGrant& grant) {
                         out->append(EnumWord(grant.role()));
                       });
}

// "no role", "the role viewer", "the roles itam, viewer".
std::string RolesInWords(const Grants& grants) {
  if (grants.empty()) return "no role";
  return absl::StrCat("the ", grants.size() == 1 ? "role " : "roles ",
                      RoleWords(grants, ", "));
}

// "ada", or "ada and una" for what two people did.
std::string People(const std::string& by, const std::string& approved_by) {
  return approved_by.empty() ? by : absl::StrCat(by, " and ", approved_by);
}

// Of each role who granted it.
std::string Granters(const Principal& principal) {
  return absl::StrJoin(
      principal.grants(), ", ", [](std::string* out, const RoleGrant& grant) {
        absl::StrAppend(out, EnumWord(grant.role()), " by ",
                        People(grant.granted_by(), grant.approved_by()));
      });
}

std::string TokensText(const Principal& principal) {
  std::string text = absl::StrCat(principal.open_token_count());
  if (principal.open_token_by_others_count() > 0) {
    absl::StrAppend(&text, " (", principal.open_token_by_others_count(),
                    " by others)");
  }
  return text;
}

const google::protobuf::Timestamp& LastLogin(const Principal& principal) {
  static const google::protobuf::Timestamp kNever;
  return principal.last_certificates().empty()
             ? kNever
             : principal.last_certificates(0).issue_time();
}

constexpr Column<Principal> kPrincipalColumns[] = {
    {"PRINCIPAL", nullptr, Align::kKey,
     [](const Principal& p) { return p.name(); }},
    {"ROLES", nullptr, Align::kLeft,
     [](const Principal& p) { return RoleWords(p.grants(), ", "); }},
    {"TOKENS", nullptr, Align::kLeft, TokensText},
    {"LOGGED IN", nullptr, Align::kKey,
     [](const Principal& p) { return TimeText(LastLogin(p)); }},
    {"GRANTED", nullptr, Align::kWrap, Granters},
};

// A role of a principal, or a principal without one.
struct GrantLine {
  const Principal* principal;
  RoleGrant grant;
};

constexpr Column<GrantLine> kGrantColumns[] = {
    {nullptr, "principal", Align::kLeft,
     [](const GrantLine& l) { return l.principal->name(); }},
    {nullptr, "role", Align::kLeft,
     [](const GrantLine& l) { return EnumWord(l.grant.role()); }},
    {nullptr, "granted_by", Align::kLeft,
     [](const GrantLine& l) { return l.grant.granted_by(); }},
    {nullptr, "approved_by", Align::kLeft,
     [](const GrantLine& l) { return l.grant.approved_by(); }},
    {nullptr, "grant_time", Align::kLeft,
     [](const GrantLine& l) { return ExactTimeText(l.grant.grant_time()); }},
    {nullptr, "reason", Align::kLeft,
     [](const GrantLine& l) { return l.grant.reason(); }},
    {nullptr, "change_set_id", Align::kLeft,
     [](const GrantLine& l) { return l.grant.change_set_id(); }},
    {nullptr, "open_token_count", Align::kRight,
     [](const GrantLine& l) {
       return absl::StrCat(l.principal->open_token_count());
     }},
    {nullptr, "open_token_by_others_count", Align::kRight,
     [](const GrantLine& l) {
       return absl::StrCat(l.principal->open_token_by_others_count());
     }},
    {nullptr, "last_certificate_time", Align::kLeft,
     [](const GrantLine& l) { return ExactTimeText(LastLogin(*l.principal)); }},
};

void AddGrantLines(const Principal& principal, std::vector<GrantLine>& lines) {
  for (const RoleGrant& grant : principal.grants()) {
    lines.push_back({&principal, grant});
  }
  if (principal.grants().empty()) lines.push_back({&principal, RoleGrant()});
}

std::string GrantsCsv(const Principal& principal) {
  std::vector<GrantLine> lines;
  AddGrantLines(principal, lines);
  return ToCsv(kGrantColumns, lines);
}

std::string EventRoles(const RoleEvent& event) {
  return absl::StrJoin(event.roles(), ", ", [](std::string* out, int role) {
    out->append(EnumWord(static_cast<v1::Role>(role)));
  });
}

constexpr Column<RoleEvent> kRoleEventColumns[] = {
    {"TIME", nullptr, Align::kKey,
     [](const RoleEvent& e) { return TimeText(e.time()); }},
    {nullptr, "time", Align::kLeft,
     [](const RoleEvent& e) { return ExactTimeText(e.time()); }},
    {"WHAT", "kind", Align::kKey,
     [](const RoleEvent& e) { return EnumWord(e.kind()); }},
    {"ROLES", "roles", Align::kLeft, EventRoles},
    {"BY", nullptr, Align::kLeft,
     [](const RoleEvent& e) { return People(e.by(), e.approved_by()); }},
    {nullptr, "by", Align::kLeft, [](const RoleEvent& e) { return e.by(); }},
    {nullptr, "approved_by", Align::kLeft,
     [](const RoleEvent& e) { return e.approved_by(); }},
    {nullptr, "change_set_id", Align::kLeft,
     [](const RoleEvent& e) { return e.change_set_id(); }},
    {"REASON", "reason", Align::kWrap,
     [](const RoleEvent& e) { return e.reason(); }},
};

constexpr Column<v1::WhoAmIResponse> kWhoAmIColumns[] = {
    {nullptr, "principal", Align::kLeft,
     [](const v1::WhoAmIResponse& w) { return w.principal(); }},
    {nullptr, "roles", Align::kLeft,
     [](const v1::WhoAmIResponse& w) { return RoleWords(w.grants(), ";"); }},
    {nullptr, "certificate_end", Align::kLeft,
     [](const v1::WhoAmIResponse& w) {
       return ExactTimeText(w.certificate_end());
     }},
    {nullptr, "known", Align::kLeft,
     [](const v1::WhoAmIResponse& w) {
       return std::string(w.known() ? "true" : "false");
     }},
};

std::string RolesNow(const Principal& principal) {
  return absl::StrCat(principal.name(), " has ",
                      RolesInWords(principal.grants()), " now.");
}

}  // namespace

std::string PrincipalsTable(const v1::ListPrincipalsResponse& response,
                            int width) {
  if (response.principals().empty()) return "";
  return RenderTable(ToTable(kPrincipalColumns, response.principals()), width);
}

std::string PrincipalsCsv(const v1::ListPrincipalsResponse& response) {
  std::vector<GrantLine> lines;
  for (const Principal& principal : response.principals()) {
    AddGrantLines(principal, lines);
  }
  return ToCsv(kGrantColumns, lines);
}

std::string PrincipalTable(const v1::GetPrincipalResponse& response,
                           int width) {
  const Principal& principal = response.principal();
  Table facts = {{{"FACT", Align::kKey}, {"VALUE", Align::kWrap}}, {}};
  const auto add = [&](const char* title, std::string value) {
    facts.rows.push_back({title, std::move(value)});
  };
  add("principal", principal.name());
  add("roles", RoleWords(principal.grants(), ", "));
  add("made", absl::StrCat(TimeText(principal.create_time()), " by ",
                           principal.created_by()));
  add("open tokens", TokensText(principal));
  for (const v1::Certificate& certificate : principal.last_certificates()) {
    add("logged in", absl::StrCat(TimeText(certificate.issue_time()), " until ",
                                  TimeText(certificate.not_after()),
                                  " with token ", certificate.token_id()));
    add("its certificate",
        certificate.has_revoke_time()
            ? absl::StrCat(certificate.serial_number(), ", revoked at ",
                           TimeText(certificate.revoke_time()))
            : certificate.serial_number());
  }
  return absl::StrCat(
      RenderTable(facts, width), "\n",
      RenderTable(ToTable(kRoleEventColumns, response.events()), width));
}

std::string PrincipalCsv(const v1::GetPrincipalResponse& response) {
  return ToCsv(kRoleEventColumns, response.events(),
               {{"principal", response.principal().name()}});
}

std::string GrantedRoleTable(const v1::GrantRoleResponse& response, int) {
  if (!response.change_set_id().empty()) {
    const std::string& id = response.change_set_id();
    return absl::StrCat(
        EscapedLine(absl::StrCat("Nothing is granted yet: change-set ", id,
                                 " waits for a second person, who has the role "
                                 "itam or procurement.")),
        EscapedLine(absl::StrCat(
            "That one looks at it with: rollcall changes show ", id)),
        EscapedLine(
            absl::StrCat("and agrees with: rollcall changes approve ", id)));
  }
  return EscapedLine(absl::StrCat(
      RolesNow(response.principal()),
      response.created_principal() ? " It was not there before." : ""));
}

std::string GrantedRoleCsv(const v1::GrantRoleResponse& response) {
  if (response.change_set_id().empty()) return GrantsCsv(response.principal());
  return RenderCsv({{{"change_set_id"}}, {{response.change_set_id()}}});
}

std::string RevokedRoleTable(const v1::RevokeRoleResponse& response, int) {
  return EscapedLine(RolesNow(response.principal()));
}

std::string RevokedRoleCsv(const v1::RevokeRoleResponse& response) {
  return GrantsCsv(response.principal());
}

std::string RevokedCertificatesText(
    const v1::RevokeCertificatesResponse& response,
    const std::string& principal, bool all) {
  const std::string time = TimeText(response.revoke_time());
  if (response.already_revoked()) {
    return EscapedLine(absl::StrCat("That certificate of ", principal,
                                    " was revoked before, at ", time, "."));
  }
  return EscapedLine(absl::StrCat(
      all ? "All certificates of " : "That certificate of ", principal,
      all ? " that began before " : " counts no more, since ", time,
      all ? " count no more. Whoever has a token can log in again." : "."));
}

std::string RevokedCertificatesCsv(
    const v1::RevokeCertificatesResponse& response) {
  return RenderCsv({{{"revoke_time"}, {"already_revoked"}},
                    {{ExactTimeText(response.revoke_time()),
                      response.already_revoked() ? "true" : "false"}}});
}

std::string WhoAmITable(const v1::WhoAmIResponse& response, int) {
  std::string text = absl::StrCat(
      EscapedLine(absl::StrCat("You are ", response.principal(), ", with ",
                               RolesInWords(response.grants()), ".")),
      EscapedLine(absl::StrCat("Your certificate ends at ",
                               TimeText(response.certificate_end()), ".")));
  if (!response.advice().empty()) {
    absl::StrAppend(&text, EscapedLine(response.advice()));
  }
  return text;
}

std::string WhoAmICsv(const v1::WhoAmIResponse& response) {
  return ToCsv(kWhoAmIColumns, std::vector<v1::WhoAmIResponse>{response});
}

}  // namespace rollcall::cli
