#include "collector/app/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <utility>
#include <vector>

#include "common/version.h"

namespace rollcall::collector {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

// Collects families one figure at a time.
class Families {
 public:
  void Counter(const char* name, const char* help, int64_t value) {
    MetricFamily& family = Add(name, help, MetricType::Counter);
    family.metric[0].counter.value = static_cast<double>(value);
  }
  void Gauge(const char* name, const char* help, int64_t value) {
    MetricFamily& family = Add(name, help, MetricType::Gauge);
    family.metric[0].gauge.value = static_cast<double>(value);
  }
  void Info(const char* name, const char* help, const char* label,
            const char* value) {
    MetricFamily& family = Add(name, help, MetricType::Gauge);
    family.metric[0].gauge.value = 1;
    family.metric[0].label.push_back({label, value});
  }
  std::string Text() const {
    return prometheus::TextSerializer().Serialize(families_);
  }

 private:
  MetricFamily& Add(const char* name, const char* help, MetricType type) {
    MetricFamily family;
    family.name = name;
    family.help = help;
    family.type = type;
    family.metric.resize(1);
    families_.push_back(std::move(family));
    return families_.back();
  }

  std::vector<MetricFamily> families_;
};

void AddIngest(const IngestStats& ingest, Families& families) {
  families.Gauge("rollcall_agent_streams", "Agents connected now.",
                 ingest.streams);
  families.Counter("rollcall_agent_streams_opened_total",
                   "Streams that agents opened.", ingest.streams_opened);
  families.Counter("rollcall_agent_streams_turned_away_total",
                   "Streams asked to come back later, for want of room.",
                   ingest.streams_turned_away);
  families.Counter("rollcall_agent_streams_hung_up_total",
                   "Streams ended after a check-in, for want of room to hold "
                   "them; the agents call back.",
                   ingest.streams_hung_up);
  families.Counter("rollcall_agent_streams_broken_off_total",
                   "Streams that broke off before their first message or in "
                   "the middle of a turn.",
                   ingest.streams_broken_off);
  families.Counter("rollcall_agent_streams_late_total",
                   "Streams ended since no whole message came, or no answer "
                   "was taken, in time.",
                   ingest.streams_late);
  families.Counter("rollcall_agent_messages_total", "Messages from agents.",
                   ingest.messages);
  families.Counter("rollcall_agent_messages_malformed_total",
                   "Messages from agents that were refused as malformed.",
                   ingest.messages_malformed);
  families.Counter("rollcall_agent_bytes_total",
                   "Bytes of messages from agents.", ingest.bytes);
  families.Counter("rollcall_syncs_committed_total",
                   "Changed inventories made durable.", ingest.syncs_committed);
  families.Counter("rollcall_check_ins_total", "Check-ins from agents.",
                   ingest.check_ins);
  families.Counter("rollcall_identity_conflicts_total",
                   "Streams refused since the certificate belongs to another "
                   "device.",
                   ingest.identity_conflicts);
  families.Counter("rollcall_contacts_paused_total",
                   "Contacts of agents that had not heard yet that the store "
                   "was restored from a backup, and so were not judged.",
                   ingest.contacts_paused);
  families.Counter("rollcall_twin_streams_challenged_total",
                   "Streams asked for a sign of life, since the agent had "
                   "another one.",
                   ingest.twins_challenged);
  families.Counter("rollcall_twin_streams_cloned_total",
                   "Streams ended since two machines used one agent's key.",
                   ingest.twins_cloned);
  families.Counter("rollcall_twin_streams_silent_total",
                   "Streams ended since they gave no sign of life.",
                   ingest.twins_silent);
  families.Counter("rollcall_twin_streams_crowded_out_total",
                   "Streams ended since their agent had too many.",
                   ingest.twins_crowded_out);
  families.Counter("rollcall_agent_unauthenticated_total",
                   "Streams refused since the certificate names no agent.",
                   ingest.unauthenticated);
}

void AddEnrolment(const EnrolmentStats& enrolment, Families& families) {
  families.Counter("rollcall_enrolments_total",
                   "Certificates given to agents for a token.",
                   enrolment.enrolled);
  families.Counter("rollcall_renewals_total",
                   "Certificates given to agents for an older one.",
                   enrolment.renewed);
  families.Counter("rollcall_logins_total",
                   "Certificates given to principals for a token.",
                   enrolment.logged_in);
  families.Counter("rollcall_enrolment_refused_total",
                   "Requests for a certificate that were malformed, or whose "
                   "token or old certificate was not good.",
                   enrolment.refused);
  families.Counter("rollcall_enrolment_limited_total",
                   "Requests not looked at, since too many of their address "
                   "failed.",
                   enrolment.limited);
  families.Counter("rollcall_enrolment_failed_total",
                   "Requests for a certificate that failed by no fault of the "
                   "caller.",
                   enrolment.failed);
}

void AddHousekeeping(const HousekeepingStats& stats, Families& families) {
  families.Counter("rollcall_housekeeping_runs_total",
                   "Runs that drop what is old and collect what is unused.",
                   stats.runs);
  families.Counter("rollcall_housekeeping_failures_total",
                   "Those of them that failed; the log says why.",
                   stats.failures);
  families.Counter("rollcall_rows_collected_total",
                   "Fleet rows deleted since nothing referred to them.",
                   stats.rows_collected);
  families.Counter("rollcall_bases_collected_total",
                   "Base sets deleted since nothing referred to them.",
                   stats.bases_collected);
  families.Counter("rollcall_collected_bytes_total",
                   "Bytes of those rows and sets, before compression.",
                   stats.bytes_collected);
  families.Counter("rollcall_history_dropped_total",
                   "Changes of devices dropped since they are too old.",
                   stats.history_dropped);
  families.Counter("rollcall_identity_events_dropped_total",
                   "Identity events dropped since they are too old.",
                   stats.identity_events_dropped);
}

void AddPostings(const PostingStats& stats, Families& families) {
  families.Counter("rollcall_postings_changes_total",
                   "Changes of devices taken into the postings.",
                   stats.changes_taken);
  families.Counter("rollcall_postings_failures_total",
                   "Times that postings could not be brought up to date.",
                   stats.failures);
  families.Counter("rollcall_store_checks_total",
                   "Daily checks of the store that came to their end.",
                   stats.checks);
  families.Gauge("rollcall_store_differences",
                 "Keys that the last check found to differ.",
                 stats.differences);
}

}  // namespace

