// Whether what objects refer to is there for as long as they are.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// Hands each of some changes to a function, in order, until that fails. May be
// called several times.
using EachChange = absl::FunctionRef<absl::Status(const v1::ObjectChange&)>;
using ChangeWalk = absl::FunctionRef<absl::Status(EachChange)>;

// Checks what the changes say of references, and what they take away from under
// others. REQUIRES: each change was checked by itself.
//
// A line is under its contract, a contract with its vendor and under its
// master, from the day on that it is said, and no longer than that is there.
// What is history (amendments, reviews, audits) refers to what was there at
// some time. Documents are held now. What a retraction leaves of an object is
// held to the same.
//
// Reads what is under the objects that are taken away, and if a vendor or a
// contract is among them all contracts and audits, once.
//
// FAILED_PRECONDITION, naming both and what to do; errors of the walk. Of many
// changes those that nothing refers to are not kept in memory.
absl::Status CheckReferences(ChangeWalk changes, const Reader& reader);
absl::Status CheckReferences(absl::Span<const v1::ObjectChange> changes,
                             const Reader& reader);

}  // namespace rollcall::collector
