#include "tests/swarm/raw_stream.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace rollcall::swarm {
namespace {

std::string ToString(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

}  // namespace

std::shared_ptr<grpc::Channel> MakeChannel(int port,
                                           const TlsCredentials& credentials) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = credentials.ca_pem;
  tls.pem_cert_chain = credentials.certificate_pem;
  tls.pem_private_key = credentials.private_key_pem;
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  // A handshake may have to wait for thousands of others.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 120'000);
  return grpc::CreateCustomChannel(absl::StrCat("ipv4:127.0.0.1:", port),
                                   grpc::SslCredentials(tls), arguments);
}

void RawStream::Open(std::shared_ptr<grpc::Channel> channel,
                     const char* method) {
  context_.emplace();
  broken_ = false;
  grpc::GenericStub stub(std::move(channel));
  call_ = stub.PrepareCall(&*context_, method, &loop_.queue());
  writing_ = true;
  call_->StartCall(&started_);
}

void RawStream::OnStarted(bool ok) {
  writing_ = false;
  if (!ok) {
    broken_ = true;
    FinishIfBroken();
    return;
  }
  reading_ = true;
  call_->Read(&incoming_, &read_);
  handler_.OnOpen();
}

void RawStream::Send(const std::string& bytes) {
  if (!open() || broken_) return;
  const grpc::Slice slice(bytes);
  outgoing_.emplace_back(&slice, 1);
  if (!writing_) StartWrite();
}

void RawStream::StartWrite() {
  writing_ = true;
  call_->Write(outgoing_.front(), &written_);
}

void RawStream::OnWritten(bool ok) {
  writing_ = false;
  outgoing_.pop_front();
  // Of a write that failed the read that is under way learns why.
  if (!ok) broken_ = true;
  if (broken_) outgoing_.clear();
  if (!outgoing_.empty()) StartWrite();
  FinishIfBroken();
}

void RawStream::OnRead(bool ok) {
  reading_ = false;
  if (!ok) {
    broken_ = true;
    FinishIfBroken();
    return;
  }
  const std::string bytes = ToString(incoming_);
  reading_ = true;
  call_->Read(&incoming_, &read_);
  handler_.OnMessage(bytes);
}

void RawStream::FinishIfBroken() {
  if (!broken_ || reading_ || writing_) return;
  call_->Finish(&status_, &finished_);
}

void RawStream::OnFinished(bool /*ok*/) {
  call_.reset();
  context_.reset();
  outgoing_.clear();
  incoming_.Clear();
  const grpc::Status status = std::exchange(status_, grpc::Status());
  handler_.OnEnd(
      absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                   status.error_message()));
}

void RawStream::Cancel() {
  if (open()) context_->TryCancel();
}

}  // namespace rollcall::swarm
