// Bytes where an agent's message belongs.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>

namespace rollcall::swarm {

// Sends these bytes as the first message of a stream to the agents' port and
// returns how the stream ended. Blocking.
grpc::Status SendRaw(const std::shared_ptr<grpc::Channel>& channel,
                     const std::string& bytes);

}  // namespace rollcall::swarm
