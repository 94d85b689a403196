// Galatea's C kernels: one header a kernel family, all of them gathered here.
#pragma once

#include "convolution.h"
#include "dense.h"
#include "elementwise.h"
#include "instruction_set.h"
#include "interpolation.h"
#include "normalization.h"
#include "reduction.h"
