#include "collector/storage/acknowledged_mark.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "collector/storage/key.h"
#include "collector/storage/log_extent.h"
#include "common/file.h"
#include "common/log.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr char kFileName[] = "ACKNOWLEDGED";
// The first eight bytes; stored, never changes.
constexpr uint64_t kMagic = 0x524f4c4c41434b31;
// The file is written whole and in place, within one page.
constexpr size_t kMaxBytes = 4096;
constexpr size_t kMaxLogs = 240;

std::string PathIn(const std::string& folder, absl::string_view name) {
  return absl::StrCat(folder, "/", name);
}

std::string LogName(uint64_t number) {
  return absl::StrFormat("%06d.log", number);
}

// FNV-1a of 64 bits: any one wrong byte changes it.
uint64_t Checksum(absl::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  }
  return hash;
}

absl::Status Lost(const std::string& folder, absl::string_view name,
                  absl::string_view what) {
  return absl::DataLossError(absl::StrCat(
      PathIn(folder, name), " ", what,
      "; put a backup in the place of the store, or delete ",
      PathIn(folder, kFileName), " to go on without what is lost"));
}

using LogNeeded = absl::FunctionRef<absl::StatusOr<uint64_t>()>;

absl::Status CheckLog(const std::string& folder, const Acknowledged::Log& log) {
  const std::string name = LogName(log.number);
  const auto extent = ReadLogExtent(PathIn(folder, name));
  if (!extent.ok()) return extent.status();
  if (extent->last_sequence >= log.sequence) return absl::OkStatus();
  return Lost(folder, name,
              absl::StrCat("is damaged or cut short: it can be read up to "
                           "change ",
                           extent->last_sequence, ", and ", log.sequence,
                           " was acknowledged"));
}

absl::Status CheckLogs(const std::string& folder,
                       absl::Span<const Acknowledged::Log> logs,
                       LogNeeded first_log_needed) {
  std::optional<uint64_t> newest_missing;
  for (const Acknowledged::Log& log : logs) {
    const absl::Status status = CheckLog(folder, log);
    if (absl::IsNotFound(status)) {
      newest_missing = log.number;
    } else if (!status.ok()) {
      return status;
    }
  }
  if (!newest_missing.has_value()) return absl::OkStatus();
  // A log goes once its changes are in tables.
  ROLLCALL_ASSIGN_OR_RETURN(const uint64_t first_needed, first_log_needed());
  if (*newest_missing < first_needed) return absl::OkStatus();
  return Lost(folder, LogName(*newest_missing),
              "is missing, and changes in it were acknowledged");
}

absl::Status CheckManifest(const std::string& folder,
                           const Acknowledged& state) {
  const std::string current =
      ReadFile(PathIn(folder, "CURRENT"), kMaxBytes).value_or("");
  absl::string_view digits = current;
  uint64_t number = 0;
  if (!absl::ConsumePrefix(&digits, "MANIFEST-") ||
      !absl::ConsumeSuffix(&digits, "\n") ||
      !absl::SimpleAtoi(digits, &number)) {
    return Lost(folder, "CURRENT", "does not name a MANIFEST");
  }
  if (state.manifest_number == 0) return absl::OkStatus();
  const std::string name = absl::StrCat("MANIFEST-", digits);
  // A later one was made of the one that is noted.
  if (number > state.manifest_number &&
      access(PathIn(folder, name).c_str(), F_OK) == 0) {
    return absl::OkStatus();
  }
  if (number != state.manifest_number) {
    return Lost(folder, "CURRENT",
                absl::StrCat("names ", name, " instead of number ",
                             state.manifest_number));
  }
  // A number is one with a blank before it, too; a name is not.
  if (access(PathIn(folder, name).c_str(), F_OK) != 0) {
    return Lost(folder, "CURRENT",
                absl::StrCat("names ", name, ", which is not there"));
  }
  const auto extent = ReadLogExtent(PathIn(folder, name));
  if (!extent.ok()) return Lost(folder, name, "cannot be read");
  if (extent->bytes >= state.manifest_bytes) return absl::OkStatus();
  return Lost(
      folder, name,
      absl::StrCat("is damaged or cut short: it can be read up to byte ",
                   extent->bytes, " of ", state.manifest_bytes));
}

// The name of a file of a store in the folder; empty if there is none.
std::string AnyStoreFile(const std::string& folder) {
  DIR* const files = opendir(folder.c_str());
  if (files == nullptr) return "";
  std::string found;
  while (const dirent* const file = readdir(files)) {
    const absl::string_view name = file->d_name;
    if (absl::EndsWith(name, ".sst") || absl::EndsWith(name, ".log") ||
        absl::StartsWith(name, "MANIFEST-")) {
      found = std::string(name);
      break;
    }
  }
  closedir(files);
  return found;
}

}  // namespace

