# rollcall_library(NAME SOURCES a.cc ... DEPS x ... [GRPC] [PROTO])
# rollcall_executable(NAME OUTPUT name SOURCES a.cc ... DEPS x ...)
# rollcall_test(NAME SOURCES a_test.cc ... DEPS x ... [LABELS l ...] [TIMEOUT s])
#
# GRPC and PROTO choose the precompiled header that the target shares; tests have
# one of their own.

add_library(rollcall_options INTERFACE)
target_include_directories(rollcall_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(rollcall_options INTERFACE
  -Wall -Wextra -Wconversion -Wno-sign-conversion -Wshadow -Wnon-virtual-dtor
  -Wimplicit-fallthrough -fstack-protector-strong
  $<$<BOOL:${ROLLCALL_WERROR}>:-Werror>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety -Wno-unused-private-field>)
if(ROLLCALL_SANITIZE)
  add_compile_options(-fsanitize=${ROLLCALL_SANITIZE} -fno-omit-frame-pointer)
  if(ROLLCALL_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  add_link_options(-fsanitize=${ROLLCALL_SANITIZE})
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 warns of impossible overflows inside its own <string> at -O2.
  target_compile_options(rollcall_options INTERFACE
    -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds -Wno-maybe-uninitialized)
endif()

function(_rollcall_pch target grpc proto)
  if(grpc)
    target_precompile_headers(${target} REUSE_FROM rollcall_pch_grpc)
  elseif(proto)
    target_precompile_headers(${target} REUSE_FROM rollcall_pch_proto)
  endif()
endfunction()

function(rollcall_library name)
  cmake_parse_arguments(ARG "GRPC;PROTO" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE rollcall_options ${ARG_PRIVATE_DEPS})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  _rollcall_pch(${name} "${ARG_GRPC}" "${ARG_PROTO}")
endfunction()

function(rollcall_executable name)
  cmake_parse_arguments(ARG "GRPC;PROTO" "OUTPUT" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE rollcall_options ${ARG_DEPS})
  if(ARG_OUTPUT)
    set_target_properties(${name} PROPERTIES OUTPUT_NAME ${ARG_OUTPUT})
  endif()
  _rollcall_pch(${name} "${ARG_GRPC}" "${ARG_PROTO}")
endfunction()

function(rollcall_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  # The time on a good day; three times as much only ends what hangs.
  math(EXPR limit "3 * ${ARG_TIMEOUT}")
  rollcall_executable(${name} SOURCES ${ARG_SOURCES} DEPS ${ARG_DEPS} rollcall_test_main)
  target_precompile_headers(${name} REUSE_FROM rollcall_pch_test)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  # What may take long begins first, so that nothing long is left for the end.
  set_tests_properties(${name} PROPERTIES
    TIMEOUT ${limit} COST ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()
