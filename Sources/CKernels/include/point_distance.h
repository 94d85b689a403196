// Squared distance between two points in single precision, for searches that choose points one at a time.
#pragma once

#include <stddef.h>

#include "instruction_set.h"

/// `sum (a - b)^2` over `*(const ptrdiff_t *)dimension` floats; the sum's order depends on the level alone.
typedef float (*galatea_point_distance)(const void *a, const void *b, const void *dimension);

/// The function of a level, to be called without choosing it anew.
galatea_point_distance galatea_squared_distance(galatea_level level);
