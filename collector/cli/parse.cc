#include "collector/cli/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "collector/cli/commands.h"
#include "common/host_port.h"
#include "common/status.h"
#include "common/version.h"

namespace rollcall::cli {
namespace {

constexpr absl::string_view kExamples =
    "Examples:\n"
    "  rollcall devices\n"
    "  rollcall device show laptop-17 --section=software --output=csv\n"
    "  rollcall contracts import contracts.csv --dry-run\n"
    "  rollcall changes list --state=proposed\n"
    "  rollcall position --date=2026-12-31 --fail-on-shortfall\n"
    "  rollcall undiscovered --state=never-seen --output=json\n"
    "\n"
    "A configuration file spares the options for the connection:\n"
    "  collector=rollcall.example.com:7444\n"
    "  ca=/etc/rollcall/ca.pem\n"
    "  cert=/etc/rollcall/admin-jo.pem\n"
    "  key=/etc/rollcall/admin-jo.key\n";

// Where a collector takes administrators, unless it was told otherwise.
constexpr int kAdminPort = 7444;

constexpr absl::string_view kSeeHelp =
    "\nRun with --help to see what is possible.";

std::string OptionName(absl::string_view name) {
  return absl::StrCat("--", name);
}

// Says what is wrong with a number. CLI11 would read "030" and "0x10" as C
// does.
std::string CheckDecimal(const std::string& text) {
  absl::string_view digits = text;
  absl::ConsumePrefix(&digits, "-");
  const bool is_decimal =
      !digits.empty() && (digits == "0" || digits[0] != '0') &&
      std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit);
  if (is_decimal) return "";
  return absl::StrCat("\"", text,
                      "\" is no number; write it in decimal digits, without a "
                      "leading zero, such as 30");
}

class Cli11Arguments final : public Arguments {
 public:
  Cli11Arguments(CLI::App& app, FieldArguments& fields)
      : app_(app), fields_(fields) {}

  DeclaredArgument Positional(absl::string_view name, absl::string_view help,
                              std::string* target) override {
    return Word(name, help, *target);
  }
  DeclaredArgument Words(absl::string_view name, absl::string_view help,
                         std::vector<std::string>* target) override {
    return Word(name, help, *target);
  }
  DeclaredArgument Text(absl::string_view name, absl::string_view help,
                        std::string* target) override {
    app_.add_option(OptionName(name), *target, std::string(help))
        ->option_text("TEXT");
    return {OptionName(name), fields_};
  }
  DeclaredArgument Texts(absl::string_view name, absl::string_view help,
                         std::vector<std::string>* target) override {
    app_.add_option(OptionName(name), *target, std::string(help))
        ->delimiter(',')
        ->allow_extra_args(false)
        ->option_text("TEXT,...");
    return {OptionName(name), fields_};
  }
  DeclaredArgument WholeTexts(absl::string_view name, absl::string_view help,
                              std::vector<std::string>* target) override {
    app_.add_option(OptionName(name), *target, std::string(help))
        ->allow_extra_args(false)
        ->option_text("TEXT");
    return {OptionName(name), fields_};
  }
  DeclaredArgument Number(absl::string_view name, absl::string_view help,
                          int least, int most, int* target) override {
    app_.add_option(OptionName(name), *target, std::string(help))
        ->check(CheckDecimal)
        ->check(CLI::Range(least, most))
        ->option_text("N");
    return {OptionName(name), fields_};
  }
  DeclaredArgument Flag(absl::string_view name, absl::string_view help,
                        bool* target) override {
    app_.add_flag(OptionName(name), *target, std::string(help));
    return {OptionName(name), fields_};
  }

 private:
  template <typename Target>
  DeclaredArgument Word(absl::string_view name, absl::string_view help,
                        Target& target) {
    app_.add_option(std::string(name), target, std::string(help))
        ->required()
        ->option_text(" ");
    return {std::string(name), fields_};
  }

