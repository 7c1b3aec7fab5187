// Files of options for CLI11: a name=value on each line.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <istream>
#include <memory>
#include <utility>
#include <vector>

namespace rollcall {

// A file in which an option may stand on several lines, anywhere: else those
// that do not follow each other would be passed over.
class AllLines final : public CLI::ConfigTOML {
 public:
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    std::vector<CLI::ConfigItem> merged;
    for (CLI::ConfigItem& item : CLI::ConfigTOML::from_config(input)) {
      const auto same = std::find_if(
          merged.begin(), merged.end(), [&](const CLI::ConfigItem& other) {
            return other.name == item.name && other.parents == item.parents &&
                   item.name != "++" && item.name != "--";
          });
      if (same == merged.end()) {
        merged.push_back(std::move(item));
      } else {
        same->inputs.insert(same->inputs.end(), item.inputs.begin(),
                            item.inputs.end());
      }
    }
    return merged;
  }
};

// Adds --config. A name in the file that is no option is an error: what it was
// meant to say would be lost.
inline void AddOptionFile(CLI::App& app) {
  app.config_formatter(std::make_shared<AllLines>());
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.set_config("--config", "", "File of options, a line each: name=value");
}

}  // namespace rollcall
