#include "collector/csv/csv_reader.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/csv/csv_cell.h"
#include "common/text.h"
#include "gmock/gmock.h"
#include "tests/support/fake_random.h"

namespace rollcall::collector {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr CsvColumn kColumns[] = {
    {"tag", true}, {"start_date", true, "start"}, {"note", false}};

// A file as the tests look at it.
struct Read {
  CsvOutcome outcome;
  // "line:cell|cell|cell" per sound record.
  std::vector<std::string> sound;
  std::vector<std::string> raw;
  std::vector<v1::ImportError> errors;
};

Read ReadAll(absl::string_view content, const CsvLimits& limits = {}) {
  CsvOptions options;
  options.limits = limits;
  Read read;
  read.outcome = ReadCsv(
      content, kColumns,
      [&](const CsvRecord& record) {
        read.raw.emplace_back(record.raw);
        if (record.errors.empty()) {
          read.sound.push_back(absl::StrCat(
              record.line, ":",
              // Without a formatter it copies from null for an
              // empty cell.
              absl::StrJoin(record.cells, "|", absl::AlphaNumFormatter())));
        }
        for (const auto& error : record.errors) read.errors.push_back(error);
      },
      options);
  return read;
}

std::string FileReason(absl::string_view content,
                       const CsvLimits& limits = {}) {
  const Read read = ReadAll(content, limits);
  return read.outcome.file_errors.empty()
             ? "none"
             : read.outcome.file_errors[0].reason();
}

TEST(CsvReader, AColumnMayGoByItsOtherName) {
  EXPECT_THAT(ReadAll("tag,Start\nA,2026-01-01\n").sound,
              ElementsAre("2:A|2026-01-01|"));
  EXPECT_THAT(FileReason("tag,start,start_date\nA,B,C\n"),
              HasSubstr("there twice, first as column 2"));
}

TEST(CsvReader, GivesCellsInTheOrderOfTheExpectedColumns) {
  const Read read = ReadAll("note,tag,start_date\nn1,t1,d1\nn2,t2,d2\n");
  EXPECT_THAT(read.sound, ElementsAre("2:t1|d1|n1", "3:t2|d2|n2"));
  EXPECT_THAT(read.outcome.file_errors, IsEmpty());
  EXPECT_EQ(read.outcome.record_count, 2);
}

TEST(CsvReader, AcceptsByteOrderMarkCrLfBlanksAndMissingLastLineEnd) {
  const Read read =
      ReadAll("\xef\xbb\xbf Tag ,START DATE\r\n a b , d1 \r\nt2,d2");
  EXPECT_THAT(read.sound, ElementsAre("2:a b|d1|", "3:t2|d2|"));
  EXPECT_THAT(read.raw, ElementsAre(" a b , d1 ", "t2,d2"));
}

TEST(CsvReader, CountsLinesFromTheRecordsStart) {
  const Read read =
      ReadAll("tag,start_date\n\n\"a\r\nb\"\"c\",d1\n  \n,\nt2,d2\n");
  EXPECT_THAT(read.sound, ElementsAre("3:a\nb\"c|d1|", "7:t2|d2|"));
  EXPECT_EQ(read.raw[0], "\"a\r\nb\"\"c\",d1");
}

TEST(CsvReader, NamesWhatIsWrongWithTheHeader) {
  EXPECT_THAT(FileReason(""), HasSubstr("empty"));
  EXPECT_THAT(FileReason("\n \n"), HasSubstr("tag, start_date, note"));
  EXPECT_THAT(FileReason("tag,note\n"), HasSubstr("start_date is missing"));
  EXPECT_THAT(FileReason("tag,start_date,Tag\n"), HasSubstr("twice"));
  EXPECT_THAT(FileReason("tag,start_date,colour\n"), HasSubstr("unknown"));
  EXPECT_THAT(FileReason("tag;start_date\n"), HasSubstr("by commas"));
  EXPECT_THAT(FileReason("tag\tstart_date\n"), HasSubstr("or tabs"));
  EXPECT_THAT(FileReason("\xff\xfet\0a\0"), HasSubstr("UTF-16"));
}

TEST(CsvReader, HandsOverNoRecordUnderABadHeader) {
  const Read read = ReadAll("tag,start_date,colour\na,b,c\n");
  EXPECT_THAT(read.raw, IsEmpty());
  ASSERT_THAT(read.outcome.file_errors, SizeIs(1));
  EXPECT_EQ(read.outcome.file_errors[0].line(), 1);
  EXPECT_EQ(read.outcome.file_errors[0].column_number(), 3);
  EXPECT_EQ(read.outcome.file_errors[0].value(), "colour");
}

TEST(CsvReader, ReportsAWrongFieldCountAndGoesOn) {
  const Read read = ReadAll("tag,start_date\na\nb,c,d\ne,f\n");
  EXPECT_THAT(read.sound, ElementsAre("4:e|f|"));
  ASSERT_THAT(read.errors, SizeIs(2));
  EXPECT_EQ(read.errors[0].line(), 2);
  EXPECT_THAT(read.errors[1].reason(), HasSubstr("3 fields and the header 2"));
}

TEST(CsvReader, ReportsAStrayQuoteWithLineAndColumnAndGoesOn) {
  const Read read =
      ReadAll("tag,start_date\na,5\" disk\n3\" b 4\", \"c\"\"\" \n\"e\" ,f\n");
  EXPECT_THAT(read.sound, ElementsAre("4:e|f|"));
  ASSERT_THAT(read.errors, SizeIs(2));
  EXPECT_EQ(read.errors[0].line(), 2);
  EXPECT_EQ(read.errors[0].column(), "start_date");
  EXPECT_EQ(read.errors[0].column_number(), 2);
  EXPECT_THAT(read.errors[0].reason(), HasSubstr("quote"));
  EXPECT_EQ(read.errors[1].column(), "tag");
}

TEST(CsvReader, RefusesAFileWhereAFieldMayBeOpenAfterAStrayQuote) {
  // What follows may be a field's text and not a line.
  const std::string next = "\nx,y,z\nend\",more,1\n";
  for (const absl::string_view line :
       {"a,12\" rack,\"multi", "a,12\" rack, \"b\"\"", "a,b,\"12\" rack",
        "a,\"b\"x,c", "a\",\"b\",\"c"}) {
    const Read read =
        ReadAll(absl::StrCat("tag,start_date,note\n", line, next));
    ASSERT_THAT(read.outcome.file_errors, SizeIs(1)) << line;
    const v1::ImportError& error = read.outcome.file_errors[0];
    EXPECT_EQ(error.line(), 2) << line;
    EXPECT_GT(error.column_number(), 0) << line;
    EXPECT_THAT(error.reason(), HasSubstr("each quote in it twice")) << line;
    EXPECT_THAT(error.reason(), HasSubstr("told apart")) << line;
  }
}

TEST(CsvReader, RefusesAFileWhoseQuotesDoNotClose) {
  EXPECT_THAT(FileReason("tag,start_date\na,b\n\"c,d\ne,f\n"),
              HasSubstr("closing quote"));
  // The end of the record cannot be known once it has spanned lines.
  EXPECT_THAT(FileReason("tag,start_date\n\"a\nb\"c,d\n"),
              HasSubstr("closing quote"));
}

TEST(CsvReader, ReportsCharactersThatAreNotText) {
  const Read read = ReadAll(absl::string_view(
      "tag,start_date\na\0b,c\n\xff,c\nx\ry,z\na,\x1b[31m\n", 39));
  EXPECT_THAT(read.sound, IsEmpty());
  ASSERT_THAT(read.errors, SizeIs(4));
  EXPECT_EQ(read.errors[0].value(), "a\\x00b");
  EXPECT_THAT(read.errors[0].reason(), HasSubstr("control character \\x00"));
  EXPECT_THAT(read.errors[1].reason(), HasSubstr("UTF-8"));
  EXPECT_EQ(read.errors[1].column_number(), 1);
  EXPECT_EQ(read.errors[3].column(), "start_date");
}

TEST(CsvReader, ReportsATenMegabyteLineAndGoesOn) {
  const std::string long_line(10 << 20, 'x');
  const Read read =
      ReadAll(absl::StrCat("tag,start_date\n", long_line, ",d\na,b\n"));
  EXPECT_THAT(read.sound, ElementsAre("3:a|b|"));
  ASSERT_THAT(read.errors, SizeIs(1));
  EXPECT_EQ(read.errors[0].line(), 2);
  EXPECT_THAT(read.errors[0].reason(), HasSubstr("10485762 bytes"));
  EXPECT_LE(read.errors[0].value().size(), 120u);
}

TEST(CsvReader, RefusesWhatFollowsATooLongLineWithAnOpenQuote) {
  const std::string long_field(100'000, 'x');
  EXPECT_THAT(
      FileReason(absl::StrCat("tag,start_date\n\"", long_field, "\na,b\n")),
      HasSubstr("closing quote"));
  // A stray quote makes the quotes even, and does not close the field.
  EXPECT_THAT(FileReason(absl::StrCat("tag,start_date\n5\" ", long_field,
                                      ",\"c\na,b\n")),
              HasSubstr("closing quote"));
}

TEST(CsvReader, HoldsToItsLimits) {
  const std::string field(4'097, 'x');
  const Read read = ReadAll(absl::StrCat("tag,start_date\na,", field, "\n"));
  ASSERT_THAT(read.errors, SizeIs(1));
  EXPECT_EQ(read.errors[0].column(), "start_date");
  EXPECT_THAT(read.errors[0].reason(), HasSubstr("4097 bytes"));

  const Read wide =
      ReadAll(absl::StrCat("tag,start_date\n", std::string(100, ','), "x\n"));
  ASSERT_THAT(wide.errors, SizeIs(1));
  EXPECT_THAT(wide.errors[0].reason(), HasSubstr("more than 64 fields"));

  EXPECT_THAT(FileReason("tag,start_date\na,b\n", {.max_file_bytes = 10}),
              HasSubstr("at most 10"));
  EXPECT_THAT(FileReason("tag,start_date\na,b\nc,d\n", {.max_lines = 2}),
              HasSubstr("more than 2 lines"));
  EXPECT_EQ(FileReason("tag,start_date\na,b\n", {.max_lines = 2}), "none");
}

TEST(CsvReader, KeepsItsPromisesOnMutatedFiles) {
  const std::string original =
      "tag,start_date,note\n\"a\nb\",2026-01-01,\"x\"\"y\"\nc,d,e\r\n"
      "f,g,=1+1\n\n\"ü\",h,i\n";
  const std::string alphabet = "\",\n\r =\\x\xff\xc3";
  testing::FakeRandom random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string file = original;
    const uint64_t edits = 1 + random.Next64() % 6;
    for (uint64_t i = 0; i < edits; ++i) {
      const size_t at = random.Next64() % file.size();
      const char c = alphabet[random.Next64() % alphabet.size()];
      switch (random.Next64() % 3) {
        case 0:
          file[at] = c;
          break;
        case 1:
          file.insert(at, 1, c);
          break;
        default:
          file.erase(at, 1 + random.Next64() % 3);
          break;
      }
      if (file.empty()) file = "x";
    }
    int last_line = 0;
    const CsvOutcome outcome =
        ReadCsv(file, kColumns, [&](const CsvRecord& record) {
          ASSERT_GT(record.line, last_line);
          last_line = record.line;
          ASSERT_EQ(record.cells.size(), record.errors.empty() ? 3u : 0u);
          for (const auto cell : record.cells) ASSERT_TRUE(IsValidUtf8(cell));
          for (const auto& error : record.errors) {
            ASSERT_FALSE(error.reason().empty());
            ASSERT_TRUE(IsValidUtf8(error.value()));
          }
        });
    ASSERT_TRUE(outcome.file_errors.empty() ||
                !outcome.file_errors[0].reason().empty());
  }
}

// Reads one cell as a text.
std::string TextReason(absl::string_view field) {
  std::string reason = "not handed over";
  ReadCsv(absl::StrCat("tag,start_date\n", field, ",d\n"), kColumns,
          [&](const CsvRecord& record) {
            CellReader cells(record);
            const auto text = cells.Text(0, 20);
            reason = cells.errors().empty() ? text.value_or("empty")
                                            : cells.errors()[0].reason();
          });
  return reason;
}

TEST(CellReader, RefusesTextsThatSpreadsheetsTakeForFormulas) {
  for (const absl::string_view field :
       {"=1+2", "+1", "-1", "@SUM(A1)", "\"\t=1\"", "\" =1\"", "\t=1",
        "\"=cmd|' /C calc'!A0\""}) {
    EXPECT_THAT(TextReason(field), HasSubstr("formula")) << field;
  }
  EXPECT_EQ(TextReason("a=1"), "a=1");
  EXPECT_EQ(TextReason("\" Acme, Inc. \""), "Acme, Inc.");
}

TEST(CellReader, PassesOverBlanksOfUnicodeAtTheEndsAndRefusesThemInside) {
  EXPECT_EQ(TextReason("\u00a01\u00a0 "), "1");
  EXPECT_EQ(TextReason("\u00a0"), "empty");
  EXPECT_THAT(TextReason("a\u00a0b"), HasSubstr("U+00A0"));
}

TEST(CellReader, RefusesLineBreaksAndLongTexts) {
  EXPECT_THAT(TextReason("\"a\nb\""), HasSubstr("line break"));
  EXPECT_THAT(TextReason(std::string(21, 'x')), HasSubstr("at most 20"));
  EXPECT_EQ(TextReason(std::string(20, 'x')), std::string(20, 'x'));
  EXPECT_EQ(TextReason(" "), "empty");
}

TEST(CellReader, NotesWhereARequiredCellIsMissing) {
  std::vector<v1::ImportError> errors;
  ReadCsv("start_date,tag\n,a\n", kColumns, [&](const CsvRecord& record) {
    CellReader cells(record);
    EXPECT_EQ(cells.RequiredText(0, 20), "a");
    EXPECT_EQ(cells.RequiredText(1, 20), "");
    EXPECT_EQ(cells.Text(2, 20), std::nullopt);
    errors = cells.TakeErrors();
  });
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].line(), 2);
  EXPECT_EQ(errors[0].column(), "start_date");
  EXPECT_EQ(errors[0].column_number(), 1);
  EXPECT_THAT(errors[0].reason(), HasSubstr("required"));
}

