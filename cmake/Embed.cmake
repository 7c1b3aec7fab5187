# Writes the bytes of INPUT as a C++ source that defines
#   const unsigned char* rollcall::SYMBOL(unsigned long* size)
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUTPUT}
"// Generated from the protos.
namespace rollcall {
namespace {
const unsigned char kBytes[] = {
${bytes}
};
}  // namespace
const unsigned char* ${SYMBOL}(unsigned long* size);
const unsigned char* ${SYMBOL}(unsigned long* size) {
  *size = sizeof(kBytes);
  return kBytes;
}
}  // namespace rollcall
")
