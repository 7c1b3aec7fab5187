// Most of what every kind of object is, from its message and four functions.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "collector/contracts/object_kind.h"
#include "google/protobuf/descriptor.h"

namespace rollcall::collector {

// What differs from kind to kind.
template <typename T>
struct KindTraits {
  ObjectNumber number;
  absl::string_view word;
  v1::ChangeSet::Kind change_kind;
  const T& (v1::ContractObject::*get)() const;
  T* (v1::ContractObject::*mutable_get)();
  // The fields that name it, texts all.
  std::vector<absl::string_view> name_fields;
  absl::Status (*check)(const T&);
  void (*set_ids)(T&);
  void (*strip)(T&);
};

template <typename T>
class KindOf final : public ObjectKind {
 public:
  explicit KindOf(KindTraits<T> traits) : traits_(std::move(traits)) {
    for (const absl::string_view name : traits_.name_fields) {
      name_fields_.push_back(
          T::descriptor()->FindFieldByName(std::string(name)));
    }
  }

  ObjectNumber number() const override { return traits_.number; }
  absl::string_view word() const override { return traits_.word; }
  v1::ChangeSet::Kind change_kind() const override {
    return traits_.change_kind;
  }

  std::vector<std::string> NameParts(
      const v1::ContractObject& object) const override {
    std::vector<std::string> parts;
    const T& message = Get(object);
    for (const auto* field : name_fields_) {
      parts.push_back(message.GetReflection()->GetString(message, field));
    }
    return parts;
  }

  void KeepName(v1::ContractObject& object) const override {
    T& message = *(object.*traits_.mutable_get)();
    T named;
    for (const auto* field : name_fields_) {
      named.GetReflection()->SetString(
          &named, field, message.GetReflection()->GetString(message, field));
    }
    message = std::move(named);
  }

  absl::Status Check(const v1::ContractObject& object) const override {
    const absl::Status status = traits_.check(Get(object));
    if (status.ok()) return status;
    return absl::InvalidArgumentError(absl::StrCat(
        traits_.word, " ", NameInWords(object), ": ", status.message()));
  }

  void SetIds(v1::ContractObject& object) const override {
    traits_.set_ids(*(object.*traits_.mutable_get)());
  }
  void Strip(v1::ContractObject& object) const override {
    traits_.strip(*(object.*traits_.mutable_get)());
  }

  const google::protobuf::Message& Message(
      const v1::ContractObject& object) const override {
    return Get(object);
  }

 private:
  const T& Get(const v1::ContractObject& object) const {
    return (object.*traits_.get)();
  }

  const KindTraits<T> traits_;
  std::vector<const google::protobuf::FieldDescriptor*> name_fields_;
};

}  // namespace rollcall::collector
