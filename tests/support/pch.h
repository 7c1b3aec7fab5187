// Precompiled: what most tests include, and what is slow to read.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "common/pch/grpc.h"
#include "rollcall/v1/inventory.pb.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
