// Galatea's C kernels: one header a kernel family, all of them gathered here.
#pragma once

#include "convolution.h"
#include "dense.h"
#include "distances.h"
#include "elementwise.h"
#include "instruction_set.h"
#include "interpolation.h"
#include "mock_rendering.h"
#include "normalisation.h"
#include "normalization.h"
#include "reduction.h"
#include "resampling.h"
