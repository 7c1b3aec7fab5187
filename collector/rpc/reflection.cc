#include "collector/rpc/reflection.h"

#include <grpcpp/support/server_callback.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.pb.h"

namespace rollcall {
// Defined in the generated descriptors.cc.
const unsigned char* DescriptorSetBytes(unsigned long* size);
}  // namespace rollcall

namespace rollcall::collector {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

// No name is nearly as long, and the time to look for one grows with the square
// of its length.
constexpr size_t kMaxRequestBytes = 4'096;

void SetError(grpc::StatusCode code, const std::string& message,
              ServerReflectionResponse& response) {
  auto& error = *response.mutable_error_response();
  error.set_error_code(code);
  error.set_error_message(message);
}

// The file and, once each, all that it imports.
void AddFiles(const FileDescriptor* file, std::set<const FileDescriptor*>& seen,
              google::protobuf::DescriptorDatabase& database,
              ServerReflectionResponse& response) {
  if (!seen.insert(file).second) return;
  FileDescriptorProto proto;
  // From the database, since FileDescriptor::CopyTo leaves the comments out.
  database.FindFileByName(file->name(), &proto);
  response.mutable_file_descriptor_response()->add_file_descriptor_proto(
      proto.SerializeAsString());
  for (int i = 0; i < file->dependency_count(); ++i) {
    AddFiles(file->dependency(i), seen, database, response);
  }
}

// A reflection stream: answers one question after another.
class ReflectionReactor final
    : public grpc::ServerBidiReactor<ServerReflectionRequest,
                                     ServerReflectionResponse> {
 public:
  explicit ReflectionReactor(const ReflectionAnswers& answers)
      : answers_(answers) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      Finish(grpc::Status::OK);
      return;
    }
    response_ = answers_.Answer(request_);
    StartWrite(&response_);
  }

  void OnWriteDone(bool ok) override {
    if (!ok) {
      Finish(grpc::Status::OK);
      return;
    }
    StartRead(&request_);
  }

  void OnDone() override { delete this; }

 private:
  const ReflectionAnswers& answers_;
  ServerReflectionRequest request_;
  ServerReflectionResponse response_;
};

template <typename Base>
class ReflectionService final : public Base {
 public:
  explicit ReflectionService(const ReflectionAnswers& answers)
      : answers_(answers) {}

  grpc::ServerBidiReactor<ServerReflectionRequest, ServerReflectionResponse>*
  ServerReflectionInfo(grpc::CallbackServerContext*) override {
    return new ReflectionReactor(answers_);
  }

 private:
  const ReflectionAnswers& answers_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ReflectionAnswers>> ReflectionAnswers::Create(
    std::vector<std::string> services) {
  unsigned long size = 0;
  const unsigned char* bytes = DescriptorSetBytes(&size);
  google::protobuf::FileDescriptorSet files;
  if (!files.ParseFromArray(bytes, static_cast<int>(size))) {
    return absl::InternalError("the embedded descriptors do not parse");
  }
  std::unique_ptr<ReflectionAnswers> answers(new ReflectionAnswers);
  for (const FileDescriptorProto& file : files.file()) {
    answers->database_.Add(file);
  }
  answers->pool_ =
      std::make_unique<google::protobuf::DescriptorPool>(&answers->database_);
  for (const std::string& service : services) {
    if (answers->pool_->FindServiceByName(service) == nullptr) {
      return absl::InternalError(absl::StrCat(
          "service ", service, " is not in the embedded descriptors"));
    }
  }
  std::sort(services.begin(), services.end());
  answers->services_ = std::move(services);
  return answers;
}

ServerReflectionResponse ReflectionAnswers::Answer(
    const ServerReflectionRequest& request) const {
  ServerReflectionResponse response;
  if (request.ByteSizeLong() > kMaxRequestBytes) {
    SetError(grpc::StatusCode::INVALID_ARGUMENT,
             absl::StrCat("the request has ", request.ByteSizeLong(),
                          " bytes; at most ", kMaxRequestBytes),
             response);
    return response;
  }
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  const FileDescriptor* file = nullptr;
  std::string what;
  switch (request.message_request_case()) {
    case ServerReflectionRequest::kListServices:
      response.mutable_list_services_response();
      for (const std::string& service : services_) {
        response.mutable_list_services_response()->add_service()->set_name(
            service);
      }
      return response;
    case ServerReflectionRequest::kFileByFilename:
      what = absl::StrCat("file ", request.file_by_filename());
      file = pool_->FindFileByName(request.file_by_filename());
      break;
    case ServerReflectionRequest::kFileContainingSymbol:
      what = absl::StrCat("symbol ", request.file_containing_symbol());
      file = pool_->FindFileContainingSymbol(request.file_containing_symbol());
      break;
    case ServerReflectionRequest::kFileContainingExtension: {
      const auto& wanted = request.file_containing_extension();
      what = absl::StrCat("extension ", wanted.extension_number(), " of ",
                          wanted.containing_type());
      const auto* type = pool_->FindMessageTypeByName(wanted.containing_type());
      const FieldDescriptor* extension =
          type == nullptr
              ? nullptr
              : pool_->FindExtensionByNumber(type, wanted.extension_number());
      if (extension != nullptr) file = extension->file();
      break;
    }
    case ServerReflectionRequest::kAllExtensionNumbersOfType: {
      what = absl::StrCat("type ", request.all_extension_numbers_of_type());
      const auto* type =
          pool_->FindMessageTypeByName(request.all_extension_numbers_of_type());
      if (type == nullptr) break;
      std::vector<const FieldDescriptor*> extensions;
      pool_->FindAllExtensions(type, &extensions);
      auto& numbers = *response.mutable_all_extension_numbers_response();
      numbers.set_base_type_name(type->full_name());
      for (const FieldDescriptor* extension : extensions) {
        numbers.add_extension_number(extension->number());
      }
      return response;
    }
    case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      SetError(grpc::StatusCode::INVALID_ARGUMENT, "the request asks nothing",
               response);
      return response;
  }
  if (file == nullptr) {
    SetError(grpc::StatusCode::NOT_FOUND, absl::StrCat(what, " not found"),
             response);
    return response;
  }
  std::set<const FileDescriptor*> seen;
  // The database is only read; its interface is not const.
  AddFiles(file, seen,
           const_cast<google::protobuf::SimpleDescriptorDatabase&>(database_),
           response);
  return response;
}

std::vector<std::unique_ptr<grpc::Service>> MakeReflectionServices(
    const ReflectionAnswers& answers) {
  namespace v1 = grpc::reflection::v1;
  namespace v1alpha = grpc::reflection::v1alpha;
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(
      std::make_unique<
          ReflectionService<v1::ServerReflection::CallbackService>>(answers));
  services.push_back(
      std::make_unique<
          ReflectionService<v1alpha::ServerReflection::CallbackService>>(
          answers));
  return services;
}

}  // namespace rollcall::collector