TEST(CsvReader, PassesOverOtherColumnsWhereItMayAndTellsThem) {
  CsvOptions options;
  options.takes_other_columns = true;
  std::vector<std::string> tags;
  const CsvOutcome outcome = ReadCsv(
      "State\x07,tag,start,\n1,a,2026-01-01,2\n", kColumns,
      [&](const CsvRecord& record) { tags.emplace_back(record.cells[0]); },
      options);
  // What is no text is an error also there.
  ASSERT_EQ(outcome.file_errors.size(), 1u);
  EXPECT_EQ(outcome.file_errors[0].column_number(), 1);
  const CsvOutcome sound = ReadCsv(
      "State,tag,start,\n1,a,2026-01-01,2\n", kColumns,
      [&](const CsvRecord& record) { tags.emplace_back(record.cells[0]); },
      options);
  EXPECT_TRUE(sound.file_errors.empty());
  EXPECT_EQ(sound.other_columns, (std::vector<std::string>{"State", ""}));
  EXPECT_EQ(tags, std::vector<std::string>{"a"});
}

TEST(CsvReader, CallsAColumnByItsLabelAndFindsItByAnyName) {
  const std::vector<std::string> more = {"licence_id", "id"};
  CsvColumn column{"license_id", true};
  column.more_names = more;
  column.label = "License ID";
  column.otherwise = "; or say it otherwise";
  const std::vector<CsvColumn> columns = {column};
  for (const char* label : {"License ID", "LICENCE-ID", " id "}) {
    const CsvOutcome outcome =
        ReadCsv(absl::StrCat(label, "\n1\n"), columns, [](const CsvRecord&) {});
    EXPECT_TRUE(outcome.file_errors.empty()) << label;
  }
  const CsvOutcome missing =
      ReadCsv("other\n1\n", columns, [](const CsvRecord&) {});
  ASSERT_EQ(missing.file_errors.size(), 2u);
  EXPECT_EQ(missing.file_errors[1].reason(),
            "the column License ID is missing from the header; or say it "
            "otherwise");
}

TEST(CsvHeader, IsTheFirstRecordAsItStandsThere) {
  EXPECT_EQ(CsvHeader("\xef\xbb\xbf\n\"a\nb\",c\r\n1,2\n"), "\"a\nb\",c");
  EXPECT_EQ(CsvHeader("a\"b,c\n1,2\n"), "");
  EXPECT_EQ(CsvHeader(""), "");
}

TEST(CellReader, NotesMayHaveLinesAndNoFormula) {
  const std::vector<CsvColumn> columns = {CsvColumn{"note"}};
  const std::vector<int> numbers = {1};
  const auto read = [&](absl::string_view cell) {
    CsvRecord record;
    record.columns = columns;
    record.column_numbers = numbers;
    record.cells = {cell};
    return CellReader(record).Notes(0, 10);
  };
  EXPECT_EQ(read(" two\nlines "), "two\nlines");
  EXPECT_EQ(read("=two\nlines"), std::nullopt);
  EXPECT_EQ(read("a\tb"), std::nullopt);
  EXPECT_EQ(read("eleven byte"), std::nullopt);
  EXPECT_EQ(read(""), std::nullopt);
}

}  // namespace
}  // namespace rollcall::collector
