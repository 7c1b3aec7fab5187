// What virtual firmware and virtual devices call themselves.
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/sources/virtualization_layers.h"

namespace rollcall {
namespace {

using Layer = v1::VirtualizationLayer;
constexpr auto kGuest = Layer::KIND_HYPERVISOR_GUEST;
constexpr auto kCloud = Layer::KIND_CLOUD_INSTANCE;

// The texts of SMBIOS that tell.
struct DmiTexts {
  absl::string_view maker;
  absl::string_view product;
  absl::string_view version;
  absl::string_view bios_vendor;
  absl::string_view bios_version;
  absl::string_view board_maker;
  absl::string_view chassis_tag;
};

struct DmiRule {
  absl::string_view DmiTexts::*text;
  // What the text begins with.
  absl::string_view prefix;
  Layer::Kind kind;
  absl::string_view technology;
};

// From the documentation and source of the hypervisors and clouds.
constexpr DmiRule kRules[] = {
    {&DmiTexts::product, "KVM", kGuest, "kvm"},
    {&DmiTexts::product, "RHEV Hypervisor", kGuest, "kvm"},
    {&DmiTexts::product, "oVirt", kGuest, "kvm"},
    {&DmiTexts::product, "AHV", kGuest, "kvm"},
    {&DmiTexts::product, "Google Compute Engine", kGuest, "kvm"},
    {&DmiTexts::product, "OpenStack Nova", kGuest, "kvm"},
    {&DmiTexts::product, "OpenStack Compute", kGuest, "kvm"},
    {&DmiTexts::maker, "DigitalOcean", kGuest, "kvm"},
    {&DmiTexts::maker, "VMware", kGuest, "vmware"},
    {&DmiTexts::maker, "innotek GmbH", kGuest, "virtualbox"},
    {&DmiTexts::product, "VirtualBox", kGuest, "virtualbox"},
    {&DmiTexts::maker, "Xen", kGuest, "xen"},
    {&DmiTexts::bios_vendor, "Xen", kGuest, "xen"},
    {&DmiTexts::maker, "Parallels", kGuest, "parallels"},
    {&DmiTexts::maker, "BHYVE", kGuest, "bhyve"},
    {&DmiTexts::product, "BHYVE", kGuest, "bhyve"},
    {&DmiTexts::bios_vendor, "BHYVE", kGuest, "bhyve"},
    {&DmiTexts::product, "Apple Virtualization", kGuest, "apple"},
    {&DmiTexts::maker, "QEMU", kGuest, "qemu"},
    {&DmiTexts::maker, "Bochs", kGuest, "qemu"},
    {&DmiTexts::bios_vendor, "Bochs", kGuest, "qemu"},
    {&DmiTexts::maker, "Amazon EC2", kCloud, "aws"},
    {&DmiTexts::bios_vendor, "Amazon EC2", kCloud, "aws"},
    {&DmiTexts::product, "Google Compute Engine", kCloud, "gcp"},
    {&DmiTexts::chassis_tag, "7783-7084-3265-9085-8269-3286-77", kCloud,
     "azure"},
    {&DmiTexts::chassis_tag, "OracleCloud.com", kCloud, "oci"},
    {&DmiTexts::chassis_tag, "HUAWEICLOUD", kCloud, "huawei"},
    {&DmiTexts::maker, "Alibaba Cloud", kCloud, "alibaba"},
    {&DmiTexts::maker, "Tencent Cloud", kCloud, "tencent"},
    {&DmiTexts::maker, "DigitalOcean", kCloud, "digitalocean"},
    {&DmiTexts::maker, "Hetzner", kCloud, "hetzner"},
    {&DmiTexts::maker, "Scaleway", kCloud, "scaleway"},
    {&DmiTexts::maker, "Vultr", kCloud, "vultr"},
    {&DmiTexts::maker, "Linode", kCloud, "akamai"},
    {&DmiTexts::maker, "Akamai", kCloud, "akamai"},
    {&DmiTexts::maker, "UpCloud", kCloud, "upcloud"},
    {&DmiTexts::maker, "Exoscale", kCloud, "exoscale"},
    {&DmiTexts::maker, "OpenStack Foundation", kCloud, "openstack"},
    {&DmiTexts::product, "OpenStack Nova", kCloud, "openstack"},
    {&DmiTexts::product, "OpenStack Compute", kCloud, "openstack"},
    {&DmiTexts::product, "CloudStack", kCloud, "cloudstack"},
};

DmiTexts TextsOf(const FirmwareFacts& facts) {
  DmiTexts texts;
  texts.maker = facts.system.manufacturer();
  texts.product = facts.system.product_name();
  texts.version = facts.system.version();
  texts.bios_vendor = facts.bios.vendor();
  texts.bios_version = facts.bios.version();
  if (!facts.boards.empty()) {
    texts.board_maker = facts.boards[0].manufacturer();
  }
  if (!facts.chassis_identities.empty()) {
    texts.chassis_tag = facts.chassis_identities[0].asset_tag();
  }
  return texts;
}

struct Signature {
  absl::string_view text;
  absl::string_view technology;
};

// CPUID leaf 0x40000000, from the hypervisors' documentation. KVM and Xen come
// first, since they state their own signature after another's that they
// imitate.
constexpr Signature kSignatures[] = {
    {"KVMKVMKVM", "kvm"},
    {"XenVMMXenVMM", "xen"},
    {"Linux KVM Hv", "kvm"},
    {"VMwareVMware", "vmware"},
    {"Microsoft Hv", "hyperv"},
    {"VBoxVBoxVBox", "virtualbox"},
    {"bhyve bhyve", "bhyve"},
    {"TCGTCGTCGTCG", "qemu"},
    {"ACRNACRNACRN", "acrn"},
    {"prl hyperv", "parallels"},
    {"lrpepyh", "parallels"},
    {"QNXQVMBSQG", "qnx"},
    {"UnisysSpar64", "unisys-spar"},
    {"SRESRESRESRE", "lockheed-sre"},
    {"EVMMEVMMEVMM", "intel-evmm"},
};

struct PciRule {
  uint32_t id;
  // The bits of the id that count: vendor in the high half, device in the low.
  uint32_t mask;
  absl::string_view technology;
};

constexpr uint32_t kWholeId = 0xffffffff;
constexpr uint32_t kVendor = 0xffff0000;

// Ids from the PCI ID registry. VMware's 15ad:0405 alone does not tell, since
// QEMU imitates that display.
constexpr PciRule kPciRules[] = {
    {0x58530001, kWholeId, "xen"},    {0x15ad0710, kWholeId, "vmware"},
    {0x15ad0740, kWholeId, "vmware"}, {0x15ad0790, kWholeId, "vmware"},
    {0x15ad07a0, kWholeId, "vmware"}, {0x80ee0000, kVendor, "virtualbox"},
    {0x14145353, kWholeId, "hyperv"}, {0x1ab80000, kVendor, "parallels"},
    {0x1b360000, kVendor, "qemu"},    {0x12341111, kWholeId, "qemu"},
};

}  // namespace

void DetectFromFirmware(const FirmwareFacts& facts,
                        VirtualizationLayers* layers) {
  const DmiTexts texts = TextsOf(facts);
  for (const DmiRule& rule : kRules) {
    if (absl::StartsWith(texts.*rule.text, rule.prefix)) {
      layers->Add(rule.kind, rule.technology,
                  absl::StrCat("SMBIOS \"", rule.prefix, "\""));
    }
  }
  // Microsoft makes computers, too.
  if (texts.maker == "Microsoft Corporation" &&
      texts.product == "Virtual Machine") {
    layers->Add(kGuest, "hyperv", "SMBIOS \"Virtual Machine\"");
  }
  // "4.11.amazon" on instances that run on Xen.
  if (absl::EndsWith(texts.bios_version, ".amazon")) {
    layers->Add(kCloud, "aws", "SMBIOS \"amazon\"");
  }
}

void DetectFromSignatures(absl::string_view signatures,
                          VirtualizationLayers* layers) {
  for (const Signature& signature : kSignatures) {
    if (absl::StrContains(signatures, signature.text)) {
      layers->Add(kGuest, signature.technology, "cpuid hypervisor signature");
      return;
    }
  }
  layers->AddUnnamedGuest("cpuid hypervisor signature");
}

void DetectFromPciDevices(absl::string_view content,
                          VirtualizationLayers* layers) {
  for (const absl::string_view line : absl::StrSplit(content, '\n')) {
    const std::vector<absl::string_view> columns =
        absl::StrSplit(line, absl::MaxSplits('\t', 2));
    uint32_t id = 0;
    if (columns.size() < 2 || columns[1].size() != 8 ||
        !absl::SimpleHexAtoi(columns[1], &id)) {
      continue;
    }
    for (const PciRule& rule : kPciRules) {
      if ((id & rule.mask) != rule.id) continue;
      layers->Add(kGuest, rule.technology,
                  absl::StrCat("PCI device ", columns[1].substr(0, 4), ":",
                               columns[1].substr(4)));
    }
  }
}

}  // namespace rollcall
