// How jemalloc, the allocator of the collector's process, is set.
//
// What an agent says is read on one thread, worked out on a second and freed on
// a third; glibc's allocator serialises that, and keeps what is free between
// what is in use for good.

// Read by jemalloc before main (jemalloc(3), TUNING). A thread of its own gives
// back what nobody used for ten seconds, also where nothing is allocated any
// more.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true";
