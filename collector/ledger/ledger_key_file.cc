#include "collector/ledger/ledger_key_file.h"

#include <errno.h>
#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "common/file.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMaxKeyBytes = 64 << 10;
constexpr mode_t kOthers = 077;

absl::Status CheckFile(const std::string& path) {
  struct stat about = {};
  if (stat(path.c_str(), &about) != 0) {
    if (errno != ENOENT) {
      return FileError(path, "cannot look at the ledger's key", errno);
    }
    return absl::NotFoundError(absl::StrCat(
        path,
        ": there is no key for the ledger; put back the one that signed "
        "it, or make another: (umask 077; openssl genpkey -algorithm ed25519 "
        "-out ",
        path, ")"));
  }
  if (!S_ISREG(about.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": the ledger's key is no file"));
  }
  if ((about.st_mode & kOthers) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        path,
        ": others than its owner may use the ledger's key; take that "
        "away: chmod 600 ",
        path, "; and, if somebody did read it, make another key"));
  }
  if (about.st_size == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        path,
        ": the file of the ledger's key is empty; put back the key that "
        "signed the ledger"));
  }
  return absl::OkStatus();
}

// Writes the public half where it is not there already.
absl::Status KeepPublic(const std::string& path, const std::string& pem) {
  const auto kept = ReadFile(path, kMaxKeyBytes);
  if (kept.ok() && *kept == pem) return absl::OkStatus();
  return WriteFileAtomically(path, pem, 0644);
}

}  // namespace

absl::StatusOr<LedgerSigner> ReadLedgerKey(const std::string& path) {
  ROLLCALL_RETURN_IF_ERROR(CheckFile(path));
  ROLLCALL_ASSIGN_OR_RETURN(const std::string pem,
                            ReadFile(path, kMaxKeyBytes));
  auto signer = LedgerSigner::FromPem(pem);
  if (signer.ok()) return signer;
  return absl::InvalidArgumentError(absl::StrCat(
      path, ": the ledger's key is unusable: ", signer.status().message(),
      "; it must be an unencrypted PEM file of PKCS #8"));
}

absl::StatusOr<LedgerSigner> OwnLedgerKey(const std::string& folder,
                                          bool may_make) {
  const std::string path = absl::StrCat(folder, "/ledger.key");
  auto signer = ReadLedgerKey(path);
  if (absl::IsNotFound(signer.status()) && may_make) {
    ROLLCALL_ASSIGN_OR_RETURN(const std::string pem, LedgerSigner::MakePem());
    ROLLCALL_RETURN_IF_ERROR(WriteFileAtomically(path, pem, 0600));
    signer = ReadLedgerKey(path);
  }
  ROLLCALL_RETURN_IF_ERROR(signer.status());
  ROLLCALL_RETURN_IF_ERROR(KeepPublic(absl::StrCat(folder, "/ledger.pub"),
                                      signer->public_key().pem()));
  return signer;
}

}  // namespace rollcall::collector
