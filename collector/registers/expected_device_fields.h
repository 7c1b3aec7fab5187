// The fields of an expected device, from text. Pure. Every error is
// INVALID_ARGUMENT with a message that says what would be right.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace rollcall::collector {

// The states that a register may say a device is in.
inline constexpr absl::string_view kStatusOrdered = "ordered";
inline constexpr absl::string_view kStatusInStock = "in-stock";
inline constexpr absl::string_view kStatusDeployed = "deployed";
inline constexpr absl::string_view kStatusRepair = "repair";
inline constexpr absl::string_view kStatusLost = "lost";
inline constexpr absl::string_view kStatusStolen = "stolen";
inline constexpr absl::string_view kStatusDisposed = "disposed";

// All of the above. "In Stock" and "in_stock" are "in-stock".
absl::StatusOr<std::string> ParseStatus(absl::string_view text);

// Addresses with ";" between them, in the form of ParseMacAddress, each once,
// in their order; at most 64.
absl::StatusOr<std::vector<std::string>> ParseMacAddresses(
    absl::string_view text);

// A name of one or more labels of letters, digits, "-" and "_", at most 253
// bytes, without a trailing dot. As it is written: matching ignores case.
absl::StatusOr<std::string> ParseHostname(absl::string_view text);

// A day from 1970 to 2199, exactly "YYYY-MM-DD".
absl::StatusOr<std::string> ParsePurchaseDate(absl::string_view text);

// A register's name: 1 to 64 of a-z, 0-9 and "-"; "assets" for an empty text.
absl::StatusOr<std::string> ParseRegisterName(absl::string_view text);

}  // namespace rollcall::collector
