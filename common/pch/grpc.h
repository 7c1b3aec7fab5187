// Precompiled: what everything that speaks gRPC includes.
#pragma once

#include <grpcpp/grpcpp.h>

#include "common/pch/proto.h"
