// The database of installed Debian packages, parsed line by line. Format:
// deb-control(5), dpkg(1) "package states"; fields as dpkg writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "agent/host/line_reader.h"

namespace rollcall {

// What one record says; empty or absent where it does not.
struct DpkgPackage {
  std::string name;
  std::string version;
  std::string architecture;
  // "Maintainer", with the e-mail address.
  std::string maintainer;
  // "Source", maybe with a version in parentheses.
  std::string source;
  std::string section;
  // "Installed-Size", in KiB.
  std::optional<int64_t> installed_kib;
  // Whether its file list carries the architecture in its name
  // ("Multi-Arch: same").
  bool multi_arch_same = false;
};

// Finds the installed packages in a status file. A package counts as installed
// if its state is "installed", or one of the trigger states, which only say
// that another package has yet to take note. Removed packages with
// configuration left ("config-files"), and half-installed, unpacked and
// half-configured ones are not installed. A record without "Status" counts as
// installed if `status_optional` (files in status.d have none). Not
// thread-safe.
class DpkgStatusParser {
 public:
  using Consumer = absl::FunctionRef<void(const DpkgPackage&)>;

  DpkgStatusParser(bool status_optional, Consumer consume)
      : status_optional_(status_optional), consume_(consume) {}

  void AddLine(const Line& line);
  // Ends the last record.
  void Finish();

  // Records that were skipped: without a name, version or state, with a field
  // that is given twice or is too long, or broken off at the end.
  int malformed() const { return malformed_; }
  // Whether the file ends inside a record.
  bool is_cut_off() const { return is_cut_off_; }

 private:
  void AddField(absl::string_view name, absl::string_view value, bool cut);
  void EndRecord();

  const bool status_optional_;
  const Consumer consume_;
  DpkgPackage package_;
  std::string status_;
  bool in_record_ = false;
  bool is_bad_ = false;
  bool is_cut_off_ = false;
  int malformed_ = 0;
};

// "Debian Bash Maintainers <bash@example.org>" without the address. Pure.
absl::string_view PublisherOf(absl::string_view maintainer);

}  // namespace rollcall
