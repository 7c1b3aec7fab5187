// Memory that was freed, and what the system gets back of it.
#pragma once

#include <cstdint>

namespace rollcall::collector {

// Gives what is free back to the system, if it is much, and returns how many
// bytes fewer the process has now; 0: nothing was done. A large import or
// question leaves a heap with much free between what is in use, which glibc's
// allocator keeps for good (malloc_trim(3)). Takes milliseconds for each
// hundred megabytes, and other threads' allocations wait meanwhile.
// Thread-safe.
int64_t ReturnFreeMemory();

}  // namespace rollcall::collector
