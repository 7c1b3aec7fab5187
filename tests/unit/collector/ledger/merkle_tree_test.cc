#include "collector/ledger/merkle_tree.h"

#include <map>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::testing::IsEmpty;

constexpr uint64_t kMostLeaves = 64;

std::vector<TreeHash> LeavesOf(const std::vector<std::string>& data) {
  std::vector<TreeHash> leaves;
  for (const std::string& each : data) leaves.push_back(HashLeaf(each));
  return leaves;
}

// Section 2.1 word for word, over leaves [begin, end).
TreeHash NaiveRoot(const std::vector<TreeHash>& leaves, size_t begin,
                   size_t end) {
  if (end == begin) return Sha256().Finish();
  if (end - begin == 1) return leaves[begin];
  size_t k = 1;
  while (k * 2 < end - begin) k *= 2;
  return HashNode(NaiveRoot(leaves, begin, begin + k),
                  NaiveRoot(leaves, begin + k, end));
}

// PATH(m, D[n]) of section 2.1.1.
std::vector<TreeHash> NaivePath(size_t m, const std::vector<TreeHash>& leaves,
                                size_t begin, size_t end) {
  if (end - begin == 1) return {};
  size_t k = 1;
  while (k * 2 < end - begin) k *= 2;
  std::vector<TreeHash> path;
  if (m < k) {
    path = NaivePath(m, leaves, begin, begin + k);
    path.push_back(NaiveRoot(leaves, begin + k, end));
  } else {
    path = NaivePath(m - k, leaves, begin + k, end);
    path.push_back(NaiveRoot(leaves, begin, begin + k));
  }
  return path;
}

// SUBPROOF(m, D[n], b) of section 2.1.2.
std::vector<TreeHash> NaiveSubproof(size_t m,
                                    const std::vector<TreeHash>& leaves,
                                    size_t begin, size_t end, bool b) {
  if (m == end - begin) {
    if (b) return {};
    return {NaiveRoot(leaves, begin, end)};
  }
  size_t k = 1;
  while (k * 2 < end - begin) k *= 2;
  std::vector<TreeHash> proof;
  if (m <= k) {
    proof = NaiveSubproof(m, leaves, begin, begin + k, b);
    proof.push_back(NaiveRoot(leaves, begin + k, end));
  } else {
    proof = NaiveSubproof(m - k, leaves, begin + k, end, false);
    proof.push_back(NaiveRoot(leaves, begin, begin + k));
  }
  return proof;
}

// Trees of all sizes up to kMostLeaves, and the nodes of the largest, as a
// store would have them: those that growing completed.
class MerkleTreeTest : public ::testing::Test {
 protected:
  MerkleTreeTest() {
    TreeEdge edge;
    for (uint64_t i = 0; i < kMostLeaves; ++i) {
      leaves_.push_back(HashLeaf(absl::StrCat("entry ", i)));
      nodes_[{0, i}] = leaves_.back();
      edge.Append(leaves_.back(), [this](TreeNode node, const TreeHash& hash) {
        EXPECT_TRUE(nodes_.emplace(node, hash).second);
      });
      edge_roots_.push_back(edge.Root());
    }
  }

  // Reads as a tree of `size` leaves has them, and counts.
  auto NodesOf(uint64_t size) {
    reads_ = 0;
    return [this, size](TreeNode node) -> absl::StatusOr<TreeHash> {
      ++reads_;
      if ((node.index + 1) << node.level > size) {
        return absl::InternalError("asked for a node that is not complete");
      }
      return nodes_.at(node);
    };
  }

  TreeHash Root(uint64_t size) { return NaiveRoot(leaves_, 0, size); }

  std::vector<TreeHash> leaves_;
  std::map<TreeNode, TreeHash> nodes_;
  std::vector<TreeHash> edge_roots_;
  int reads_ = 0;
};

// The eight leaves and the roots over the first n of them that implementations
// of Certificate Transparency test themselves with.
TEST(MerkleTree, HasTheRootsThatOthersPublish) {
  const std::vector<TreeHash> leaves = LeavesOf({
      "",
      absl::HexStringToBytes("00"),
      absl::HexStringToBytes("10"),
      absl::HexStringToBytes("2021"),
      absl::HexStringToBytes("3031"),
      absl::HexStringToBytes("40414243"),
      absl::HexStringToBytes("5051525354555657"),
      absl::HexStringToBytes("606162636465666768696a6b6c6d6e6f"),
  });
  const char* const roots[] = {
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  };
  TreeEdge edge;
  EXPECT_EQ(absl::BytesToHexString(edge.Root()), roots[0]);
  for (size_t i = 0; i < leaves.size(); ++i) {
    edge.Append(leaves[i]);
    EXPECT_EQ(absl::BytesToHexString(edge.Root()), roots[i + 1]);
  }
}

TEST_F(MerkleTreeTest, RootsOfAllSizesAreThoseOfTheDefinition) {
  EXPECT_THAT(RootOf(0, NodesOf(0)), IsOkAndHolds(Root(0)));
  for (uint64_t size = 1; size <= kMostLeaves; ++size) {
    EXPECT_EQ(edge_roots_[size - 1], Root(size));
    EXPECT_THAT(RootOf(size, NodesOf(size)), IsOkAndHolds(Root(size)));
    EXPECT_LE(reads_, 6);
  }
}

