#include "CBuildInformation.h"

#ifndef GALATEA_COMMIT
#define GALATEA_COMMIT "unknown"
#endif

const char *galatea_commit(void) { return GALATEA_COMMIT; }
