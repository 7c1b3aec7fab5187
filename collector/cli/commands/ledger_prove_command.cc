#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "collector/cli/commands.h"
#include "collector/cli/ledger_files.h"
#include "collector/cli/session.h"
#include "collector/cli/views/ledger_view.h"
#include "collector/ledger/ledger_line.h"
#include "common/status.h"
#include "rollcall/v1/ledger_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using collector::LedgerPublicKey;

// OK if the collector's proof shows that the entry is in the ledger that the
// checkpoint, signed by one of the keys, speaks of; else why it does not.
absl::Status CheckProof(int64_t index,
                        const v1::GetInclusionProofResponse& proof,
                        const std::vector<LedgerPublicKey>& keys) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto line,
                            collector::ParseLedgerLine(proof.entry().line()));
  ROLLCALL_ASSIGN_OR_RETURN(const auto end, collector::ParseSignedCheckpoint(
                                                proof.checkpoint().text()));
  std::vector<collector::TreeHash> hashes;
  for (const std::string& hex : proof.hashes()) {
    ROLLCALL_ASSIGN_OR_RETURN(auto hash, collector::StrictTreeHash(hex));
    hashes.push_back(std::move(hash));
  }
  if (line.index != static_cast<uint64_t>(index)) {
    return absl::DataLossError(
        absl::StrCat("the entry says that it is entry ", line.index));
  }
  if (!collector::ProvesInclusion(line.index, end.checkpoint.size,
                                  collector::HashLeaf(proof.entry().line()),
                                  hashes, end.checkpoint.root)) {
    return absl::DataLossError(
        "the hashes do not lead from the entry to the checkpoint's root");
  }
  for (const LedgerPublicKey& key : keys) {
    if (key.sha256() == end.checkpoint.key_sha256 &&
        key.Signed(collector::CheckpointText(end.checkpoint), end.signature)) {
      return absl::OkStatus();
    }
  }
  return absl::DataLossError("no key that is trusted signed the checkpoint");
}

class LedgerProveCommand final : public Command {
 public:
  absl::string_view name() const override { return "ledger prove"; }
  absl::string_view summary() const override {
    return "Prove that an entry is in the ledger as it is now";
  }
  absl::string_view examples() const override {
    return "  rollcall ledger prove 41 --public-key=ledger.pub\n"
           "\n"
           "The proof is checked here, and printed with all that is needed to "
           "check it again.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments
        .Positional("INDEX", "The entry's index, as `ledger list` has it",
                    &index_)
        .Fills("index");
    arguments.Texts("public-key",
                    "A file of public keys, PEM, that may have signed; "
                    "default: those that the collector tells",
                    &keys_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::GetInclusionProofRequest request;
    int64_t index = 0;
    if (!absl::SimpleAtoi(index_, &index) || index < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("INDEX is \"", index_, "\"; it must be a number"));
    }
    request.set_index(index);
    ROLLCALL_ASSIGN_OR_RETURN(const auto keys, Keys(session));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::LedgerService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto proof,
        session.Call(*stub, &v1::LedgerService::Stub::GetInclusionProof,
                     request));
    const absl::Status checked = CheckProof(index, proof, keys);
    if (!checked.ok()) {
      session.Note(absl::StrCat("The collector does not prove that entry ",
                                index, " is in its ledger: ", checked.message(),
                                "."));
      return ExitCode::kNegative;
    }
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(proof, LedgerProofText, LedgerProofCsv, ""));
    return ExitCode::kOk;
  }

 private:
  absl::StatusOr<std::vector<LedgerPublicKey>> Keys(Session& session) const {
    if (!keys_.empty()) return ReadPublicKeys(keys_);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::LedgerService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto told,
        session.Call(*stub, &v1::LedgerService::Stub::GetLedgerKey,
                     v1::GetLedgerKeyRequest()));
    session.Note(
        "The keys are those that the collector tells; --public-key=FILE takes "
        "those that you keep.");
    std::vector<LedgerPublicKey> keys;
    for (const v1::LedgerKey& key : told.keys()) {
      ROLLCALL_ASSIGN_OR_RETURN(auto parsed,
                                LedgerPublicKey::FromPem(key.public_key_pem()));
      keys.push_back(std::move(parsed));
    }
    return keys;
  }

  std::string index_;
  std::vector<std::string> keys_;
};

}  // namespace

std::unique_ptr<Command> MakeLedgerProveCommand() {
  return std::make_unique<LedgerProveCommand>();
}

}  // namespace rollcall::cli
