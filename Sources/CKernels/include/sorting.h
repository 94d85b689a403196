// Sorting of numbers.
#pragma once

#include <stddef.h>

/// Sorts finite values in ascending order, -0 as 0 and before it where the bits differ; `scratch` holds as many.
void galatea_sort(float *values, ptrdiff_t count, float *scratch);
