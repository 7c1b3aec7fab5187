// hardware.disk: the disks of the machine.
#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/sources/disk_names.h"
#include "agent/sources/fact_text.h"
#include "agent/sources/sources.h"

namespace rollcall {
namespace {

constexpr char kSection[] = "hardware.disk";
constexpr char kBlockPath[] = "/sys/block";
constexpr size_t kMaxDevices = 65'536;
constexpr size_t kMaxAttributeBytes = 4096;
// More tell no better which machine it is.
constexpr int kMaxEvidence = 64;
// The unit of /sys/block/*/size, whatever the disk's own sector size.
constexpr int64_t kSectorBytes = 512;

// Reads what sysfs says of one disk.
class DiskReader {
 public:
  DiskReader(const HostFs& fs, absl::string_view name, SourceReport* report)
      : fs_(fs),
        path_(absl::StrCat(kBlockPath, "/", name)),
        name_(name),
        report_(*report) {}

  // Whether this is a path to a disk that has a name of its own.
  bool IsHidden() const { return Number("hidden").value_or(0) != 0; }

  v1::Disk ReadDisk() const;
  v1::DiskIdentity ReadIdentity() const;

 private:
  // The content of an attribute; absent if it is not there or not readable.
  std::optional<std::string> Raw(absl::string_view attribute) const {
    absl::StatusOr<std::string> content =
        fs_.Read(absl::StrCat(path_, "/", attribute), kMaxAttributeBytes);
    if (content.ok()) return *std::move(content);
    report_.NoteError(content.status());
    return std::nullopt;
  }
  std::optional<std::string> Text(absl::string_view attribute) const {
    const auto raw = Raw(attribute);
    if (!raw) return std::nullopt;
    int replaced = 0;
    auto text = FactText(*raw, &replaced);
    report_.CountMalformed(absl::StrCat(path_, "/", attribute), replaced);
    return text;
  }
  std::optional<int64_t> Number(absl::string_view attribute) const {
    const auto raw = Raw(attribute);
    if (!raw) return std::nullopt;
    const auto number = FactInteger(*raw);
    if (!number) report_.CountMalformed(absl::StrCat(path_, "/", attribute));
    return number;
  }
  std::optional<std::string> Serial() const;
  std::optional<std::string> Wwn() const;

  const HostFs& fs_;
  const std::string path_;
  const absl::string_view name_;
  SourceReport& report_;
};

v1::Disk DiskReader::ReadDisk() const {
  v1::Disk disk;
  disk.set_name(std::string(name_));
  auto model = Text("device/model");
  // MMC and SD cards.
  if (!model) model = Text("device/name");
  if (model) disk.set_model(*std::move(model));
  const auto vendor = Text("device/vendor");
  // "ATA" stands in for a maker that ATA disks do not state; virtio and MMC
  // give a number.
  if (vendor && *vendor != "ATA" && !absl::StartsWith(*vendor, "0x")) {
    disk.set_vendor(*vendor);
  }
  const auto sectors = Number("size");
  if (sectors && *sectors > 0 && *sectors <= INT64_MAX / kSectorBytes) {
    disk.set_size_bytes(*sectors * kSectorBytes);
  }
  if (const auto value = Number("queue/rotational")) {
    disk.set_rotational(*value != 0);
  }
  if (const auto value = Number("removable")) disk.set_removable(*value != 0);
  const auto link = fs_.ReadLink(path_);
  if (link.ok()) {
    const absl::string_view transport = TransportOf(*link);
    if (!transport.empty()) disk.set_transport(std::string(transport));
  }
  return disk;
}

std::optional<std::string> DiskReader::Serial() const {
  // NVMe and MMC; virtio; the disks of mainframes.
  for (const absl::string_view attribute :
       {"device/serial", "serial", "device/uid"}) {
    if (auto serial = Text(attribute)) return serial;
  }
  const auto page = Raw("device/vpd_pg80");
  return page ? ParseVpdSerial(*page) : std::nullopt;
}

std::optional<std::string> DiskReader::Wwn() const {
  for (const absl::string_view attribute : {"wwid", "device/wwid"}) {
    const auto raw = Raw(attribute);
    if (!raw) continue;
    if (auto wwn = ParseWwid(*raw)) return wwn;
  }
  const auto page = Raw("device/vpd_pg83");
  return page ? ParseVpdWwn(*page) : std::nullopt;
}

v1::DiskIdentity DiskReader::ReadIdentity() const {
  v1::DiskIdentity identity;
  if (auto serial = Serial()) identity.set_serial_number(*std::move(serial));
  if (auto wwn = Wwn()) identity.set_wwn(*std::move(wwn));
  if (identity.ByteSizeLong() > 0) identity.set_name(std::string(name_));
  return identity;
}

class DiskSource final : public Source {
 public:
  absl::string_view name() const override { return kSection; }

  SourceDescription Describe() const override {
    return {.sections = {kSection},
            .paths = {"/sys/block/*"},
            .privileges = "",
            .cost = "about ten small files for each disk"};
  }

  SourceOutput Collect(const CollectContext& context) const override {
    SourceOutput output;
    SourceReport& report = output.report(kSection);
    const auto names = context.fs.List(kBlockPath, kMaxDevices);
    if (absl::IsNotFound(names.status())) {
      report.Note(v1::SourceStatus::OUTCOME_ABSENT, names.status().message());
    }
    report.NoteError(names.status());
    if (!names.ok()) return output;
    std::vector<std::string> ids;
    for (const std::string& name : *names) {
      if (IsDiskName(name)) AddDisk(context.fs, name, &output, &ids);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (ids.size() > kMaxEvidence) ids.resize(kMaxEvidence);
    output.evidence().mutable_disk_ids()->Assign(ids.begin(), ids.end());
    return output;
  }

 private:
  static void AddDisk(const HostFs& fs, const std::string& name,
                      SourceOutput* output, std::vector<std::string>* ids) {
    const DiskReader reader(fs, name, &output->report(kSection));
    if (reader.IsHidden()) return;
    v1::Row row;
    *row.mutable_disk() = reader.ReadDisk();
    const v1::Disk disk = row.disk();
    // A card reader without a card.
    if (disk.removable() && !disk.has_size_bytes()) return;
    output->Add(row);
    *row.mutable_disk_identity() = reader.ReadIdentity();
    output->Add(row);
    // What can be carried to another machine does not tell which this is.
    if (disk.removable() || disk.transport() == "usb") return;
    const v1::DiskIdentity& identity = row.disk_identity();
    if (identity.has_wwn()) {
      ids->push_back(identity.wwn());
    } else if (identity.has_serial_number()) {
      ids->push_back(identity.serial_number());
    }
  }
};

}  // namespace

std::unique_ptr<Source> MakeDiskSource() {
  return std::make_unique<DiskSource>();
}

}  // namespace rollcall
