#include "collector/ledger/merkle_tree.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// What keeps a leaf from being taken for a node.
constexpr char kLeafMark = 0;
constexpr char kNodeMark = 1;

// Leaves that follow each other: from `begin` to before `end`.
struct Range {
  uint64_t begin;
  uint64_t end;

  uint64_t size() const { return end - begin; }
  // Where it is cut in two: the left half is the greatest power of two that
  // leaves something for the right. REQUIRES: size() > 1.
  uint64_t Cut() const { return begin + std::bit_floor(size() - 1); }
};

// REQUIRES: a range that cutting [0, n) leads to; not empty.
absl::StatusOr<TreeHash> HashRange(Range range, NodeHashes nodes) {
  if (std::has_single_bit(range.size())) {
    const int level = std::countr_zero(range.size());
    return nodes(TreeNode{level, range.begin >> level});
  }
  const uint64_t cut = range.Cut();
  ROLLCALL_ASSIGN_OR_RETURN(const TreeHash left,
                            HashRange({range.begin, cut}, nodes));
  ROLLCALL_ASSIGN_OR_RETURN(const TreeHash right,
                            HashRange({cut, range.end}, nodes));
  return HashNode(left, right);
}

// A step from a range down to one of its halves: the other half, and on which
// side it lies.
struct Step {
  Range other;
  bool other_is_left;
};

// Makes `range` one of its halves.
Step StepDown(Range& range, bool to_left) {
  const uint64_t cut = range.Cut();
  if (to_left) {
    const Step step = {{cut, range.end}, false};
    range.end = cut;
    return step;
  }
  const Step step = {{range.begin, cut}, true};
  range.begin = cut;
  return step;
}

std::vector<Step> StepsToLeaf(uint64_t index, uint64_t size) {
  std::vector<Step> steps;
  Range range = {0, size};
  while (range.size() > 1) {
    steps.push_back(StepDown(range, index < range.Cut()));
  }
  return steps;
}

// Down to the part that ends where the first tree ends: the last of its
// complete parts.
struct StepsToEnd {
  std::vector<Step> steps;
  Range part;
};

StepsToEnd StepsToEndOf(uint64_t first, uint64_t second) {
  StepsToEnd down = {{}, {0, second}};
  while (down.part.end != first) {
    down.steps.push_back(StepDown(down.part, first <= down.part.Cut()));
  }
  return down;
}

absl::Status AppendHashes(const std::vector<Step>& steps, NodeHashes nodes,
                          std::vector<TreeHash>& proof) {
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    ROLLCALL_ASSIGN_OR_RETURN(TreeHash hash, HashRange(step->other, nodes));
    proof.push_back(std::move(hash));
  }
  return absl::OkStatus();
}

}  // namespace

TreeHash HashLeaf(absl::string_view data) {
  return Sha256()
      .Update(absl::string_view(&kLeafMark, 1))
      .Update(data)
      .Finish();
}

TreeHash HashNode(const TreeHash& left, const TreeHash& right) {
  return Sha256()
      .Update(absl::string_view(&kNodeMark, 1))
      .Update(left)
      .Update(right)
      .Finish();
}

absl::StatusOr<TreeHash> RootOf(uint64_t size, NodeHashes nodes) {
  if (size == 0) return Sha256().Finish();
  return HashRange({0, size}, nodes);
}

absl::StatusOr<std::vector<TreeHash>> InclusionProof(uint64_t index,
                                                     uint64_t size,
                                                     NodeHashes nodes) {
  if (index >= size) {
    return absl::OutOfRangeError(
        absl::StrCat("there is no leaf ", index, " among ", size));
  }
  std::vector<TreeHash> proof;
  ROLLCALL_RETURN_IF_ERROR(
      AppendHashes(StepsToLeaf(index, size), nodes, proof));
  return proof;
}

