// Renews the agent's certificate while it works.
#pragma once

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/time/time.h"
#include "agent/app/credential_keeper.h"
#include "agent/app/stop_signal.h"
#include "common/log.h"
#include "common/random.h"
#include "common/tls.h"

namespace rollcall::agent {

struct RenewalOptions {
  // The longest time between two looks at the clock: while a machine sleeps,
  // its certificate ages and timers stand still.
  absl::Duration look = absl::Minutes(15);
  // Between attempts after a failure; doubled each time, up to the longest.
  absl::Duration shortest_backoff = absl::Minutes(1);
  absl::Duration longest_backoff = absl::Hours(1);
};

// Goes on until `waiter` stops; `use` is given each new certificate. For a
// thread of its own.
inline void RunRenewal(CredentialKeeper& keeper, Waiter& waiter, Random& random,
                       const std::function<void(TlsCredentials)>& use,
                       const RenewalOptions& options = {}) {
  absl::Duration backoff = options.shortest_backoff;
  absl::Duration wait = absl::ZeroDuration();
  while (true) {
    const absl::Duration due = keeper.UntilRenewal();
    wait = std::max(wait, std::min(due, options.look));
    if (wait > absl::ZeroDuration() && !waiter.WaitFor(wait)) return;
    if (waiter.stopped()) return;
    wait = absl::ZeroDuration();
    if (keeper.UntilRenewal() > absl::ZeroDuration()) continue;
    auto renewed = keeper.Renew();
    if (renewed.ok()) {
      use(*std::move(renewed));
      backoff = options.shortest_backoff;
      // To one whose clock is wrong every certificate may seem old.
      wait = options.longest_backoff;
      continue;
    }
    if (absl::IsCancelled(renewed.status())) return;
    wait = random.Jitter(backoff, 30);
    backoff = std::min(2 * backoff, options.longest_backoff);
    Log(LogLevel::kWarning, "the certificate is not renewed; trying again",
        {{"error", renewed.status().message()},
         {"after", absl::FormatDuration(wait)}});
  }
}

}  // namespace rollcall::agent
