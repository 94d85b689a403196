// Galatea's C kernels: one header a kernel family, all of them gathered here.
#pragma once

#include "distances.h"
#include "instruction_set.h"
