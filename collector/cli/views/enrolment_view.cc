#include "collector/cli/views/enrolment_view.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/cli/columns.h"
#include "collector/cli/enums.h"
#include "collector/cli/values.h"
#include "common/text.h"

namespace rollcall::cli {
namespace {

using v1::Token;

std::string UsesText(const Token& token) {
  return absl::StrCat(token.use_count(), " of ", token.max_uses());
}

constexpr Column<Token> kTokenColumns[] = {
    {"TOKEN", "token_id", Align::kKey,
     [](const Token& t) { return t.token_id(); }},
    {"KIND", "kind", Align::kKey,
     [](const Token& t) { return EnumWord(t.kind()); }},
    {"PRINCIPAL", "principal", Align::kLeft,
     [](const Token& t) { return t.principal(); }},
    {"CLASS", "device_class", Align::kLeft,
     [](const Token& t) { return t.device_class(); }},
    {"UNIT", "organisation_unit", Align::kLeft,
     [](const Token& t) { return t.organisation_unit(); }},
    {"USED", nullptr, Align::kRight, UsesText},
    {nullptr, "use_count", Align::kRight,
     [](const Token& t) { return absl::StrCat(t.use_count()); }},
    {nullptr, "max_uses", Align::kRight,
     [](const Token& t) { return absl::StrCat(t.max_uses()); }},
    {"EXPIRES", nullptr, Align::kKey,
     [](const Token& t) { return TimeText(t.expire_time()); }},
    {nullptr, "expire_time", Align::kLeft,
     [](const Token& t) { return ExactTimeText(t.expire_time()); }},
    {"MADE BY", "created_by", Align::kLeft,
     [](const Token& t) { return t.created_by(); }},
    {nullptr, "create_time", Align::kLeft,
     [](const Token& t) { return ExactTimeText(t.create_time()); }},
    {"REVOKED", nullptr, Align::kKey,
     [](const Token& t) { return TimeText(t.revoke_time()); }},
    {nullptr, "revoke_time", Align::kLeft,
     [](const Token& t) { return ExactTimeText(t.revoke_time()); }},
    {nullptr, "revoked_by", Align::kLeft,
     [](const Token& t) { return t.revoked_by(); }},
    {"NOTE", "note", Align::kWrap, [](const Token& t) { return t.note(); }},
};

constexpr Column<v1::CreateTokenResponse> kNewTokenColumns[] = {
    {nullptr, "text", Align::kKey,
     [](const v1::CreateTokenResponse& r) { return r.text(); }},
    {nullptr, "token_id", Align::kKey,
     [](const v1::CreateTokenResponse& r) { return r.token().token_id(); }},
    {nullptr, "expire_time", Align::kLeft,
     [](const v1::CreateTokenResponse& r) {
       return ExactTimeText(r.token().expire_time());
     }},
};

constexpr Column<v1::RevokeAgentResponse> kRevokedAgentColumns[] = {
    {nullptr, "revoke_time", Align::kLeft,
     [](const v1::RevokeAgentResponse& r) {
       return ExactTimeText(r.revoke_time());
     }},
    {nullptr, "revoked_by", Align::kLeft,
     [](const v1::RevokeAgentResponse& r) { return r.revoked_by(); }},
    {nullptr, "ended_stream_count", Align::kRight,
     [](const v1::RevokeAgentResponse& r) {
       return absl::StrCat(r.ended_stream_count());
     }},
    {nullptr, "reason", Align::kLeft,
     [](const v1::RevokeAgentResponse& r) { return r.reason(); }},
    {nullptr, "already_revoked", Align::kLeft,
     [](const v1::RevokeAgentResponse& r) {
       return std::string(r.already_revoked() ? "true" : "false");
     }},
    {nullptr, "never_heard_of", Align::kLeft,
     [](const v1::RevokeAgentResponse& r) {
       return std::string(r.never_heard_of() ? "true" : "false");
     }},
};

}  // namespace

std::string NewTokenTable(const v1::CreateTokenResponse& response, int) {
  const Token& token = response.token();
  return absl::StrCat(response.text(), "\n\nToken ", token.token_id(), " for ",
                      token.kind() == Token::KIND_LOGIN
                          ? absl::StrCat(token.principal(), " to log in with")
                          : "agents to enrol with",
                      ", ", CountText(token.max_uses(), "use", "uses"),
                      ", until ", TimeText(token.expire_time()),
                      ".\nKeep it like a password: it is not shown again.\n");
}

std::string NewTokenCsv(const v1::CreateTokenResponse& response) {
  return ToCsv(kNewTokenColumns,
               std::vector<v1::CreateTokenResponse>{response});
}

std::string TokensTable(const v1::ListTokensResponse& response, int width) {
  if (response.tokens().empty()) return "";
  return RenderTable(
      WithoutEmptyColumns(ToTable(kTokenColumns, response.tokens())), width);
}

std::string TokensCsv(const v1::ListTokensResponse& response) {
  return ToCsv(kTokenColumns, response.tokens());
}

std::string RevokedTokenTable(const v1::RevokeTokenResponse& response, int) {
  std::string text =
      absl::StrCat("Token ", response.token().token_id(), " was revoked at ",
                   TimeText(response.token().revoke_time()), " by ",
                   response.token().revoked_by(), ".\n");
  if (response.revoked_certificate_count() > 0) {
    absl::StrAppend(&text, "Certificates that it brought and that ended now: ",
                    response.revoked_certificate_count(), "\n");
  }
  return text;
}

std::string RevokedTokenCsv(const v1::RevokeTokenResponse& response) {
  return ToCsv(kTokenColumns, std::vector<Token>{response.token()});
}

std::string RevokedAgentTable(const v1::RevokeAgentResponse& response, int) {
  const std::string when_and_who =
      absl::StrCat(TimeText(response.revoke_time()), " by ",
                   EscapeForTerminal(response.revoked_by()));
  std::string text;
  if (response.already_revoked()) {
    text = absl::StrCat("The agent was revoked before, at ", when_and_who,
                        response.reason().empty() ? "" : ": ",
                        EscapeForTerminal(response.reason()),
                        "; nothing changed.\n");
  } else {
    text = absl::StrCat(
        "The agent was revoked at ", when_and_who, "; ",
        CountText(response.ended_stream_count(), "open stream", "open streams"),
        " of it ended.\n");
  }
  if (response.never_heard_of()) {
    absl::StrAppend(&text,
                    "No agent of this id was ever heard of; it will be refused "
                    "should it appear.\n");
  }
  return text;
}

std::string RevokedAgentCsv(const v1::RevokeAgentResponse& response) {
  return ToCsv(kRevokedAgentColumns,
               std::vector<v1::RevokeAgentResponse>{response});
}

}  // namespace rollcall::cli
