#include "agent/sources/virtualization_layers.h"

namespace rollcall {
namespace {

using Layer = v1::VirtualizationLayer;

}  // namespace

void VirtualizationLayers::Add(Kind kind, absl::string_view technology,
                               absl::string_view evidence) {
  layers_[{kind, std::string(technology)}].emplace(evidence);
  if (kind == Layer::KIND_HYPERVISOR_GUEST && innermost_.empty()) {
    innermost_ = std::string(technology);
  }
}

void VirtualizationLayers::AddUnnamedGuest(absl::string_view evidence) {
  unnamed_guest_.emplace(evidence);
}

void VirtualizationLayers::MergeGuest(absl::string_view from,
                                      absl::string_view to) {
  const auto source =
      layers_.find({Layer::KIND_HYPERVISOR_GUEST, std::string(from)});
  const auto target =
      layers_.find({Layer::KIND_HYPERVISOR_GUEST, std::string(to)});
  if (source == layers_.end() || target == layers_.end()) return;
  target->second.insert(source->second.begin(), source->second.end());
  layers_.erase(source);
  if (innermost_ == from) innermost_ = std::string(to);
}

VirtualizationFacts VirtualizationLayers::Finish() {
  // QEMU makes the devices of KVM guests.
  MergeGuest("qemu", "kvm");
  // The domain that controls Xen runs on Xen like a guest, and some signs call
  // it one.
  if (Has(Layer::KIND_HYPERVISOR_HOST, "xen")) {
    layers_.erase({Layer::KIND_HYPERVISOR_GUEST, "xen"});
    unnamed_guest_.clear();
    innermost_ = "xen";
  }
  if (!unnamed_guest_.empty()) {
    layers_[{Layer::KIND_HYPERVISOR_GUEST, innermost_}].insert(
        unnamed_guest_.begin(), unnamed_guest_.end());
  }
  VirtualizationFacts facts;
  // QEMU's devices do not tell whether KVM, Xen or nothing is beneath them.
  if (!innermost_.empty() && innermost_ != "qemu") {
    facts.hypervisor = innermost_;
  }
  for (const auto& [key, evidence] : layers_) {
    Layer& layer = facts.layers.emplace_back();
    layer.set_kind(key.first);
    if (!key.second.empty()) layer.set_technology(key.second);
    layer.mutable_evidence()->Assign(evidence.begin(), evidence.end());
  }
  return facts;
}

}  // namespace rollcall
