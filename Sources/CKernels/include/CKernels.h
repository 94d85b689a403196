// Galatea's C kernels: one header a kernel family, all of them gathered here.
#pragma once

#include "batch_norm.h"
#include "convolution.h"
#include "dense.h"
#include "distances.h"
#include "elementwise.h"
#include "instruction_set.h"
#include "interpolation.h"
#include "mock_rendering.h"
#include "photometry.h"
#include "pixel_scaling.h"
#include "reduction.h"
#include "resampling.h"
