#include "common/log.h"
#include "gmock/gmock.h"

int main(int argc, char** argv) {
  rollcall::SetLogLevel(rollcall::LogLevel::kError);
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
