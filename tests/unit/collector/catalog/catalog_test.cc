#include "collector/catalog/catalog.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "collector/catalog/rule_files.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using testing::EqualsText;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using testing::StatusIs;

v1::SoftwarePackage Package(absl::string_view name, absl::string_view version,
                            absl::string_view ecosystem = "deb") {
  v1::SoftwarePackage package;
  package.set_ecosystem(std::string(ecosystem));
  package.set_name(std::string(name));
  package.set_version(std::string(version));
  return package;
}

constexpr char kPack[] = R"pb(
  pack_id: "p"
  version: "1"
  rules {
    rule_id: "a"
    ecosystem: "deb"
    name_pattern: "ab+"
    publisher: "Pub"
    product: "Prod"
    because: "why"
  }
  tests {
    package { ecosystem: "deb" name: "abb" version: "1:2-3" }
    product { publisher: "Pub" product: "Prod" version: "1:2-3" }
  }
  tests {
    package { ecosystem: "deb" name: "a" }
    none: true
  }
)pb";

absl::Status LoadStatus(const std::string& text) {
  const std::vector<RuleFile> files = {{"p.textproto", text}};
  return Catalog::Create(files).status();
}

// The pack with one text replaced.
absl::Status LoadWith(absl::string_view from, absl::string_view to) {
  const std::string text = absl::StrReplaceAll(kPack, {{from, to}});
  EXPECT_NE(text, kPack) << from;
  return LoadStatus(text);
}

TEST(BuiltinRules, PassTheirOwnTests) {
  ASSERT_OK_AND_ASSIGN(const auto catalog, Catalog::Create(BuiltinRuleFiles()));
  ASSERT_THAT(catalog->packs(), SizeIs(3));
  EXPECT_EQ(catalog->packs()[0].pack_id, "databases");
  EXPECT_THAT(catalog->packs()[0].sha256, SizeIs(64));
}

TEST(BuiltinRules, HoldATestForEveryRule) {
  ASSERT_OK_AND_ASSIGN(const auto packs, ReadRulePacks(BuiltinRuleFiles()));
  ASSERT_OK_AND_ASSIGN(const auto recogniser, Recogniser::Create(packs));
  for (const LoadedPack& loaded : packs) {
    for (const rules::v1::Rule& rule : loaded.pack.rules()) {
      const std::string id =
          absl::StrCat(loaded.pack.pack_id(), "/", rule.rule_id());
      bool tested = false;
      for (const rules::v1::RuleTest& test : loaded.pack.tests()) {
        const auto product = recogniser->Recognise(test.package());
        tested |= product.has_value() && product->rule_id() == id;
      }
      EXPECT_TRUE(tested) << id;
    }
  }
}

TEST(Catalog, RecognisesAnInstallAndSaysByWhichRule) {
  ASSERT_OK_AND_ASSIGN(const auto catalog, Catalog::Create(BuiltinRuleFiles()));
  const auto product =
      catalog->Lookup(Package("openjdk-17-jre", "17.0.15+6-1~deb12u1"));
  ASSERT_TRUE(product.has_value());
  EXPECT_THAT(*product, EqualsText(R"pb(
    publisher: "OpenJDK"
    product: "OpenJDK"
    edition: "JRE"
    version: "17.0.15+6"
    rule_id: "runtimes/openjdk-jre"
    included_in_editions: "JDK"
  )pb"));
}

TEST(Catalog, LooksAtTheEcosystem) {
  ASSERT_OK_AND_ASSIGN(const auto catalog, Catalog::Create(BuiltinRuleFiles()));
  EXPECT_TRUE(catalog->Lookup(Package("nginx", "1")).has_value());
  EXPECT_FALSE(catalog->Lookup(Package("nginx", "1", "npm")).has_value());
  EXPECT_FALSE(catalog->Lookup(v1::SoftwarePackage()).has_value());
}

TEST(Catalog, SaysOfWhichProductsItHasRules) {
  const std::vector<RuleFile> files = {{"p", kPack}};
  ASSERT_OK_AND_ASSIGN(const auto catalog, Catalog::Create(files));
  EXPECT_TRUE(catalog->HasRuleFor("PUB", "prod"));
  EXPECT_TRUE(catalog->HasRuleFor("", "prod"));
  EXPECT_FALSE(catalog->HasRuleFor("Prod", "Prod"));
  EXPECT_FALSE(catalog->HasRuleFor("Pub", "Pro"));
  EXPECT_FALSE(catalog->HasRuleFor("", "Pub"));
}

TEST(Catalog, LeavesAnUnknownVersionAbsent) {
  ASSERT_OK_AND_ASSIGN(const auto catalog, Catalog::Create(BuiltinRuleFiles()));
  v1::SoftwarePackage package = Package("nginx", "");
  package.clear_version();
  const auto product = catalog->Lookup(package);
  ASSERT_TRUE(product.has_value());
  EXPECT_FALSE(product->has_version());
}

TEST(Catalog, FitsWholeNamesOnly) {
  const std::vector<RuleFile> files = {{"p", kPack}};
  ASSERT_OK_AND_ASSIGN(const auto catalog, Catalog::Create(files));
  EXPECT_TRUE(catalog->Lookup(Package("abbb", "1")).has_value());
  for (const char* name : {"xabb", "abbx", "a", "ABB", "abb\n", ""}) {
    EXPECT_FALSE(catalog->Lookup(Package(name, "1")).has_value()) << name;
  }
}

TEST(Catalog, FitsThePublisherWhereARuleNamesOne) {
  const std::string text = absl::StrReplaceAll(
      kPack, {{"publisher: \"Pub\"\n    product: \"Prod\"\n    because",
               "publisher_pattern: \"Acme.*\" publisher: \"Pub\"\n    "
               "product: \"Prod\"\n    because"},
              {"name: \"abb\"", "name: \"abb\" publisher: \"Acme Ltd\""}});
  const std::vector<RuleFile> files = {{"p", text}};
  ASSERT_OK_AND_ASSIGN(const auto catalog, Catalog::Create(files));
  v1::SoftwarePackage package = Package("abb", "1");
  EXPECT_FALSE(catalog->Lookup(package).has_value());
  package.set_publisher("Other");
  EXPECT_FALSE(catalog->Lookup(package).has_value());
  package.set_publisher("Acme");
  EXPECT_TRUE(catalog->Lookup(package).has_value());
}

TEST(Catalog, AsksPacksInOrderOfTheirId) {
  const std::string other = absl::StrReplaceAll(
      kPack, {{"pack_id: \"p\"", "pack_id: \"b\""}, {"Pub", "First"}});
  // The test of pack p would fail, since b decides; leave the tests out.
  const auto without_tests = [](const std::string& text) {
    return text.substr(0, text.find("tests {"));
  };
  const std::vector<RuleFile> files = {{"p", without_tests(kPack)},
                                       {"b", without_tests(other)}};
  ASSERT_OK_AND_ASSIGN(const auto catalog, Catalog::Create(files));
  EXPECT_EQ(catalog->Lookup(Package("abb", "1"))->rule_id(), "b/a");
}

TEST(Catalog, AnswersTheSameFromItsCache) {
  const std::vector<RuleFile> files = {{"p", kPack}};
  ASSERT_OK_AND_ASSIGN(const auto catalog,
                       Catalog::Create(files, {.max_cached = 8}));
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 50; ++i) {
      const std::string version = absl::StrCat(i);
      const auto product = catalog->Lookup(Package("abb", version));
      ASSERT_TRUE(product.has_value());
      EXPECT_EQ(product->version(), version);
      EXPECT_FALSE(catalog->Lookup(Package("other", version)).has_value());
      EXPECT_LE(catalog->cached(), 8u);
    }
  }
}

