#include "agent/sources/dpkg_status.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using rollcall::testing::Require;
  if (size == 0) return 0;
  constexpr size_t kMaxLine = 512;
  const auto take = [&](const rollcall::DpkgPackage& package) {
    Require(!package.name.empty(), "a package has a name");
    Require(!package.version.empty(), "a package has a version");
    Require(package.version.size() <= kMaxLine, "fields are bounded");
  };
  rollcall::DpkgStatusParser parser(/*status_optional=*/data[0] % 2 == 0, take);
  const auto add = [&](const rollcall::Line& line) { parser.AddLine(line); };
  rollcall::LineSplitter splitter(kMaxLine, add);
  // The file comes in two pieces, cut anywhere.
  const absl::string_view text = rollcall::testing::AsText(data + 1, size - 1);
  const size_t cut = text.empty() ? 0 : data[0] % text.size();
  splitter.Add(text.substr(0, cut));
  splitter.Add(text.substr(cut));
  splitter.Finish();
  parser.Finish();
  return 0;
}
