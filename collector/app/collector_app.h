// The collector put together: the only place that knows concrete types.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "collector/app/options.h"

namespace rollcall::collector {

// A running collector. Start and Stop from one thread.
class CollectorApp {
 public:
  // Opens the store, listens, and writes the ready file. Fails with what to do:
  // the store is in use, a port is taken, a certificate is unusable.
  static absl::StatusOr<std::unique_ptr<CollectorApp>> Start(
      const CollectorOptions& options);
  // Stops listening, ends streams, writes what waits, closes the store.
  virtual ~CollectorApp() = default;

  virtual int agent_port() const = 0;
  virtual int admin_port() const = 0;
  virtual int https_port() const = 0;
};

}  // namespace rollcall::collector
