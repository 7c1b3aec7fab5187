#include "agent/host/line_reader.h"
#include "agent/sources/cpu_info.h"
#include "agent/sources/cpu_topology.h"
#include "common/text.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using rollcall::testing::Require;
  rollcall::CpuInfoParser parser;
  const auto add = [&](const rollcall::Line& line) {
    parser.AddLine(line.text, line.cut);
  };
  rollcall::LineSplitter splitter(256, add);
  splitter.Add(rollcall::testing::AsText(data, size));
  splitter.Finish();
  const rollcall::CpuInfo info = parser.Finish();
  Require(rollcall::IsValidUtf8(info.vendor), "the vendor is UTF-8");
  for (const std::string& model : info.models) {
    Require(rollcall::IsValidUtf8(model), "models are UTF-8");
  }
  const int online = static_cast<int>(info.processors.size());
  const auto counts = rollcall::CountTopologyFromCpuInfo(info, online);
  Require(!counts.cores || *counts.cores <= online, "cores <= CPUs");
  Require(!counts.cores || *counts.sockets <= *counts.cores,
          "sockets <= cores");
  return 0;
}
