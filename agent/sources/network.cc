// hardware.network: the network interfaces, and the addresses that identify
// the machine.
#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/sources/fact_text.h"
#include "agent/sources/link_names.h"
#include "agent/sources/sources.h"

namespace rollcall {
namespace {

constexpr char kSection[] = "hardware.network";
constexpr char kNetPath[] = "/sys/class/net";
constexpr size_t kMaxLinks = 65'536;
constexpr size_t kMaxAttributeBytes = 4096;
constexpr int kMaxEvidence = 64;

// From linux/if_arp.h.
constexpr int64_t kTypeEthernet = 1;
constexpr int64_t kTypeInfiniband = 32;
constexpr int64_t kTypePpp = 512;
constexpr int64_t kTypeLoopback = 772;

// How the kernel came by an address (NET_ADDR_* in linux/netdevice.h).
constexpr int64_t kAddressPermanent = 0;
constexpr int64_t kAddressSet = 3;

// Reads what sysfs says of one interface.
class LinkReader {
 public:
  LinkReader(const HostFs& fs, absl::string_view name, SourceReport* report)
      : fs_(fs),
        path_(absl::StrCat(kNetPath, "/", name)),
        name_(name),
        report_(*report) {}

  std::optional<int64_t> Type() const { return Number("type"); }
  v1::NetworkInterface ReadInterface() const;
  // `permanent` is what rtnetlink says, or empty.
  v1::NetworkInterfaceIdentity ReadIdentity(absl::string_view permanent) const;

 private:
  bool Has(absl::string_view attribute) const {
    return fs_.Exists(absl::StrCat(path_, "/", attribute));
  }
  std::optional<std::string> Text(absl::string_view attribute) const {
    const auto content =
        fs_.Read(absl::StrCat(path_, "/", attribute), kMaxAttributeBytes);
    if (content.ok()) return FactText(*content);
    report_.NoteError(content.status());
    return std::nullopt;
  }
  std::optional<int64_t> Number(absl::string_view attribute) const {
    const auto text = Text(attribute);
    return text ? FactInteger(*text) : std::nullopt;
  }
  std::string Kind() const;
  std::optional<std::string> Driver() const;

  const HostFs& fs_;
  const std::string path_;
  const absl::string_view name_;
  SourceReport& report_;
};

std::string LinkReader::Kind() const {
  if (Has("wireless") || Has("phy80211")) return "wlan";
  if (Has("bridge")) return "bridge";
  if (Has("bonding")) return "bond";
  // "DEVTYPE=vlan" and the like.
  const auto content =
      fs_.Read(absl::StrCat(path_, "/uevent"), kMaxAttributeBytes);
  if (content.ok()) {
    for (absl::string_view line : absl::StrSplit(*content, '\n')) {
      if (!absl::ConsumePrefix(&line, "DEVTYPE=")) continue;
      if (auto kind = FactText(line)) return *kind;
    }
  }
  const int64_t type = Type().value_or(-1);
  if (type == kTypeInfiniband) return "infiniband";
  if (type == kTypePpp) return "ppp";
  if (type == kTypeEthernet && Has("device")) return "ethernet";
  return "virtual";
}

std::optional<std::string> LinkReader::Driver() const {
  const auto link = fs_.ReadLink(absl::StrCat(path_, "/device/driver"));
  if (!link.ok()) return std::nullopt;
  return FactText(absl::string_view(*link).substr(link->rfind('/') + 1));
}

v1::NetworkInterface LinkReader::ReadInterface() const {
  v1::NetworkInterface interface;
  interface.set_name(std::string(name_));
  interface.set_kind(Kind());
  interface.set_physical(Has("device"));
  if (auto driver = Driver()) interface.set_driver(*std::move(driver));
  return interface;
}

v1::NetworkInterfaceIdentity LinkReader::ReadIdentity(
    absl::string_view permanent) const {
  v1::NetworkInterfaceIdentity identity;
  const auto mac = ParseMac(Text("address").value_or(""));
  const auto origin = Number("addr_assign_type");
  auto permanent_mac = ParseMac(permanent);
  // A bond gives its address to its members, and keeps theirs here.
  if (!permanent_mac) {
    permanent_mac = ParseMac(Text("bonding_slave/perm_hwaddr").value_or(""));
  }
  if (!permanent_mac && origin == kAddressPermanent) permanent_mac = mac;
  if (permanent_mac) identity.set_permanent_mac(*permanent_mac);
  // One that was set is kept unless it was made up: those change with every
  // connection where people want privacy.
  const bool is_stable =
      origin == kAddressPermanent ||
      (origin == kAddressSet && mac && !IsLocallyAdministered(*mac));
  if (mac && is_stable) identity.set_mac(*mac);
  if (identity.ByteSizeLong() > 0) identity.set_name(std::string(name_));
  return identity;
}

class NetworkSource final : public Source {
 public:
  absl::string_view name() const override { return kSection; }

  SourceDescription Describe() const override {
    return {.sections = {kSection},
            .paths = {"/sys/class/net/*", "rtnetlink RTM_GETLINK"},
            .privileges = "",
            .cost = "about ten small files for each interface"};
  }

  SourceOutput Collect(const CollectContext& context) const override;

 private:
  using AddressMap = std::map<std::string, std::string>;

  static void AddLink(const HostFs& fs, const std::string& name,
                      const AddressMap& permanent, SourceOutput* output,
                      std::vector<std::string>* macs);
};

SourceOutput NetworkSource::Collect(const CollectContext& context) const {
  SourceOutput output;
  SourceReport& report = output.report(kSection);
  AddressMap permanent;
  if (context.probe != nullptr) {
    auto addresses = context.probe->PermanentAddresses();
    report.NoteError(addresses.status());
    if (addresses.ok()) permanent = *std::move(addresses);
  }
  const auto names = context.fs.List(kNetPath, kMaxLinks);
  if (absl::IsNotFound(names.status())) {
    report.Note(v1::SourceStatus::OUTCOME_ABSENT, names.status().message());
  }
  report.NoteError(names.status());
  if (!names.ok()) return output;
  std::vector<std::string> macs;
  for (const std::string& name : *names) {
    if (!IsPassingLinkName(name)) {
      AddLink(context.fs, name, permanent, &output, &macs);
    }
  }
  std::sort(macs.begin(), macs.end());
  macs.erase(std::unique(macs.begin(), macs.end()), macs.end());
  if (macs.size() > kMaxEvidence) macs.resize(kMaxEvidence);
  output.evidence().mutable_permanent_macs()->Assign(macs.begin(), macs.end());
  return output;
}

void NetworkSource::AddLink(const HostFs& fs, const std::string& name,
                            const AddressMap& permanent, SourceOutput* output,
                            std::vector<std::string>* macs) {
  const LinkReader reader(fs, name, &output->report(kSection));
  // Without a type it is no interface but a control file such as
  // "bonding_masters".
  const auto type = reader.Type();
  if (!type || *type == kTypeLoopback) return;
  v1::Row row;
  *row.mutable_network_interface() = reader.ReadInterface();
  const bool is_physical = row.network_interface().physical();
  output->Add(row);
  if (!is_physical) return;
  const auto known = permanent.find(name);
  *row.mutable_network_interface_identity() = reader.ReadIdentity(
      known == permanent.end() ? "" : absl::string_view(known->second));
  output->Add(row);
  const auto& identity = row.network_interface_identity();
  if (identity.has_permanent_mac()) macs->push_back(identity.permanent_mac());
}

}  // namespace

std::unique_ptr<Source> MakeNetworkSource() {
  return std::make_unique<NetworkSource>();
}

}  // namespace rollcall
