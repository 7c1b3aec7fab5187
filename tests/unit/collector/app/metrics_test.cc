#include "collector/app/metrics.h"

#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/version.h"
#include "tests/support/fake_clock.h"
#include "tests/support/gate.h"
#include "tests/support/memory_store.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::EmptyStore;
using ::rollcall::testing::FakeClock;
using ::rollcall::testing::Gate;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;

class MetricsTest : public ::testing::Test {
 protected:
  std::string Text() const {
    return MetricsText(
        {ingest_, messages_, rows_, executor_, questions_, committer_});
  }
  std::vector<std::string> Lines() const {
    return absl::StrSplit(Text(), '\n', absl::SkipEmpty());
  }
  // Values by name, of metrics without labels.
  std::map<std::string, std::string> Values() const {
    std::map<std::string, std::string> values;
    for (const std::string& line : Lines()) {
      if (absl::StartsWith(line, "#")) continue;
      const std::pair<std::string, std::string> parts =
          absl::StrSplit(line, absl::MaxSplits(' ', 1));
      EXPECT_TRUE(values.insert(parts).second) << line;
    }
    return values;
  }

  FakeClock clock_;
  HybridClock hybrid_{clock_};
  IngestStats ingest_;
  ByteBudget messages_{1'000};
  ByteBudget rows_{2'000};
  ExecutorOptions executor_options_{.threads = 1, .max_queue = 1};
  Executor executor_{executor_options_};
  Executor question_executor_{executor_options_};
  CallTurns questions_{question_executor_, {}};
  Committer committer_{EmptyStore(), hybrid_};
};

TEST_F(MetricsTest, EveryMetricIsDescribedAndOfOneType) {
  std::set<std::string> helped;
  std::map<std::string, std::string> types;
  for (const std::string& line : Lines()) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    ASSERT_GE(words.size(), 2u) << line;
    if (words[1] == "HELP") {
      EXPECT_TRUE(helped.insert(words[2]).second) << line;
      EXPECT_GT(words.size(), 3u) << line;
    } else if (words[1] == "TYPE") {
      EXPECT_TRUE(types.emplace(words[2], words[3]).second) << line;
    } else {
      const std::string name = line.substr(0, line.find_first_of(" {"));
      EXPECT_THAT(name, StartsWith("rollcall_"));
      EXPECT_TRUE(helped.contains(name)) << line;
      // The convention for names: prometheus.io/docs/practices/naming.
      EXPECT_EQ(types[name] == "counter", absl::EndsWith(name, "_total"))
          << line;
    }
  }
  EXPECT_GT(types.size(), 15u);
}

TEST_F(MetricsTest, SaysWhichVersionRuns) {
  EXPECT_THAT(Text(), HasSubstr(absl::StrCat("rollcall_build_info{version=\"",
                                             kVersion, "\"} 1")));
}

TEST_F(MetricsTest, TellsWhatHappened) {
  ingest_.streams = 3;
  ingest_.streams_opened = 4;
  ingest_.streams_turned_away = 5;
  ingest_.messages = 6;
  ingest_.messages_malformed = 7;
  ingest_.bytes = 5'000'000'000;
  ingest_.syncs_committed = 8;
  ingest_.check_ins = 9;
  ingest_.identity_conflicts = 10;
  ingest_.unauthenticated = 11;
  ingest_.contacts_paused = 12;
  ingest_.twins_challenged = 13;
  ingest_.twins_cloned = 14;
  ingest_.twins_silent = 15;
  ingest_.twins_crowded_out = 16;
  ingest_.streams_hung_up = 21;
  ingest_.streams_late = 22;
  ingest_.streams_broken_off = 23;
  const auto values = Values();
  EXPECT_THAT(values,
              Contains(Pair("rollcall_agent_streams_hung_up_total", "21")));
  EXPECT_THAT(values,
              Contains(Pair("rollcall_agent_streams_late_total", "22")));
  EXPECT_THAT(values,
              Contains(Pair("rollcall_agent_streams_broken_off_total", "23")));
  EXPECT_THAT(values, Contains(Pair("rollcall_agent_streams", "3")));
  EXPECT_THAT(values,
              Contains(Pair("rollcall_agent_streams_opened_total", "4")));
  EXPECT_THAT(values,
              Contains(Pair("rollcall_agent_streams_turned_away_total", "5")));
  EXPECT_THAT(values, Contains(Pair("rollcall_agent_messages_total", "6")));
  EXPECT_THAT(values,
              Contains(Pair("rollcall_agent_messages_malformed_total", "7")));
  EXPECT_THAT(values,
              Contains(Pair("rollcall_agent_bytes_total", "5000000000")));
  EXPECT_THAT(values, Contains(Pair("rollcall_syncs_committed_total", "8")));
  EXPECT_THAT(values, Contains(Pair("rollcall_check_ins_total", "9")));
  EXPECT_THAT(values,
              Contains(Pair("rollcall_identity_conflicts_total", "10")));
  EXPECT_THAT(values,
              Contains(Pair("rollcall_agent_unauthenticated_total", "11")));
  EXPECT_THAT(values, Contains(Pair("rollcall_contacts_paused_total", "12")));
  EXPECT_THAT(values,
              Contains(Pair("rollcall_twin_streams_challenged_total", "13")));
  EXPECT_THAT(values,
              Contains(Pair("rollcall_twin_streams_cloned_total", "14")));
  EXPECT_THAT(values,
              Contains(Pair("rollcall_twin_streams_silent_total", "15")));
  EXPECT_THAT(values,
              Contains(Pair("rollcall_twin_streams_crowded_out_total", "16")));
}

TEST_F(MetricsTest, TellsWhatWaitsElsewhere) {
  MetricSources sources = {ingest_,   messages_,  rows_,
                           executor_, questions_, committer_};
  sources.streams_slow_started = 31;
  sources.https_connections = 32;
  sources.link_due = 33;
  sources.last_seen_unstored = 34;
  sources.calls_refused = 35;
  sources.admin_streams = 36;
  const std::string text = MetricsText(sources);
  EXPECT_THAT(text,
              HasSubstr("\nrollcall_agent_streams_slow_started_total 31\n"));
  EXPECT_THAT(text, HasSubstr("\nrollcall_https_connections 32\n"));
  EXPECT_THAT(text, HasSubstr("\nrollcall_link_due 33\n"));
  EXPECT_THAT(text, HasSubstr("\nrollcall_last_seen_unstored 34\n"));
  EXPECT_THAT(text, HasSubstr("\nrollcall_calls_refused_total 35\n"));
  EXPECT_THAT(text, HasSubstr("\nrollcall_admin_streams 36\n"));
}

TEST_F(MetricsTest, TellsWhatIsHeldAndWhatWasRefused) {
  const auto message = messages_.Admit(600);
  EXPECT_FALSE(messages_.Admit(600).has_value());
  const auto row = rows_.Admit(700);
  EXPECT_FALSE(rows_.Admit(2'001).has_value());
  EXPECT_FALSE(rows_.Admit(2'001).has_value());
  const auto values = Values();
  EXPECT_THAT(values,
              Contains(Pair("rollcall_message_budget_used_bytes", "600")));
  EXPECT_THAT(values,
              Contains(Pair("rollcall_message_budget_refused_total", "1")));
  EXPECT_THAT(values, Contains(Pair("rollcall_row_budget_used_bytes", "700")));
  EXPECT_THAT(values, Contains(Pair("rollcall_row_budget_refused_total", "2")));
}

TEST_F(MetricsTest, TellsWhatWaitsForAThread) {
  Gate running;
  Gate release;
  ASSERT_OK(executor_.Post([running, release] {
    running.Open();
    release.Await();
  }));
  running.Await();
  ASSERT_OK(executor_.Post([] {}));
  EXPECT_FALSE(executor_.Post([] {}).ok());
  const auto values = Values();
  EXPECT_THAT(values, Contains(Pair("rollcall_executor_queue", "1")));
  EXPECT_THAT(values, Contains(Pair("rollcall_executor_refused_total", "1")));
  EXPECT_THAT(values, Contains(Pair("rollcall_question_queue", "0")));
  release.Open();
}

TEST_F(MetricsTest, TellsWhatWasMadeDurableAndWhatWasNot) {
  ASSERT_OK(committer_.Commit({}, [](KnownStamp, const Reader&, Writes& w) {
    w.head.Put(TableId::kMeta, "k", "v");
    return absl::OkStatus();
  }));
  EXPECT_FALSE(committer_
                   .Commit({}, [](KnownStamp, const Reader&,
                                  Writes&) { return absl::AbortedError("no"); })
                   .ok());
  // The answer to a change may come before it is counted; the next follows
  // both.
  ASSERT_OK(committer_.Commit(
      {}, [](KnownStamp, const Reader&, Writes&) { return absl::OkStatus(); }));
  const auto values = Values();
  EXPECT_THAT(values, Contains(Pair("rollcall_commit_failures_total", "1")));
  EXPECT_THAT(values, Contains(Pair("rollcall_commit_refused_total", "0")));
  EXPECT_THAT(values, Contains(Pair("rollcall_commit_queue", "0")));
  EXPECT_THAT(values, Contains(Pair("rollcall_commits_total", "2")));
}

TEST_F(MetricsTest, TellsWhichConnectionsWereRefused) {
  MetricSources sources{ingest_,   messages_,  rows_,
                        executor_, questions_, committer_};
  sources.agents_refused = 31;
  sources.admins_refused = 32;
  sources.accept_failures = 33;
  sources.silent_connections = 34;
  sources.waiting_handshakes = 35;
  const std::string text = MetricsText(sources);
  for (const char* line : {"\nrollcall_agent_connections_refused_total 31\n",
                           "\nrollcall_admin_connections_refused_total 32\n",
                           "\nrollcall_accept_failures_total 33\n",
                           "\nrollcall_silent_connections_total 34\n",
                           "\nrollcall_waiting_handshakes 35\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(MetricsTest, TellsOfAgentsThatMakeRowsUp) {
  MetricSources sources{ingest_,   messages_,  rows_,
                        executor_, questions_, committer_};
  sources.new_rows_refused = 31;
  EXPECT_THAT(MetricsText(sources),
              HasSubstr("\nrollcall_new_rows_refused_total 31\n"));
}

TEST_F(MetricsTest, TellsWhatEnrolmentDid) {
  EnrolmentStats enrolment;
  enrolment.enrolled = 21;
  enrolment.renewed = 22;
  enrolment.logged_in = 23;
  enrolment.refused = 24;
  enrolment.limited = 25;
  enrolment.failed = 26;
  const std::string text =
      MetricsText({ingest_, messages_, rows_, executor_, questions_, committer_,
                   &enrolment, /*https_refused=*/27, /*streams_revoked=*/28});
  for (const char* line :
       {"\nrollcall_enrolments_total 21\n", "\nrollcall_renewals_total 22\n",
        "\nrollcall_logins_total 23\n",
        "\nrollcall_enrolment_refused_total 24\n",
        "\nrollcall_enrolment_limited_total 25\n",
        "\nrollcall_enrolment_failed_total 26\n",
        "\nrollcall_https_connections_refused_total 27\n",
        "\nrollcall_agent_streams_revoked_total 28\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace rollcall::collector