TEST_F(MerkleTreeTest, ATreeGrowsOnFromTheEdgeThatWasRead) {
  for (uint64_t size = 0; size < kMostLeaves; ++size) {
    ASSERT_OK_AND_ASSIGN(TreeEdge edge, TreeEdge::Read(size, NodesOf(size)));
    EXPECT_LE(reads_, 6);
    edge.Append(leaves_[size]);
    EXPECT_EQ(edge.Root(), Root(size + 1));
    EXPECT_EQ(edge.size(), size + 1);
  }
}

TEST_F(MerkleTreeTest, InclusionProofsOfAllSizesAreThoseOfTheDefinition) {
  for (uint64_t size = 1; size <= kMostLeaves; ++size) {
    for (uint64_t index = 0; index < size; ++index) {
      ASSERT_OK_AND_ASSIGN(const auto proof,
                           InclusionProof(index, size, NodesOf(size)));
      EXPECT_LE(reads_, 12);
      ASSERT_EQ(proof, NaivePath(index, leaves_, 0, size));
      ASSERT_TRUE(
          ProvesInclusion(index, size, leaves_[index], proof, Root(size)));
    }
  }
}

TEST_F(MerkleTreeTest, ConsistencyProofsOfAllSizesAreThoseOfTheDefinition) {
  for (uint64_t second = 1; second <= kMostLeaves; ++second) {
    for (uint64_t first = 1; first <= second; ++first) {
      ASSERT_OK_AND_ASSIGN(const auto proof,
                           ConsistencyProof(first, second, NodesOf(second)));
      EXPECT_LE(reads_, 12);
      ASSERT_EQ(proof, NaiveSubproof(first, leaves_, 0, second, true));
      ASSERT_TRUE(
          ProvesConsistency(first, second, Root(first), Root(second), proof));
    }
  }
}

TEST_F(MerkleTreeTest, AProofOfOneThingProvesNoOther) {
  constexpr uint64_t kSize = 21;
  const TreeHash root = Root(kSize);
  for (uint64_t index = 0; index < kSize; ++index) {
    ASSERT_OK_AND_ASSIGN(auto proof,
                         InclusionProof(index, kSize, NodesOf(kSize)));
    for (uint64_t other = 0; other < kSize; ++other) {
      if (other == index) continue;
      EXPECT_FALSE(ProvesInclusion(other, kSize, leaves_[index], proof, root));
      EXPECT_FALSE(ProvesInclusion(index, kSize, leaves_[other], proof, root));
    }
    EXPECT_FALSE(
        ProvesInclusion(index, kSize, leaves_[index], proof, Root(kSize - 1)));
    for (TreeHash& hash : proof) {
      hash[5] ^= 1;
      EXPECT_FALSE(ProvesInclusion(index, kSize, leaves_[index], proof, root));
      hash[5] ^= 1;
    }
    proof.push_back(root);
    EXPECT_FALSE(ProvesInclusion(index, kSize, leaves_[index], proof, root));
    proof.clear();
    EXPECT_FALSE(ProvesInclusion(index, kSize, leaves_[index], proof, root));
  }
  EXPECT_FALSE(ProvesInclusion(0, 0, leaves_[0], {}, root));
}

TEST_F(MerkleTreeTest, ALedgerThatWasRewrittenIsNotConsistent) {
  constexpr uint64_t kSecond = 21;
  for (uint64_t first = 1; first < kSecond; ++first) {
    ASSERT_OK_AND_ASSIGN(auto proof,
                         ConsistencyProof(first, kSecond, NodesOf(kSecond)));
    std::vector<TreeHash> other = leaves_;
    other[first - 1] = HashLeaf("another");
    const TreeHash old_root = NaiveRoot(other, 0, first);
    const TreeHash new_root = NaiveRoot(other, 0, kSecond);
    EXPECT_FALSE(
        ProvesConsistency(first, kSecond, old_root, Root(kSecond), proof));
    EXPECT_FALSE(
        ProvesConsistency(first, kSecond, Root(first), new_root, proof));
    EXPECT_FALSE(
        ProvesConsistency(first, kSecond, Root(first), new_root,
                          NaiveSubproof(first, other, 0, kSecond, true)));
    for (TreeHash& hash : proof) {
      hash[31] ^= 1;
      EXPECT_FALSE(
          ProvesConsistency(first, kSecond, Root(first), Root(kSecond), proof));
      hash[31] ^= 1;
    }
    proof.push_back(old_root);
    EXPECT_FALSE(
        ProvesConsistency(first, kSecond, Root(first), Root(kSecond), proof));
  }
}

TEST_F(MerkleTreeTest, WhatIsNotThereIsNotProved) {
  EXPECT_THAT(InclusionProof(5, 5, NodesOf(5)),
              StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(ConsistencyProof(0, 5, NodesOf(5)),
              StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(ConsistencyProof(6, 5, NodesOf(5)),
              StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(ConsistencyProof(5, 5, NodesOf(5)), IsOkAndHolds(IsEmpty()));
}

TEST_F(MerkleTreeTest, AnErrorOfAReadIsTheAnswer) {
  const auto fail = [](TreeNode) -> absl::StatusOr<TreeHash> {
    return absl::DataLossError("gone");
  };
  EXPECT_THAT(RootOf(3, fail), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(TreeEdge::Read(3, fail), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(InclusionProof(1, 3, fail),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(ConsistencyProof(1, 3, fail),
              StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace rollcall::collector
