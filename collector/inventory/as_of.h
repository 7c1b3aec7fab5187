#pragma once

#include "collector/storage/as_of.h"  // IWYU pragma: export
