// What kinds of object the contract repository knows. To add one: a message in
// contract.proto, a file under objects/, and a line in object_kind.cc.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/message.h"
#include "rollcall/v1/change_service.pb.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

using ObjectNumber = v1::ContractObject::ObjectCase;

// What names an object, in lower case, as its key and its id have it. Ordered.
struct ObjectName {
  std::array<std::string, 3> parts;

  friend auto operator<=>(const ObjectName&, const ObjectName&) = default;
};

// One kind. Stateless and thread-safe.
class ObjectKind {
 public:
  virtual ~ObjectKind() = default;

  // Stored: of the oneof in ContractObject.
  virtual ObjectNumber number() const = 0;
  // For people, for example "purchase order".
  virtual absl::string_view word() const = 0;
  // Whose policy its changes follow.
  virtual v1::ChangeSet::Kind change_kind() const = 0;

  // For all of these: `object` is of this kind.

  // The parts that name it, as they are written.
  virtual std::vector<std::string> NameParts(
      const v1::ContractObject& object) const = 0;
  // INVALID_ARGUMENT that names the field that is wrong and says what would be
  // right.
  virtual absl::Status Check(const v1::ContractObject& object) const = 0;
  // Fills in ids of the object and of those it names.
  virtual void SetIds(v1::ContractObject& object) const = 0;
  // Takes away all that does not name it.
  virtual void KeepName(v1::ContractObject& object) const = 0;
  // Takes away what is not said but derived.
  virtual void Strip(v1::ContractObject& object) const = 0;
  // The message itself.
  virtual const google::protobuf::Message& Message(
      const v1::ContractObject& object) const = 0;
};

// All kinds, in the order of their numbers.
absl::Span<const ObjectKind* const> AllObjectKinds();

// The kind with a number; null if there is none, as of an object without one.
const ObjectKind* FindObjectKind(int number);

// What names the object. REQUIRES: it is of a kind.
ObjectName NameOf(const v1::ContractObject& object);
// The same for people, for example "C-1 / PO-7 / 3".
std::string NameInWords(const v1::ContractObject& object);

// The id of an object of a kind: a hash of the kind's word and the parts of its
// name, each in lower case. Of entitlements, which had ids first, of the parts
// alone. 32 hex digits; "" for an empty first part.
std::string ObjectIdHex(ObjectNumber kind,
                        const std::vector<std::string>& parts);

}  // namespace rollcall::collector
