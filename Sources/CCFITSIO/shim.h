// The system's cfitsio; its long names are macros that Swift cannot see, so callers use the short ones.
#pragma once

#include <fitsio.h>
