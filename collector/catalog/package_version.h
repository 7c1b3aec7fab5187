// Versions of products, told from those of packages. Pure.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace rollcall::collector {

// The upstream version in a Debian package's version: without epoch ("5:"),
// revision ("-1~deb12u1"), marks of repackaging ("+dfsg1", "+ds", "+repack1")
// and of the distribution ("+deb12u1", "+maria~deb12", "~bpo12+1"). Of
// "2.0+really1.9" it is "1.9". Source: Debian Policy 5.6.12 and Developer's
// Reference 6.8.8.
std::string UpstreamOfDebianVersion(absl::string_view version);

}  // namespace rollcall::collector
