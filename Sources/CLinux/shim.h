#pragma once
#include <sys/prctl.h>

/* prctl(2) takes a variable number of arguments, which Swift does not call. */
static inline int amirec_set_dumpable(unsigned long is_dumpable) {
  return prctl(PR_SET_DUMPABLE, is_dumpable, 0UL, 0UL, 0UL);
}
static inline int amirec_is_dumpable(void) {
  return prctl(PR_GET_DUMPABLE, 0UL, 0UL, 0UL, 0UL);
}