std::string EncodeAcknowledged(const Acknowledged& state) {
  KeyWriter writer;
  writer.U64(kMagic)
      .U64(state.manifest_number)
      .U64(state.manifest_bytes)
      .U64(state.logs.size());
  for (const Acknowledged::Log& log : state.logs) {
    writer.U64(log.number).U64(log.sequence);
  }
  std::string bytes = writer.Take();
  bytes.append(KeyWriter().U64(Checksum(bytes)).Take());
  return bytes;
}

absl::StatusOr<Acknowledged> DecodeAcknowledged(absl::string_view bytes) {
  constexpr size_t kFixedBytes = 4 * sizeof(uint64_t);
  KeyReader reader(bytes);
  Acknowledged state;
  const bool ours = reader.U64() == kMagic;
  state.manifest_number = reader.U64();
  state.manifest_bytes = reader.U64();
  const uint64_t logs = reader.U64();
  const size_t end = kFixedBytes + std::min(logs, uint64_t{kMaxLogs}) * 16;
  if (!ours || logs > kMaxLogs || bytes.size() < end + sizeof(uint64_t)) {
    return absl::DataLossError("not the note of a store");
  }
  for (uint64_t i = 0; i < logs; ++i) {
    const uint64_t number = reader.U64();
    state.logs.push_back({number, reader.U64()});
  }
  // What follows is left from a longer note.
  if (reader.U64() != Checksum(bytes.substr(0, end))) {
    return absl::DataLossError("its checksum does not match");
  }
  return state;
}

absl::Status CheckAcknowledged(const std::string& folder,
                               LogNeeded first_log_needed) {
  if (access(PathIn(folder, "CURRENT").c_str(), F_OK) != 0) {
    const std::string file = AnyStoreFile(folder);
    if (file.empty()) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat(PathIn(folder, "CURRENT"), " is missing though there is ",
                     file, "; put a backup in the place of the store"));
  }
  const auto bytes = ReadFile(PathIn(folder, kFileName), kMaxBytes);
  if (absl::IsNotFound(bytes.status())) return absl::OkStatus();
  if (!bytes.ok()) return bytes.status();
  const auto state = DecodeAcknowledged(*bytes);
  if (!state.ok()) {
    Log(LogLevel::kWarning, "whether the store lost changes cannot be told",
        {{"file", PathIn(folder, kFileName)},
         {"error", state.status().message()}});
    return absl::OkStatus();
  }
  ROLLCALL_RETURN_IF_ERROR(CheckManifest(folder, *state));
  return CheckLogs(folder, state->logs, first_log_needed);
}

absl::StatusOr<std::unique_ptr<AcknowledgedMark>> AcknowledgedMark::Create(
    const std::string& folder) {
  const std::string path = PathIn(folder, kFileName);
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return FileError(path, "cannot open", errno);
  return std::unique_ptr<AcknowledgedMark>(new AcknowledgedMark(folder, fd));
}

AcknowledgedMark::~AcknowledgedMark() { close(fd_); }

void AcknowledgedMark::NoteLog(uint64_t number, uint64_t sequence) {
  MutexLock lock(&mutex_);
  const auto at = std::lower_bound(
      state_.logs.begin(), state_.logs.end(), number,
      [](const Acknowledged::Log& log, uint64_t n) { return log.number < n; });
  if (at != state_.logs.end() && at->number == number) {
    at->sequence = std::max(at->sequence, sequence);
  } else {
    state_.logs.insert(at, {number, sequence});
    DropOldLogs();
  }
  Write();
}

void AcknowledgedMark::NoteLogOf(uint64_t sequence,
                                 std::initializer_list<uint64_t> numbers) {
  for (const uint64_t number : numbers) {
    const auto extent = ReadLogExtent(PathIn(folder_, LogName(number)));
    if (extent.ok() && extent->first_sequence <= sequence &&
        sequence <= extent->last_sequence) {
      NoteLog(number, sequence);
      return;
    }
  }
}

void AcknowledgedMark::NoteManifest(uint64_t number, uint64_t bytes) {
  MutexLock lock(&mutex_);
  if (number < state_.manifest_number) return;
  if (number == state_.manifest_number) {
    state_.manifest_bytes = std::max(state_.manifest_bytes, bytes);
  } else {
    state_.manifest_number = number;
    state_.manifest_bytes = bytes;
  }
  Write();
}

void AcknowledgedMark::DropOldLogs() {
  auto& logs = state_.logs;
  std::erase_if(logs, [&](const Acknowledged::Log& log) {
    return access(PathIn(folder_, LogName(log.number)).c_str(), F_OK) != 0;
  });
  if (logs.size() > kMaxLogs) logs.erase(logs.begin());
}

void AcknowledgedMark::Write() {
  const std::string bytes = EncodeAcknowledged(state_);
  ssize_t written = 0;
  do {
    written = pwrite(fd_, bytes.data(), bytes.size(), 0);
  } while (written < 0 && errno == EINTR);
  if (written == static_cast<ssize_t>(bytes.size())) return;
  Log(LogLevel::kWarning, "how far the store came could not be noted",
      {{"folder", folder_}, {"errno", written < 0 ? errno : ENOSPC}});
}

}  // namespace rollcall::collector