TEST(Catalog, MayBeAskedFromManyThreads) {
  ASSERT_OK_AND_ASSIGN(const auto catalog,
                       Catalog::Create(BuiltinRuleFiles(), {.max_cached = 16}));
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&catalog] {
      for (int i = 0; i < 2'000; ++i) {
        const std::string version = absl::StrCat(i % 40);
        const auto product = catalog->Lookup(Package("nginx", version));
        ASSERT_EQ(product->version(), version);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(RulePacks, SayWhatIsWrongWithThem) {
  EXPECT_OK(LoadStatus(kPack));
  const auto refuses = [](absl::string_view word) {
    return StatusIs(StatusCode::kInvalidArgument, HasSubstr(std::string(word)));
  };
  EXPECT_THAT(LoadStatus("pack_id: p"),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("p.textproto"), HasSubstr("line 1"))));
  EXPECT_THAT(LoadStatus("colour: 1"), refuses("colour"));
  EXPECT_THAT(LoadStatus(""), refuses("pack_id must be"));
  EXPECT_THAT(LoadWith("pack_id: \"p\"", "pack_id: \"P\""),
              refuses("pack_id must be"));
  EXPECT_THAT(LoadWith("version: \"1\"\n", ""), refuses("version is missing"));
  EXPECT_THAT(LoadWith("rule_id: \"a\"", ""), refuses("rule_id must be"));
  EXPECT_THAT(LoadWith("because: \"why\"", ""), refuses("because is missing"));
  EXPECT_THAT(LoadWith("name_pattern: \"ab+\"", ""),
              refuses("name_pattern is missing"));
  EXPECT_THAT(LoadWith("\"ab+\"", "\"ab(\""), refuses("rule p/a"));
  EXPECT_THAT(LoadWith("\"ab+\"", "\"((a{1,999}){1,999}){1,999}\""),
              refuses("RE2"));
  EXPECT_THAT(LoadWith("none: true", ""), refuses("product or none"));
}

TEST(RulePacks, FailWithATestThatFails) {
  EXPECT_THAT(LoadWith("name: \"a\"", "name: \"ab\""),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("should be: none; it is: Pub / Prod")));
  EXPECT_THAT(LoadWith("product: \"Prod\" version: \"1:2-3\"",
                       "product: \"Prod\" version: \"2\""),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("it is: Pub / Prod /  / 1:2-3")));
}

TEST(RulePacks, HaveIdsOfTheirOwn) {
  const std::vector<RuleFile> files = {{"one", kPack}, {"two", kPack}};
  EXPECT_THAT(Catalog::Create(files),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("rule pack two: another file")));
}

TEST(RuleFolder, IsReadInOrderOfNames) {
  testing::TempDir dir;
  dir.Write("b.textproto", "b");
  dir.Write("a.textproto", "a");
  dir.Write("notes.txt", "x");
  ASSERT_OK_AND_ASSIGN(const auto files, ReadRuleFolder(dir.path()));
  ASSERT_THAT(files, SizeIs(2));
  EXPECT_EQ(files[0].name, "a.textproto");
  EXPECT_EQ(files[1].text, "b");
}

TEST(RuleFolder, NamesAFolderThatHoldsNone) {
  testing::TempDir dir;
  EXPECT_THAT(ReadRuleFolder(dir.path()),
              StatusIs(StatusCode::kNotFound, HasSubstr("no rule pack")));
  EXPECT_THAT(ReadRuleFolder(dir.File("missing")),
              StatusIs(StatusCode::kNotFound, HasSubstr("missing")));
  dir.Write("big.textproto", std::string(kMaxRuleFileBytes + 1, '#'));
  EXPECT_THAT(ReadRuleFolder(dir.path()),
              StatusIs(StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace rollcall::collector
