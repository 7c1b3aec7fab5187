// A real collector with certificates of its own, that can be killed and started
// again over the same store.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/tls.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace rollcall::testing {

// Not thread-safe.
class CollectorProcess {
 public:
  // Makes the CA and the collector's certificate; starts nothing yet.
  CollectorProcess();

  // Starts it on free ports and waits until it listens.
  void Start(const std::vector<std::string>& more_options = {});
  // SIGKILL, and waits for the end.
  void Kill();
  // SIGTERM; the exit code.
  int Stop();

  int agent_port() const { return agent_port_; }
  int admin_port() const { return admin_port_; }
  int https_port() const { return https_port_; }
  const TempDir& dir() const { return dir_; }

  // Makes a certificate, if there is none by that name, and loads it.
  TlsCredentials Agent(const std::string& name) const;
  TlsCredentials Admin(const std::string& name) const;

 private:
  TlsCredentials Make(const std::string& kind, const std::string& name) const;
  void ReadPorts();

  TempDir dir_;
  std::unique_ptr<Process> process_;
  int agent_port_ = 0;
  int admin_port_ = 0;
  int https_port_ = 0;
};

}  // namespace rollcall::testing
