// Principals and their roles as tables and CSV. Pure.
#pragma once

#include <string>

#include "rollcall/v1/principal_service.pb.h"

namespace rollcall::cli {

// A line a principal; the table is fitted to `width`, and empty if there is
// none.
std::string PrincipalsTable(const v1::ListPrincipalsResponse& response,
                            int width);
// A line a role of a principal; one line for a principal without a role.
std::string PrincipalsCsv(const v1::ListPrincipalsResponse& response);

// What is known of the principal, its roles, and what became of them.
std::string PrincipalTable(const v1::GetPrincipalResponse& response, int width);
// A line an event.
std::string PrincipalCsv(const v1::GetPrincipalResponse& response);

// What happened, in words, in a line; `width` is not needed.
std::string GrantedRoleTable(const v1::GrantRoleResponse& response, int width);
std::string RevokedRoleTable(const v1::RevokeRoleResponse& response, int width);
// As PrincipalsCsv; of a grant that waits, the change-set alone.
std::string GrantedRoleCsv(const v1::GrantRoleResponse& response);
std::string RevokedRoleCsv(const v1::RevokeRoleResponse& response);

// What ended; `all`: none was named.
std::string RevokedCertificatesText(
    const v1::RevokeCertificatesResponse& response,
    const std::string& principal, bool all);
std::string RevokedCertificatesCsv(
    const v1::RevokeCertificatesResponse& response);

std::string WhoAmITable(const v1::WhoAmIResponse& response, int width);
// A header line and one line.
std::string WhoAmICsv(const v1::WhoAmIResponse& response);

}  // namespace rollcall::cli