  CLI::App& app_;
  FieldArguments& fields_;
};

void DeclareGlobals(CLI::App& app, const std::string& default_config,
                    GlobalOptions& options) {
  app.set_config("--config", default_config,
                 "Options, one name=value a line, default: $ROLLCALL_CONFIG",
                 /*config_required=*/!default_config.empty())
      ->option_text("FILE");
  app.allow_config_extras(CLI::config_extras_mode::error);
  const auto add = [&app](const char* name, auto& target, const char* what) {
    return app.add_option(name, target,
                          absl::StrCat(what, ", default: ", target));
  };
  add("--collector", options.collector, "The collector's administrators' port")
      ->option_text("HOST:PORT");
  add("--ca", options.ca, "The authority's certificate, PEM")
      ->option_text("FILE");
  add("--cert", options.cert, "Your certificate, PEM")->option_text("FILE");
  add("--key", options.key, "Your key, PEM")->option_text("FILE");
  add("--timeout", options.timeout_seconds, "Seconds to wait for each answer")
      ->check(CheckDecimal)
      ->check(CLI::Range(1, 3'600))
      ->option_text("N");
  add("--output", options.output, "table, json or csv")
      ->check(CLI::IsMember({"table", "json", "csv"}))
      ->option_text("FORMAT");
}

absl::Status CompleteCollector(GlobalOptions& options) {
  auto collector = WithPort(options.collector, kAdminPort);
  if (!collector.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--collector: ", collector.status().message()));
  }
  options.collector = *std::move(collector);
  return absl::OkStatus();
}

// A command, and what its arguments fill.
struct Leaf {
  Command* command = nullptr;
  FieldArguments fields;
};

// The tree of subcommands under one root.
class Tree {
 public:
  explicit Tree(CLI::App& root) : root_(root) {}

  void Add(Command& command) {
    const std::pair<std::string, std::string> words = SplitName(command.name());
    CLI::App& parent = words.first.empty() ? root_ : Parent(words.first);
    CLI::App* app =
        parent.add_subcommand(words.second, std::string(command.summary()));
    app->footer(absl::StrCat("Examples:\n", command.examples(),
                             "\n`rollcall --help` tells the options for "
                             "connection and output, and the exit codes."));
    Leaf& leaf = leaves_[app];
    leaf.command = &command;
    Cli11Arguments arguments(*app, leaf.fields);
    command.Declare(arguments);
    apps_[std::string(command.name())] = app;
  }

  // The command that parsing ended at. INVALID_ARGUMENT if it ended before any,
  // or if an option stands that belongs to a word before it.
  absl::StatusOr<Leaf> Parsed() const {
    const CLI::App* app = &root_;
    while (!app->get_subcommands().empty()) {
      app = app->get_subcommands()[0];
      if (app->get_subcommands().empty()) break;
      for (const CLI::Option* option : app->get_options()) {
        if (option->count() == 0) continue;
        return absl::InvalidArgumentError(
            absl::StrCat(option->get_name(), " belongs to `rollcall ",
                         app->get_name(), "` alone"));
      }
    }
    for (const CLI::Option* word : app->get_options(IsWord)) {
      if (word->count() > 0) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(word->get_name(), " is required", kSeeHelp));
    }
    const auto found = leaves_.find(app);
    if (found != leaves_.end()) return found->second;
    return absl::InvalidArgumentError(
        absl::StrCat("a command is missing", app == &root_ ? "" : " after ",
                     app == &root_ ? "" : app->get_name(), kSeeHelp));
  }

 private:
  // Whether it is a word without a dash.
  static bool IsWord(const CLI::Option* option) {
    return option->get_positional();
  }

  // All words but the last, and the last.
  static std::pair<std::string, std::string> SplitName(absl::string_view name) {
    const size_t space = name.rfind(' ');
    if (space == name.npos) return {"", std::string(name)};
    return {std::string(name.substr(0, space)),
            std::string(name.substr(space + 1))};
  }

  // The command, or the group, of this name; a group is made on first use.
  // Words that the command needs are needed only where it is the last one:
  // see Parsed.
  CLI::App& Parent(const std::string& word) {
    CLI::App*& app = apps_[word];
    if (app != nullptr) {
      for (CLI::Option* needed : app->get_options()) {
        if (IsWord(needed)) needed->required(false);
      }
      return *app;
    }
    for (const CommandGroup& group : AllCommandGroups()) {
      if (group.name != word) continue;
      const std::pair<std::string, std::string> words = SplitName(word);
      CLI::App& parent = words.first.empty() ? root_ : Parent(words.first);
      app = parent.add_subcommand(words.second, std::string(group.summary));
    }
    return *app;
  }

  CLI::App& root_;
  std::map<std::string, CLI::App*> apps_;
  // Stay where they are, as declared arguments refer to them.
  std::map<const CLI::App*, Leaf> leaves_;
};

// CLI11 takes "--name=" for "--name", and so the argument after it for the
// value: a script's empty variable would swallow an option.
absl::Status CheckValuesAreThere(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    // What follows are words, whatever they look like.
    if (argument == "--") break;
    absl::string_view name = argument;
    if (!absl::StartsWith(name, "--") || !absl::ConsumeSuffix(&name, "=") ||
        absl::StrContains(name, '=')) {
      continue;
    }
    return absl::InvalidArgumentError(absl::StrCat(
        name, " has no value; write it after the \"=\", or leave out ", name));
  }
  return absl::OkStatus();
}

// CLI11 reports by exceptions; none leaves this function. --help and --version
// make `help`.
absl::Status Parse(CLI::App& app, const std::vector<std::string>& arguments,
                   std::string& help) {
  ROLLCALL_RETURN_IF_ERROR(CheckValuesAreThere(arguments));
  // CLI11 takes them last first.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    help = app.help();
  } catch (const CLI::CallForVersion& version) {
    help = absl::StrCat(version.what(), "\n");
  } catch (const CLI::ConfigError& error) {
    return absl::InvalidArgumentError(absl::StrCat(
        "configuration file: there is no such option: ",
        absl::StripPrefix(error.what(), "INI was not able to parse "),
        kSeeHelp));
  } catch (const CLI::Error& error) {
    return absl::InvalidArgumentError(absl::StrCat(error.what(), kSeeHelp));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Invocation> ParseArguments(
    const std::vector<std::string>& arguments,
    const std::string& default_config,
    absl::Span<const std::unique_ptr<Command>> commands) {
  Invocation invocation;
  CLI::App app(
      "Asks a Rollcall collector which devices and software there are, and "
      "whether the contracts cover them.",
      "rollcall");
  app.set_version_flag("--version", absl::StrCat("rollcall ", kVersion));
  app.fallthrough();
  app.require_subcommand(0, 1);
  app.get_formatter()->column_width(32);
  DeclareGlobals(app, default_config, invocation.options);
  Tree tree(app);
  for (const auto& command : commands) tree.Add(*command);
  app.footer(absl::StrCat(kExamples, "\n", ExitCodeHelp()));
  ROLLCALL_RETURN_IF_ERROR(Parse(app, arguments, invocation.help));
  if (!invocation.help.empty()) return invocation;
  ROLLCALL_ASSIGN_OR_RETURN(Leaf leaf, tree.Parsed());
  invocation.command = leaf.command;
  invocation.fields = std::move(leaf.fields);
  ROLLCALL_RETURN_IF_ERROR(CompleteCollector(invocation.options));
  return invocation;
}

}  // namespace rollcall::cli
