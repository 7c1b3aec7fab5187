#include "collector/cli/field_arguments.h"

#include <memory>

#include "absl/strings/str_split.h"
#include "collector/cli/commands.h"
#include "collector/cli/parse.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "tests/support/status_matchers.h"

namespace rollcall::cli {
namespace {

FieldArguments SomeFields() {
  FieldArguments fields;
  DeclaredArgument("--section", fields).Fills("sections");
  DeclaredArgument("--date", fields).Fills("at.effective_date");
  DeclaredArgument("LINE", fields).Fills("line");
  DeclaredArgument("--used", fields).Fills("uses");
  return fields;
}

TEST(FieldArguments, AnErrorNamesTheArgumentThatFillsTheFieldItBeginsWith) {
  const FieldArguments fields = SomeFields();
  EXPECT_EQ(fields.Reword("sections: there is no section \"cpu\""),
            "--section: there is no section \"cpu\"");
  EXPECT_EQ(fields.Reword("line must be at least 1"),
            "LINE must be at least 1");
  EXPECT_EQ(fields.Reword("uses[3].entitlement_id must be 32 hex digits"),
            "--used[3].entitlement_id must be 32 hex digits");
  EXPECT_EQ(fields.Reword("uses.entitlement_id is not UTF-8"),
            "--used.entitlement_id is not UTF-8");
}

TEST(FieldArguments, AFieldMayBeNamedByTheEndOfItsWay) {
  const FieldArguments fields = SomeFields();
  EXPECT_EQ(fields.Reword("at.effective_date: no day"), "--date: no day");
  EXPECT_EQ(fields.Reword("effective_date: no day"), "--date: no day");
  EXPECT_EQ(fields.Reword("date: no day"), "date: no day");
}

TEST(FieldArguments, AFieldThatMayBeSeveralArgumentsStays) {
  FieldArguments fields;
  DeclaredArgument("--from", fields).Fills("before.effective_date");
  DeclaredArgument("--to", fields).Fills("after.effective_date");
  EXPECT_EQ(fields.Reword("effective_date: no day"), "effective_date: no day");
  EXPECT_EQ(fields.Reword("after.effective_date: no day"), "--to: no day");
}

TEST(FieldArguments, OtherWordsStay) {
  const FieldArguments fields = SomeFields();
  for (const char* text :
       {"", "line 3 of the file is empty", "the line is repaired", "line",
        "no section of these sections has a reason", "page_token is malformed",
        "entitlement C-2 / PO-7 / 1: line is empty",
        "what can is sections=..., line=", "\xff\n_"}) {
    EXPECT_EQ(fields.Reword(text), text);
  }
}

// Declares a command's arguments without parsing any.
class Recorder final : public Arguments {
 public:
  DeclaredArgument Positional(absl::string_view name, absl::string_view,
                              std::string*) override {
    return Declared(name);
  }
  DeclaredArgument Words(absl::string_view name, absl::string_view,
                         std::vector<std::string>*) override {
    return Declared(name);
  }
  DeclaredArgument Text(absl::string_view name, absl::string_view,
                        std::string*) override {
    return Declared(name);
  }
  DeclaredArgument Texts(absl::string_view name, absl::string_view,
                         std::vector<std::string>*) override {
    return Declared(name);
  }
  DeclaredArgument WholeTexts(absl::string_view name, absl::string_view,
                              std::vector<std::string>*) override {
    return Declared(name);
  }
  DeclaredArgument Number(absl::string_view name, absl::string_view, int, int,
                          int*) override {
    return Declared(name);
  }
  DeclaredArgument Flag(absl::string_view name, absl::string_view,
                        bool*) override {
    return Declared(name);
  }

  const FieldArguments& fields() const { return fields_; }

 private:
  DeclaredArgument Declared(absl::string_view name) {
    return {std::string(name), fields_};
  }

  FieldArguments fields_;
};

// Whether a message has the field of this way.
bool HasField(const google::protobuf::Descriptor* message,
              absl::string_view way) {
  const google::protobuf::FieldDescriptor* field = nullptr;
  for (const absl::string_view name : absl::StrSplit(way, '.')) {
    if (message == nullptr) return false;
    field = message->FindFieldByName(std::string(name));
    if (field == nullptr) return false;
    message = field->message_type();
  }
  return true;
}

TEST(FieldArguments, EveryFieldThatACommandNamesIsOneOfARequest) {
  const char* const kServices[] = {"Alert",     "Change",         "Contract",
                                   "Device",    "Document",       "Enrolment",
                                   "Identity",  "Invoice",        "Ledger",
                                   "Principal", "Reconciliation", "Register"};
  std::vector<const google::protobuf::Descriptor*> requests;
  for (const std::string name : kServices) {
    const auto* const service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
            "rollcall.v1." + name + "Service");
    ASSERT_NE(service, nullptr) << name;
    for (int i = 0; i < service->method_count(); ++i) {
      requests.push_back(service->method(i)->input_type());
    }
  }
  size_t checked = 0;
  for (const auto& command : MakeAllCommands()) {
    Recorder recorder;
    command->Declare(recorder);
    for (const auto& filled : recorder.fields().all()) {
      ++checked;
      EXPECT_TRUE(std::any_of(
          requests.begin(), requests.end(),
          [&](const auto* request) { return HasField(request, filled.field); }))
          << command->name() << ": " << filled.argument << " fills "
          << filled.field;
    }
  }
  EXPECT_GT(checked, 50u);
}

}  // namespace
}  // namespace rollcall::cli
