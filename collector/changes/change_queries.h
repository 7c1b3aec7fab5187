// Lists of change-sets and of what they change.
#pragma once

#include "absl/status/statusor.h"
#include "collector/changes/change_view.h"
#include "collector/changes/role_holders.h"
#include "collector/rpc/paging.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/change_service.pb.h"

namespace rollcall::collector {

// Answers the questions of ChangeService, whose comments say what they hold.
// Thread-safe; all arguments outlive it. Blocking.
class ChangeQueries {
 public:
  ChangeQueries(const Engine& engine, const RoleHolders& roles,
                ChangeContents contents)
      : engine_(engine), roles_(roles), contents_(std::move(contents)) {}

  absl::StatusOr<v1::ListChangeSetsResponse> List(
      const v1::ListChangeSetsRequest& request) const;
  absl::StatusOr<v1::GetChangeSetResponse> Get(
      const v1::GetChangeSetRequest& request) const;
  absl::StatusOr<v1::ListDifferencesResponse> ListDifferences(
      const v1::ListDifferencesRequest& request) const;

 private:
  struct DifferenceCursor;

  // Adds a page of differences from the cursor's place on; sets the rest of the
  // cursor. Returns how many there are in all.
  absl::StatusOr<size_t> FillDifferences(
      const Reader& reader, absl::string_view text, const Page& page,
      DifferenceCursor& cursor, v1::ListDifferencesResponse& response) const;

  const Engine& engine_;
  const RoleHolders& roles_;
  const ChangeContents contents_;
};

}  // namespace rollcall::collector
