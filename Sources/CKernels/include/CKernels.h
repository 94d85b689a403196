// Galatea's C kernels: one header a kernel family, all of them gathered here.
#pragma once

#include "apertures.h"
#include "batch_norm.h"
#include "convolution.h"
#include "dense.h"
#include "elementwise.h"
#include "fma_peak.h"
#include "instruction_set.h"
#include "interpolation.h"
#include "mock_rendering.h"
#include "neighbor_tree.h"
#include "pixel_scaling.h"
#include "point_distance.h"
#include "rbf_decision.h"
#include "reduction.h"
#include "resampling.h"
#include "sorting.h"
