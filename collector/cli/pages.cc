#include "collector/cli/pages.h"

#include <vector>

namespace rollcall::cli {

void AddPage(const google::protobuf::Message& page,
             google::protobuf::Message& all) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  page.GetReflection()->ListFields(page, &fields);
  for (const auto* field : fields) {
    if (!field->is_repeated()) all.GetReflection()->ClearField(&all, field);
  }
  all.MergeFrom(page);
}

}  // namespace rollcall::cli