std::string MetricsText(const MetricSources& sources) {
  Families families;
  families.Info("rollcall_build_info", "The version that runs.", "version",
                kVersion);
  AddIngest(sources.ingest, families);
  families.Gauge("rollcall_message_budget_used_bytes",
                 "Bytes of agents' messages held now.",
                 sources.message_budget.used());
  families.Counter("rollcall_message_budget_refused_total",
                   "Messages refused since the byte budget was used up.",
                   sources.message_budget.refused());
  families.Gauge("rollcall_row_budget_used_bytes",
                 "Bytes of rows held until their turn ends.",
                 sources.row_budget.used());
  families.Counter("rollcall_row_budget_refused_total",
                   "Frames refused since the row budget was used up.",
                   sources.row_budget.refused());
  families.Counter("rollcall_new_rows_refused_total",
                   "Reports refused since their agent brought too many rows "
                   "that no other machine has.",
                   sources.new_rows_refused);
  families.Gauge("rollcall_executor_queue", "Requests that wait for a thread.",
                 static_cast<int64_t>(sources.executor.queue()));
  families.Counter("rollcall_executor_refused_total",
                   "Requests refused since too many waited.",
                   sources.executor.refused());
  families.Gauge("rollcall_question_queue",
                 "Questions to the admin port that wait for their turn.",
                 static_cast<int64_t>(sources.questions.waiting()));
  families.Counter("rollcall_questions_refused_total",
                   "Questions refused since too many waited, of one principal "
                   "or of all.",
                   sources.questions.refused());
  families.Counter("rollcall_calls_refused_total",
                   "Calls to the admin port refused since the caller has no "
                   "role that may make them.",
                   sources.calls_refused);
  families.Gauge("rollcall_admin_streams",
                 "Streams to admins that are open, such as those that watch "
                 "alerts.",
                 sources.admin_streams);
  const CommitterStats commits = sources.committer.stats();
  families.Counter("rollcall_commits_total", "Changes made durable.",
                   commits.changes);
  families.Counter("rollcall_commit_groups_total",
                   "Writes to disk, each of one or more changes.",
                   commits.groups);
  families.Counter("rollcall_commit_failures_total",
                   "Changes dropped or not stored.", commits.failures);
  families.Counter("rollcall_commit_refused_total",
                   "Changes refused since too many waited.", commits.refused);
  families.Gauge("rollcall_commit_queue", "Changes that wait to be written.",
                 static_cast<int64_t>(commits.queue));
  families.Counter("rollcall_agent_connections_refused_total",
                   "Connections to the agents' port closed since too many file "
                   "descriptors were in use.",
                   sources.agents_refused);
  families.Counter("rollcall_admin_connections_refused_total",
                   "Connections to the admins' port closed since too many file "
                   "descriptors were in use.",
                   sources.admins_refused);
  families.Counter("rollcall_silent_connections_total",
                   "Connections to the gRPC ports closed since they said "
                   "nothing.",
                   sources.silent_connections);
  families.Gauge("rollcall_waiting_handshakes",
                 "Connections to the gRPC ports that wait for their handshake "
                 "to begin.",
                 sources.waiting_handshakes);
  families.Counter(
      "rollcall_accept_failures_total",
      "Times that the agents' or the admins' port could not accept "
      "a connection, and put it off.",
      sources.accept_failures);
  families.Counter("rollcall_https_connections_refused_total",
                   "Connections to the HTTPS port closed for want of room.",
                   sources.https_refused);
  families.Gauge("rollcall_https_connections",
                 "Connections to the HTTPS port now.",
                 sources.https_connections);
  families.Counter("rollcall_agent_streams_slow_started_total",
                   "Streams asked to come back later by the slow start.",
                   sources.streams_slow_started);
  families.Gauge("rollcall_link_due",
                 "Subjects that the last look for devices found due.",
                 sources.link_due);
  families.Gauge("rollcall_last_seen_unstored",
                 "Blocks of last-seen times that wait to be stored.",
                 sources.last_seen_unstored);
  families.Counter("rollcall_agent_streams_revoked_total",
                   "Streams of revoked agents that were ended or refused.",
                   sources.streams_revoked);
  if (sources.enrolment != nullptr) {
    AddEnrolment(*sources.enrolment, families);
  }
  if (sources.housekeeping != nullptr) {
    AddHousekeeping(*sources.housekeeping, families);
  }
  if (sources.postings != nullptr) AddPostings(*sources.postings, families);
  return families.Text();
}

}  // namespace rollcall::collector
