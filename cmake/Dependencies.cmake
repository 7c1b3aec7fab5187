# Everything comes from Debian 12 packages; deploy/install-deps.sh names them.
# Some packages ask for -pthread and some do not; all targets must agree, or they
# could not share precompiled headers.
add_compile_options(-pthread)
find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
# Also finds re2, as target re2::re2.
find_package(gRPC CONFIG REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(RocksDB CONFIG REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(zstd CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(roaring CONFIG REQUIRED)
find_package(nlohmann_json CONFIG REQUIRED)

# libcsv ships neither a CMake package nor a pkg-config file.
find_path(CSV_INCLUDE_DIR csv.h REQUIRED)
find_library(CSV_LIBRARY csv REQUIRED)
add_library(rollcall_libcsv INTERFACE)
target_include_directories(rollcall_libcsv SYSTEM INTERFACE ${CSV_INCLUDE_DIR})
target_link_libraries(rollcall_libcsv INTERFACE ${CSV_LIBRARY})

# jemalloc ships a pkg-config file only.
find_path(JEMALLOC_INCLUDE_DIR jemalloc/jemalloc.h REQUIRED)
find_library(JEMALLOC_LIBRARY jemalloc REQUIRED)
add_library(rollcall_jemalloc INTERFACE)
target_include_directories(rollcall_jemalloc SYSTEM INTERFACE ${JEMALLOC_INCLUDE_DIR})
target_link_libraries(rollcall_jemalloc INTERFACE ${JEMALLOC_LIBRARY})

# libical's own CMake package asks for all of ICU's development files.
find_path(ICAL_INCLUDE_DIR libical/ical.h REQUIRED)
find_library(ICAL_LIBRARY ical REQUIRED)
add_library(rollcall_libical INTERFACE)
target_include_directories(rollcall_libical SYSTEM INTERFACE ${ICAL_INCLUDE_DIR})
target_link_libraries(rollcall_libical INTERFACE ${ICAL_LIBRARY})