absl::StatusOr<std::vector<TreeHash>> ConsistencyProof(uint64_t first,
                                                       uint64_t second,
                                                       NodeHashes nodes) {
  if (first == 0 || first > second) {
    return absl::OutOfRangeError(absl::StrCat(
        "a tree of ", second, " leaves does not begin with one of ", first));
  }
  const StepsToEnd down = StepsToEndOf(first, second);
  std::vector<TreeHash> proof;
  // A part that is the whole first tree is known by that tree's root.
  if (down.part.begin > 0) {
    ROLLCALL_ASSIGN_OR_RETURN(TreeHash hash, HashRange(down.part, nodes));
    proof.push_back(std::move(hash));
  }
  ROLLCALL_RETURN_IF_ERROR(AppendHashes(down.steps, nodes, proof));
  return proof;
}

bool ProvesInclusion(uint64_t index, uint64_t size, const TreeHash& leaf,
                     const std::vector<TreeHash>& proof, const TreeHash& root) {
  if (index >= size) return false;
  const std::vector<Step> steps = StepsToLeaf(index, size);
  if (proof.size() != steps.size()) return false;
  TreeHash hash = leaf;
  for (size_t i = 0; i < proof.size(); ++i) {
    const Step& step = steps[steps.size() - 1 - i];
    hash = step.other_is_left ? HashNode(proof[i], hash)
                              : HashNode(hash, proof[i]);
  }
  return hash == root;
}

bool ProvesConsistency(uint64_t first, uint64_t second,
                       const TreeHash& first_root, const TreeHash& second_root,
                       const std::vector<TreeHash>& proof) {
  if (first == 0 || first > second) return false;
  const StepsToEnd down = StepsToEndOf(first, second);
  const size_t given = down.part.begin > 0 ? 1 : 0;
  if (proof.size() != down.steps.size() + given) return false;
  TreeHash of_first = given == 1 ? proof[0] : first_root;
  TreeHash of_second = of_first;
  for (size_t i = 0; i < down.steps.size(); ++i) {
    const Step& step = down.steps[down.steps.size() - 1 - i];
    const TreeHash& other = proof[given + i];
    // What lies to the right came after the first tree.
    if (step.other_is_left) of_first = HashNode(other, of_first);
    of_second = step.other_is_left ? HashNode(other, of_second)
                                   : HashNode(of_second, other);
  }
  return of_first == first_root && of_second == second_root;
}

absl::StatusOr<TreeEdge> TreeEdge::Read(uint64_t size, NodeHashes nodes) {
  TreeEdge edge;
  edge.size_ = size;
  uint64_t begin = 0;
  while (begin < size) {
    const int level = std::countr_zero(std::bit_floor(size - begin));
    ROLLCALL_ASSIGN_OR_RETURN(TreeHash hash,
                              nodes(TreeNode{level, begin >> level}));
    edge.parts_.push_back(std::move(hash));
    begin += uint64_t{1} << level;
  }
  return edge;
}

void TreeEdge::Append(
    TreeHash leaf,
    absl::FunctionRef<void(TreeNode node, const TreeHash& hash)> completed) {
  TreeNode node = {0, size_};
  // Each bit that is set at the end is a part as large as what is complete now.
  while ((node.index & 1) == 1) {
    leaf = HashNode(parts_.back(), leaf);
    parts_.pop_back();
    node = {node.level + 1, node.index >> 1};
    completed(node, leaf);
  }
  parts_.push_back(std::move(leaf));
  ++size_;
}

void TreeEdge::Append(TreeHash leaf) {
  Append(std::move(leaf), [](TreeNode, const TreeHash&) {});
}

TreeHash TreeEdge::Root() const {
  if (parts_.empty()) return Sha256().Finish();
  TreeHash root = parts_.back();
  for (size_t i = parts_.size() - 1; i > 0; --i) {
    root = HashNode(parts_[i - 1], root);
  }
  return root;
}

}  // namespace rollcall::collector
