// Galatea's C kernels: one header a kernel family, all of them gathered here.
#pragma once

#include "instruction_set.h"
#include "mock_rendering.h"
