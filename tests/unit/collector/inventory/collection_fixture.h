// A fleet whose content is collected, and may be collected by a collector that
// was started anew.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collector/inventory/collection.h"
#include "collector/inventory/subject_state.h"
#include "collector/inventory/tables.h"
#include "tests/unit/collector/inventory/fleet_fixture.h"

namespace rollcall::testing {

class CollectionFixture : public FleetFixture {
 protected:
  // What a subject held after each change.
  using Rows = std::set<std::string>;
  using Past = std::map<std::pair<SubjectId, collector::KnownStamp>, Rows>;

  CollectionFixture() { Restart(); }

  // As a new process: nothing is in memory.
  void Restart() {
    collecting_.reset();
    now_ = std::make_unique<SharedContent>(engine_);
    EXPECT_OK(now_->bases.Load());
    collecting_ = std::make_unique<collector::ContentCollector>(
        engine_, now_->content, [this] { return between_(); },
        collector::CollectionOptions{.keys_per_step = keys_per_step_});
  }
  const collector::Content& content() const { return now_->content; }

  collector::Collection Collect() {
    const auto run = collecting_->Run();
    EXPECT_OK(run);
    return run.value_or(collector::Collection());
  }
  // Enough for all that nothing refers to, whatever was asked for before.
  collector::Collection CollectAll() {
    Collect();
    Collect();
    return Collect();
  }

  absl::StatusOr<collector::KnownStamp> Put(SubjectId subject,
                                            const std::vector<v1::Row>& rows) {
    clock_.Advance(absl::Seconds(1));
    return Store(*committer_, engine_, content(), UpdateOf(subject, rows));
  }
  // As a deletion does.
  void Drop(SubjectId subject) {
    collector::Batch batch;
    collector::KeyWriter key;
    collector::SubjectKey{subject}.Encode(key);
    const std::string prefix = key.Take();
    for (const collector::TableId table :
         {collector::TableId::kHead, collector::TableId::kHistory}) {
      const auto end = collector::PrefixEnd(prefix);
      for (auto at = engine_.Scan(table, prefix, end); at->Valid();
           at->Next()) {
        batch.Delete(table, std::string(at->key()));
      }
    }
    EXPECT_OK(engine_.Write(batch, collector::Durability::kBuffered));
  }
  // Postings have followed all changes.
  void Follow() {
    collector::Batch batch;
    for (auto at = engine_.Scan(collector::TableId::kChange, "", "");
         at->Valid(); at->Next()) {
      batch.Delete(collector::TableId::kChange, std::string(at->key()));
    }
    EXPECT_OK(engine_.Write(batch, collector::Durability::kBuffered));
  }

  // Packages by number.
  static std::vector<v1::Row> Packages(int first, int end) {
    std::vector<v1::Row> rows;
    for (int i = first; i < end; ++i) {
      rows.push_back(PackageRow("p" + std::to_string(i), "1"));
    }
    return rows;
  }
  static collector::NewRow NewPackage(int number) {
    const std::string canonical =
        EncodeRow(PackageRow("p" + std::to_string(number), "1"));
    return {ComputeRowId("software", kRowLevel, canonical), "software",
            kRowLevel, canonical};
  }
  size_t Count(collector::TableId table) const {
    size_t count = 0;
    for (auto at = engine_.Scan(table, "", ""); at->Valid(); at->Next()) {
      ++count;
    }
    return count;
  }
  // What the subject held then, as its rows' bytes.
  Rows HeldAt(SubjectId subject, collector::KnownStamp as_of) const {
    const auto state = ReadSubjectState(engine_, now_->content, subject, as_of);
    EXPECT_OK(state);
    Rows rows;
    if (!state.ok() || !state->has_value()) return rows;
    for (const auto& [name, section] : (*state)->sections) {
      for (const RowId& id : section.fleet) {
        const auto row = collector::kRowTable.Get(engine_, {id});
        EXPECT_OK(row);
        EXPECT_TRUE(row->has_value());
        if (row->has_value()) rows.insert((*row)->canonical());
      }
      for (const auto& [id, canonical] : section.own) rows.insert(canonical);
    }
    return rows;
  }
  static Rows BytesOf(const std::vector<v1::Row>& rows) {
    Rows bytes;
    for (const v1::Row& row : rows) bytes.insert(EncodeRow(row));
    return bytes;
  }
  // Every answer about every past.
  void ExpectPast(const Past& past) const {
    for (const auto& [when, rows] : past) {
      EXPECT_EQ(HeldAt(when.first, when.second), rows);
    }
  }

  size_t keys_per_step_ = 1'024;
  std::function<absl::Status()> between_ = [] { return absl::OkStatus(); };
  std::unique_ptr<SharedContent> now_;
  std::unique_ptr<collector::ContentCollector> collecting_;
};

}  // namespace rollcall::testing
