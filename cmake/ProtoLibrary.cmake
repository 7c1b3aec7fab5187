# rollcall_proto_library(NAME PROTOS a.proto ... [GRPC_PROTOS b.proto ...] DEPS ...)
# Paths are relative to proto/ and kept in the generated tree, which is a SYSTEM
# include, since generated code is not ours to warn about.
set(ROLLCALL_PROTO_DIR ${CMAKE_SOURCE_DIR}/proto)
set(ROLLCALL_PROTO_OUT ${CMAKE_BINARY_DIR}/proto)
file(MAKE_DIRECTORY ${ROLLCALL_PROTO_OUT})

function(rollcall_proto_library name)
  cmake_parse_arguments(ARG "" "" "PROTOS;GRPC_PROTOS;DEPS" ${ARGN})
  set(sources "")
  foreach(proto ${ARG_PROTOS} ${ARG_GRPC_PROTOS})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    set(out ${ROLLCALL_PROTO_OUT}/${stem}.pb.cc ${ROLLCALL_PROTO_OUT}/${stem}.pb.h)
    set(flags --cpp_out=${ROLLCALL_PROTO_OUT})
    if(proto IN_LIST ARG_GRPC_PROTOS)
      list(APPEND out ${ROLLCALL_PROTO_OUT}/${stem}.grpc.pb.cc ${ROLLCALL_PROTO_OUT}/${stem}.grpc.pb.h)
      list(APPEND flags --grpc_out=${ROLLCALL_PROTO_OUT}
           --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>)
    endif()
    add_custom_command(
      OUTPUT ${out}
      COMMAND protobuf::protoc -I${ROLLCALL_PROTO_DIR} ${flags} ${proto}
      DEPENDS ${ROLLCALL_PROTO_DIR}/${proto}
      WORKING_DIRECTORY ${ROLLCALL_PROTO_DIR}
      COMMENT "Generating ${stem}"
      VERBATIM)
    list(APPEND sources ${out})
  endforeach()
  add_library(${name} STATIC ${sources})
  # protoc gives the same file-local names to every message file.
  set_source_files_properties(${sources} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_include_directories(${name} SYSTEM PUBLIC ${ROLLCALL_PROTO_OUT})
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf ${ARG_DEPS})
  if(ARG_GRPC_PROTOS)
    target_link_libraries(${name} PUBLIC gRPC::grpc++)
  endif()
endfunction()
