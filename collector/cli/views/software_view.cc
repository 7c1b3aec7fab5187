#include "collector/cli/views/software_view.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/cli/columns.h"
#include "collector/cli/views/device_view.h"

namespace rollcall::cli {
namespace {

using v1::SoftwareDevice;
using v1::SoftwareEntry;

std::string ProductText(const SoftwareEntry& entry) {
  const v1::RecognisedProduct& product = entry.product();
  if (product.product().empty()) return "";
  return absl::StrCat(product.publisher(), " ", product.product(),
                      product.has_edition() ? " " : "", product.edition());
}

constexpr Column<SoftwareEntry> kSoftwareColumns[] = {
    {nullptr, "row_id", Align::kLeft,
     [](const SoftwareEntry& e) { return e.row_id(); }},
    {"NAME", "name", Align::kLeft,
     [](const SoftwareEntry& e) { return e.package().name(); }},
    {"VERSION", "version", Align::kLeft,
     [](const SoftwareEntry& e) { return e.package().version(); }},
    {"ARCH", "architecture", Align::kLeft,
     [](const SoftwareEntry& e) { return e.package().architecture(); }},
    {"FROM", "ecosystem", Align::kLeft,
     [](const SoftwareEntry& e) { return e.package().ecosystem(); }},
    {nullptr, "publisher", Align::kLeft,
     [](const SoftwareEntry& e) { return e.package().publisher(); }},
    {"RECOGNISED AS", nullptr, Align::kLeft, ProductText},
    {nullptr, "product_publisher", Align::kLeft,
     [](const SoftwareEntry& e) { return e.product().publisher(); }},
    {nullptr, "product", Align::kLeft,
     [](const SoftwareEntry& e) { return e.product().product(); }},
    {nullptr, "product_edition", Align::kLeft,
     [](const SoftwareEntry& e) { return e.product().edition(); }},
    {nullptr, "product_version", Align::kLeft,
     [](const SoftwareEntry& e) { return e.product().version(); }},
    {nullptr, "rule_id", Align::kLeft,
     [](const SoftwareEntry& e) { return e.product().rule_id(); }},
    {"DEVICES", "device_count", Align::kRight,
     [](const SoftwareEntry& e) { return absl::StrCat(e.device_count()); }},
};

std::string PackagesText(const SoftwareDevice& device) {
  return absl::StrJoin(
      device.packages(), ", ",
      [](std::string* out, const v1::SoftwarePackage& package) {
        absl::StrAppend(out, package.name(), " ", package.version());
      });
}

constexpr Column<SoftwareDevice> kSoftwareDeviceColumns[] = {
    {"DEVICE", nullptr, Align::kKey,
     [](const SoftwareDevice& d) { return ShortId(d.device_id()); }},
    {"HOST", nullptr, Align::kLeft,
     [](const SoftwareDevice& d) { return d.hostname(); }},
    {"PACKAGES", nullptr, Align::kWrap, PackagesText},
};

struct Install {
  const SoftwareDevice* device;
  const v1::SoftwarePackage* package;
};

constexpr Column<Install> kInstallColumns[] = {
    {nullptr, "device_id", Align::kLeft,
     [](const Install& i) { return i.device->device_id(); }},
    {nullptr, "hostname", Align::kLeft,
     [](const Install& i) { return i.device->hostname(); }},
    {nullptr, "ecosystem", Align::kLeft,
     [](const Install& i) { return i.package->ecosystem(); }},
    {nullptr, "name", Align::kLeft,
     [](const Install& i) { return i.package->name(); }},
    {nullptr, "version", Align::kLeft,
     [](const Install& i) { return i.package->version(); }},
    {nullptr, "architecture", Align::kLeft,
     [](const Install& i) { return i.package->architecture(); }},
};

}  // namespace

std::string SoftwareTable(const v1::ListSoftwareResponse& response, int width) {
  if (response.software().empty()) return "";
  return RenderTable(ToTable(kSoftwareColumns, response.software()), width);
}

std::string SoftwareCsv(const v1::ListSoftwareResponse& response) {
  return ToCsv(kSoftwareColumns, response.software());
}

std::string SoftwareDevicesTable(
    const v1::ListSoftwareDevicesResponse& response, int width) {
  if (response.devices().empty()) return "";
  return RenderTable(ToTable(kSoftwareDeviceColumns, response.devices()),
                     width);
}

std::string SoftwareDevicesCsv(
    const v1::ListSoftwareDevicesResponse& response) {
  std::vector<Install> installs;
  for (const SoftwareDevice& device : response.devices()) {
    for (const v1::SoftwarePackage& package : device.packages()) {
      installs.push_back({&device, &package});
    }
  }
  return ToCsv(kInstallColumns, installs);
}

}  // namespace rollcall::cli
