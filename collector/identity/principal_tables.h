// The tables of principals, and how they are read.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/storage/known_stamp.h"
#include "collector/storage/table.h"
#include "rollcall/stored/v1/principals.pb.h"

namespace rollcall::collector {

// The Change::names of every change that reads or writes who has which role, or
// a token to log in with: the later sees what the earlier wrote.
inline constexpr char kPrincipalsName[] = "principals";

// By name, newest first.
struct PrincipalKey {
  std::string name;
  KnownStamp stamp;

  void Encode(KeyWriter& writer) const {
    writer.Text(name).DescendingStamp(stamp);
  }
  static PrincipalKey Decode(KeyReader& reader) {
    PrincipalKey key;
    key.name = reader.Text();
    key.stamp = reader.DescendingStamp();
    return key;
  }
};

struct PrincipalCertificatesKey {
  std::string name;

  void Encode(KeyWriter& writer) const { writer.Text(name); }
  static PrincipalCertificatesKey Decode(KeyReader& reader) {
    return {reader.Text()};
  }
};

inline constexpr Table<PrincipalKey, stored::v1::PrincipalRecord>
    kPrincipalTable(TableId::kPrincipal);
inline constexpr Table<PrincipalCertificatesKey,
                       stored::v1::PrincipalCertificates>
    kPrincipalCertificatesTable(TableId::kPrincipalCertificates);

// A principal as it was from `since` on.
struct StoredPrincipal {
  std::string name;
  KnownStamp since;
  stored::v1::PrincipalRecord record;
};

// The principal as of the stamp; nothing if it was not there. Thread-safe.
inline absl::StatusOr<std::optional<StoredPrincipal>> ReadPrincipal(
    const Reader& reader, absl::string_view name,
    KnownStamp as_of = KnownStamp::Max()) {
  KeyWriter prefix;
  prefix.Text(name);
  auto entries = kPrincipalTable.ScanFrom(reader, {std::string(name), as_of},
                                          std::move(prefix));
  ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
  if (!entry.has_value()) return std::optional<StoredPrincipal>();
  return std::optional<StoredPrincipal>(StoredPrincipal{
      std::move(entry->key.name), entry->key.stamp, std::move(entry->value)});
}

// The certificates of a principal; none if nothing is stored of them.
// Thread-safe.
inline absl::StatusOr<stored::v1::PrincipalCertificates>
ReadPrincipalCertificates(const Reader& reader, absl::string_view name) {
  ROLLCALL_ASSIGN_OR_RETURN(auto stored, kPrincipalCertificatesTable.Get(
                                             reader, {std::string(name)}));
  return std::move(stored).value_or(stored::v1::PrincipalCertificates());
}

// All principals as of the stamp, by name. Thread-safe.
inline absl::StatusOr<std::vector<StoredPrincipal>> ReadPrincipals(
    const Reader& reader, KnownStamp as_of = KnownStamp::Max()) {
  std::vector<StoredPrincipal> principals;
  auto entries = kPrincipalTable.ScanPrefix(reader, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) return principals;
    if (entry->key.stamp > as_of) continue;
    // Of each name the first that is not later counts.
    if (!principals.empty() && principals.back().name == entry->key.name) {
      continue;
    }
    principals.push_back({std::move(entry->key.name), entry->key.stamp,
                          std::move(entry->value)});
  }
}

}  // namespace rollcall::collector
