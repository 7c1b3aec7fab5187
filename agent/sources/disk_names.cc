#include "agent/sources/disk_names.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/sources/fact_text.h"

namespace rollcall {
namespace {

// Devices that are built on others, have no medium of their own, or hold parts
// of a disk that is listed under its own name.
constexpr absl::string_view kOtherPrefixes[] = {
    "loop",  "ram",   "zram", "dm-",      "md",       "sr",
    "nbd",   "fd",    "drbd", "bcache",   "zd",       "rbd",
    "nullb", "ublkb", "scd",  "mtdblock", "ubiblock", "pktcdvd"};

struct Transport {
  absl::string_view part;
  absl::string_view name;
};

// The nearest to the disk counts: a USB box may hold an ATA disk, and an NVMe
// drive sits on PCI. Looked for in this order.
constexpr Transport kTransports[] = {
    {"/usb", "usb"},       {"/nvme", "nvme"},         {"/virtio", "virtio"},
    {"/ata", "ata"},       {"/mmc", "mmc"},           {"/rport-", "fc"},
    {"/session", "iscsi"}, {"/end_device-", "sas"},   {"/ccw", "ccw"},
    {"/css", "ccw"},       {"/vbd-", "xen"},          {"/VMBUS", "vmbus"},
    {"/vmbus", "vmbus"},   {"/ieee1394", "firewire"}, {"/host", "scsi"}};

// From SPC-4: designator types, and the association with the logical unit.
constexpr int kDesignatorEui64 = 2;
constexpr int kDesignatorNaa = 3;
constexpr int kAssociationLogicalUnit = 0;

uint8_t ByteAt(absl::string_view bytes, size_t offset) {
  return static_cast<uint8_t>(bytes[offset]);
}

// The part of a page after its four bytes of header, as long as the header
// says, at most what is there.
absl::string_view PageBody(absl::string_view page, uint8_t code) {
  if (page.size() < 4 || ByteAt(page, 1) != code) return "";
  const size_t length =
      static_cast<size_t>(ByteAt(page, 2)) << 8 | ByteAt(page, 3);
  return page.substr(4, length);
}

}  // namespace

bool IsDiskName(absl::string_view name) {
  for (const absl::string_view prefix : kOtherPrefixes) {
    if (absl::StartsWith(name, prefix)) return false;
  }
  // Parts of an eMMC with a name of their own.
  return !absl::StrContains(name, "boot") && !absl::StrContains(name, "rpmb");
}

absl::string_view TransportOf(absl::string_view device_path) {
  for (const Transport& transport : kTransports) {
    if (absl::StrContains(device_path, transport.part)) return transport.name;
  }
  return "";
}

std::optional<std::string> ParseWwid(absl::string_view text) {
  auto name = FactText(text);
  if (!name) return std::nullopt;
  absl::AsciiStrToLower(&*name);
  absl::string_view digits = *name;
  if (!absl::ConsumePrefix(&digits, "naa.") &&
      !absl::ConsumePrefix(&digits, "eui.") &&
      !absl::ConsumePrefix(&digits, "uuid.")) {
    return std::nullopt;
  }
  if (digits.find_first_not_of("0-") == absl::string_view::npos) {
    return std::nullopt;
  }
  if (digits.find_first_not_of("0123456789abcdef-") !=
      absl::string_view::npos) {
    return std::nullopt;
  }
  return name;
}

std::optional<std::string> ParseVpdSerial(absl::string_view page) {
  absl::string_view body = PageBody(page, 0x80);
  return FactText(body.substr(0, body.find('\0')));
}

std::optional<std::string> ParseVpdWwn(absl::string_view page) {
  absl::string_view body = PageBody(page, 0x83);
  while (body.size() > 4) {
    const int type = ByteAt(body, 1) & 0x0f;
    const int association = ByteAt(body, 1) >> 4 & 0x03;
    const size_t length = ByteAt(body, 3);
    if (length > body.size() - 4) return std::nullopt;
    const std::string hex = absl::BytesToHexString(body.substr(4, length));
    body.remove_prefix(4 + length);
    if (association != kAssociationLogicalUnit) continue;
    std::optional<std::string> name;
    if (type == kDesignatorNaa) name = ParseWwid(absl::StrCat("naa.", hex));
    if (type == kDesignatorEui64) name = ParseWwid(absl::StrCat("eui.", hex));
    if (name) return name;
  }
  return std::nullopt;
}

}  // namespace rollcall
