// The methods of the project's services, from the descriptors that the
// collector serves.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.pb.h"
#include "gtest/gtest.h"

namespace rollcall {
// Defined in the generated descriptors.cc.
const unsigned char* DescriptorSetBytes(unsigned long* size);
}  // namespace rollcall

namespace rollcall::testing {

struct ServedMethod {
  // "rollcall.v1.DeviceService.ListDevices".
  std::string name;
  // "/rollcall.v1.DeviceService/ListDevices".
  std::string path;
  // The full name of its request, with a dot before it.
  std::string request;
  // Whether it answers with a stream.
  bool is_stream = false;
};

// All of package rollcall.v1, those of agents among them.
inline std::vector<ServedMethod> ServedMethods() {
  unsigned long size = 0;
  const unsigned char* const bytes = DescriptorSetBytes(&size);
  google::protobuf::FileDescriptorSet files;
  EXPECT_TRUE(files.ParseFromArray(bytes, static_cast<int>(size)));
  std::vector<ServedMethod> methods;
  for (const auto& file : files.file()) {
    if (file.package() != "rollcall.v1") continue;
    for (const auto& service : file.service()) {
      const std::string name =
          absl::StrCat(file.package(), ".", service.name());
      for (const auto& method : service.method()) {
        methods.push_back({absl::StrCat(name, ".", method.name()),
                           absl::StrCat("/", name, "/", method.name()),
                           method.input_type(), method.server_streaming()});
      }
    }
  }
  return methods;
}

}  // namespace rollcall::testing
