// The Merkle tree over the entries of a log: hashes, roots and proofs, all as
// RFC 6962, section 2.1, has them. Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rollcall::collector {

// The 32 bytes of a SHA-256.
using TreeHash = std::string;
inline constexpr size_t kTreeHashBytes = 32;

TreeHash HashLeaf(absl::string_view data);
TreeHash HashNode(const TreeHash& left, const TreeHash& right);

// A node over 2^level leaves that are all there: the index-th of its level,
// from 0. Of level 0 it is a leaf.
struct TreeNode {
  int level = 0;
  uint64_t index = 0;

  friend auto operator<=>(const TreeNode&, const TreeNode&) = default;
};

// Tells the hash of a node. What it fails with is what its caller returns.
using NodeHashes = absl::FunctionRef<absl::StatusOr<TreeHash>(TreeNode node)>;

// The root over the first `size` leaves. Asks for one node for each bit of the
// size that is set.
absl::StatusOr<TreeHash> RootOf(uint64_t size, NodeHashes nodes);

// The hashes that lead from a leaf to the root (section 2.1.1), the nearest
// first. Asks for at most two nodes a level. OUT_OF_RANGE unless index < size.
absl::StatusOr<std::vector<TreeHash>> InclusionProof(uint64_t index,
                                                     uint64_t size,
                                                     NodeHashes nodes);

// The hashes that show that the tree of `second` leaves begins with that of
// `first` (section 2.1.2). Asks for at most two nodes a level. OUT_OF_RANGE
// unless 0 < first <= second.
absl::StatusOr<std::vector<TreeHash>> ConsistencyProof(uint64_t first,
                                                       uint64_t second,
                                                       NodeHashes nodes);

// Whether `proof` leads from the leaf with this hash to the root.
bool ProvesInclusion(uint64_t index, uint64_t size, const TreeHash& leaf,
                     const std::vector<TreeHash>& proof, const TreeHash& root);

// Whether `proof` shows that the tree of `second` leaves with that root begins
// with the tree of `first` leaves and its root.
bool ProvesConsistency(uint64_t first, uint64_t second,
                       const TreeHash& first_root, const TreeHash& second_root,
                       const std::vector<TreeHash>& proof);

// The right edge of a tree that grows: of each part of it that is complete the
// hash, the greatest first. It is all that is needed to append and to tell the
// root. Not thread-safe.
class TreeEdge {
 public:
  // That of the empty tree.
  TreeEdge() = default;
  // That of the tree of `size` leaves. Asks for one node for each bit of the
  // size that is set.
  static absl::StatusOr<TreeEdge> Read(uint64_t size, NodeHashes nodes);

  // Adds a leaf, and tells `completed` each node above it, upwards, that has
  // all its leaves with it.
  void Append(
      TreeHash leaf,
      absl::FunctionRef<void(TreeNode node, const TreeHash& hash)> completed);
  void Append(TreeHash leaf);

  uint64_t size() const { return size_; }
  TreeHash Root() const;

 private:
  uint64_t size_ = 0;
  std::vector<TreeHash> parts_;
};

}  // namespace rollcall::collector
