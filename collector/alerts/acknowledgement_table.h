// Who has which alert in hand, as stored.
#pragma once

#include <map>

#include "absl/status/statusor.h"
#include "collector/alerts/key_dates.h"
#include "collector/storage/key.h"
#include "collector/storage/known_stamp.h"
#include "collector/storage/table.h"
#include "rollcall/stored/v1/alerts.pb.h"

namespace rollcall::collector {

// What was said of one alert. Ordered by alert; what is known last comes first.
struct AcknowledgementKey {
  AlertId alert;
  KnownStamp stamp;

  void Encode(KeyWriter& writer) const {
    writer.AddId(alert).DescendingStamp(stamp);
  }
  static AcknowledgementKey Decode(KeyReader& reader) {
    AcknowledgementKey key;
    key.alert = reader.TakeId<AlertId>();
    key.stamp = reader.DescendingStamp();
    return key;
  }
};

inline constexpr Table<AcknowledgementKey,
                       stored::v1::AlertAcknowledgementRecord>
    kAcknowledgementTable(TableId::kAlertAcknowledgement);

using KnownAcknowledgements =
    std::map<AlertId, stored::v1::AlertAcknowledgementRecord>;

// What was known last of each alert at a stamp, taken back or not, of whatever
// last day. DATA_LOSS, UNAVAILABLE as for Table.
absl::StatusOr<KnownAcknowledgements> ReadAcknowledgements(const Reader& reader,
                                                           KnownStamp as_of);

}  // namespace rollcall::collector
