#include "tests/swarm/fleet_generator.h"

#include <algorithm>

#include "tests/swarm/machine_rows.h"

namespace rollcall::swarm {
namespace {

// Images of one release share most of their packages.
constexpr uint32_t kImagesPerRelease = 4;
constexpr uint32_t kSharedTenths = 7;

// `count` different numbers below `bound`. REQUIRES: count <= bound.
std::vector<uint32_t> DrawDifferent(Draws& draws, uint32_t count,
                                    size_t bound) {
  std::vector<uint32_t> drawn;
  while (drawn.size() < count) {
    const auto number = static_cast<uint32_t>(draws.Below(bound));
    if (std::find(drawn.begin(), drawn.end(), number) == drawn.end()) {
      drawn.push_back(number);
    }
  }
  return drawn;
}

// How often a coin that falls right 15 times of 16 falls right before it falls
// wrong: geometric with mean 15.
uint32_t DrawGeometric15(Draws& draws) {
  uint32_t count = 0;
  while (draws.Below(16) != 0) ++count;
  return count;
}

}  // namespace

FleetGenerator::FleetGenerator(const FleetOptions& options)
    : options_(options), zipf_(options.catalogue_rows) {}

uint32_t FleetGenerator::ImageOf(uint32_t host) const {
  Draws draws(options_.seed, Purpose::kImageOfHost, {host});
  return static_cast<uint32_t>(draws.Below(options_.images));
}

// Packages are numbered: first the catalogue that hosts' own rows are drawn
// from, then what the images of a release share, then what one image has.
std::vector<PackageVersion> FleetGenerator::ImageOn(uint32_t image,
                                                    uint32_t day) const {
  const uint32_t shared = options_.image_rows * kSharedTenths / 10;
  const uint32_t single = options_.image_rows - shared;
  const uint32_t release = image / kImagesPerRelease;
  const uint32_t releases = options_.images / kImagesPerRelease + 1;
  const uint32_t first_shared = options_.catalogue_rows + release * shared;
  const uint32_t first_single =
      options_.catalogue_rows + releases * shared + image * single;
  std::vector<PackageVersion> packages;
  for (uint32_t i = 0; i < shared; ++i) {
    packages.push_back({first_shared + i, 0});
  }
  for (uint32_t i = 0; i < single; ++i) {
    packages.push_back({first_single + i, 0});
  }
  for (uint32_t month = 1; month <= day / options_.days_per_month; ++month) {
    Draws draws(options_.seed, Purpose::kImageMonth, {image, month});
    for (const uint32_t i :
         DrawDifferent(draws, options_.rows_per_month, packages.size())) {
      ++packages[i].revision;
    }
  }
  return packages;
}

std::vector<uint32_t> FleetGenerator::DifferencesOf(uint32_t host) const {
  Draws draws(options_.seed, Purpose::kDifferences, {host});
  const uint32_t count =
      std::min(DrawGeometric15(draws), options_.catalogue_rows / 2);
  std::vector<uint32_t> drawn;
  while (drawn.size() < count) {
    const auto package = static_cast<uint32_t>(zipf_.Draw(draws));
    if (std::find(drawn.begin(), drawn.end(), package) == drawn.end()) {
      drawn.push_back(package);
    }
  }
  return drawn;
}

bool FleetGenerator::ChangesOn(uint32_t host, uint32_t day) const {
  Draws draws(options_.seed, Purpose::kHostDay, {host, day});
  return day > 0 && draws.Below(options_.change_one_of) == 0;
}

std::vector<PackageVersion> FleetGenerator::SoftwareOf(uint32_t host,
                                                       HostTime time) const {
  std::vector<PackageVersion> packages = ImageOn(ImageOf(host), time.day);
  for (const uint32_t package : DifferencesOf(host)) {
    packages.push_back({package, 0});
  }
  for (uint32_t day = 1; day <= time.day; ++day) {
    Draws draws(options_.seed, Purpose::kHostDay, {host, day});
    if (draws.Below(options_.change_one_of) != 0) continue;
    for (const uint32_t i :
         DrawDifferent(draws, options_.rows_per_day, packages.size())) {
      ++packages[i].revision;
    }
  }
  for (uint32_t upgrade = 1; upgrade <= time.upgrades; ++upgrade) {
    Draws draws(options_.seed, Purpose::kUpgrade, {host, upgrade});
    ++packages[draws.Below(packages.size())].revision;
  }
  return packages;
}

const EncodedRow* FleetGenerator::RowOf(PackageVersion version) const {
  const uint64_t key = uint64_t{version.package} << 32 | version.revision;
  std::unique_ptr<const EncodedRow>& row = rows_[key];
  if (row == nullptr) {
    row = std::make_unique<EncodedRow>(
        Encode(PackageRow(options_.seed, version.package, version.revision))
            .row);
  }
  return row.get();
}

std::shared_ptr<const SectionReport> FleetGenerator::SoftwareSection(
    const std::vector<PackageVersion>& packages) const {
  std::vector<const EncodedRow*> rows;
  rows.reserve(packages.size());
  {
    MutexLock lock(&mutex_);
    for (const PackageVersion& version : packages) {
      rows.push_back(RowOf(version));
    }
  }
  return MakeSection(std::move(rows));
}

std::shared_ptr<const Report> FleetGenerator::ReportOf(uint32_t host,
                                                       HostTime time) const {
  const uint32_t image = ImageOf(host);
  Machine machine = MakeMachineAt(options_.seed, options_.incidents,
                                  {host, image, time.happened});
  machine.rows.push_back(OsReleaseRow(image));
  std::map<std::string, std::deque<EncodedRow>> own;
  for (const v1::Row& row : machine.rows) {
    SectionRow encoded = Encode(row);
    own[encoded.section].push_back(std::move(encoded.row));
  }
  std::map<std::string, std::shared_ptr<const SectionReport>> sections;
  for (auto& [name, rows] : own) {
    sections[name] = MakeSection({}, std::move(rows));
  }
  sections["software"] = SoftwareSection(SoftwareOf(host, time));
  return MakeReport(std::move(sections), machine.evidence);
}

std::shared_ptr<const Report> FleetGenerator::ReportAfter(const Report& before,
                                                          uint32_t host,
                                                          HostTime time) const {
  auto sections = before.sections;
  sections["software"] = SoftwareSection(SoftwareOf(host, time));
  return MakeReport(std::move(sections), before.evidence);
}

}  // namespace rollcall::swarm
