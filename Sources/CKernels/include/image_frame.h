// Where an image stands in a larger array of zeros, so that a convolution needs no padded copy of it, and in which
// order its numbers lie there.
#pragma once

#include <stddef.h>

#include "instruction_set.h"

/// The order of an image's numbers.
typedef enum {
    GALATEA_PIXELS = 0,  ///< Channels last: [y][x][channel].
    /// One channel behind the other, [channel][y][x], and behind them as many planes again, of the difference of the
    /// number two columns before and the one that stands there. Of these only odd columns and the border right of the
    /// image count.
    GALATEA_PLANES = 1,
    /// Four planes a channel, as a stride of 2 takes them: [channel][(y + 1) % 2][(x + 1) % 2][(y + 1) / 2][(x + 1) / 2],
    /// the pixels a kernel's column meets side by side.
    GALATEA_PHASES = 2,
} galatea_arrangement;

/// Floats behind a row of phases that may become 0 or -0 when it is written: rows are written from top to bottom, so that
/// those reach what is zero or still to be written.
enum { GALATEA_PHASE_SLACK = 8 };

/// An image in an array: its own numbers and zeros around them.
typedef struct {
    galatea_arrangement arrangement;
    ptrdiff_t first;  ///< Floats before its first pixel; 0 for phases.
    ptrdiff_t row;    ///< Floats from one row to the next, of a plane where there are planes.
    ptrdiff_t plane;  ///< Floats from one plane to the next; 0 for pixels.
    ptrdiff_t count;  ///< Floats of the array.
} galatea_frame;

/// Puts an image [height, width, channels] where a frame of pixels or phases has it; the rest of the array stays.
void galatea_place_image(galatea_level level, const float *image, ptrdiff_t height, ptrdiff_t width,
                         ptrdiff_t channels, const galatea_frame *frame, float *array);
