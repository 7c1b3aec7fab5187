// Change-sets: the list, one of them, and what became of it. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "rollcall/v1/change_service.pb.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::cli {

// A change-set, and whom it awaits in words.
struct ListedChangeSet {
  v1::ChangeSet change_set;
  std::string awaits;
};

// Whom it awaits still, for example "procurement and itam"; empty: nobody.
std::string AwaitsText(
    const google::protobuf::RepeatedPtrField<v1::AwaitedApproval>& awaited);

// What it adds, changes and removes: "+3 ~2 -1".
std::string CountsText(const v1::ChangeSet& change_set);

// Fitted to `width`; empty if there is none. CSV: one line for each.
std::string ChangeSetsTable(absl::Span<const ListedChangeSet> change_sets,
                            int width);
std::string ChangeSetsCsv(absl::Span<const ListedChangeSet> change_sets);

// All that is known of one, as facts.
std::string ChangeSetFacts(const v1::GetChangeSetResponse& response, int width);

// A sentence for each other proposal about the same objects.
std::vector<std::string> OverlapLines(const v1::GetChangeSetResponse& response);

// What an approval, a rejection or a withdrawal brought.
std::string ApprovedText(const v1::ApproveChangeSetResponse& response,
                         int width);
std::string ApprovedCsv(const v1::ApproveChangeSetResponse& response);
std::string EndedText(const v1::ChangeSet& change_set, int width);
std::string EndedCsv(const v1::ChangeSet& change_set);

// What became of a proposal, and what to do next.
std::string ProposedText(const v1::ProposeChangesResponse& response, int width);
std::string ProposedCsv(const v1::ProposeChangesResponse& response);

}  // namespace rollcall::cli
