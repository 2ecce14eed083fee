#include <stddef.h>
#include <stdint.h>

// What libFuzzer does when a program has a main of its own, as SwiftPM's have.
// Source: llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library".
int LLVMFuzzerRunDriver(int *argc, char ***argv,
                        int (*testOneInput)(const uint8_t *data, size_t size));
