// Rows of channels-last images on their way into a frame.
#pragma once

#include <assert.h>
#include <string.h>

#include "include/image_frame.h"

/// Where row `y` of a channel's plane of phases begins, for odd columns; for even ones a plane further on.
static inline float *phase_row(const galatea_frame *frame, float *array, ptrdiff_t channel, ptrdiff_t y) {
    return array + (channel * 4 + (y + 1) % 2 * 2) * frame->plane + (y + 1) / 2 * frame->row;
}

/// Puts row `y`, [width, channels], where the frame has it.
static inline void place_row(const float *row, ptrdiff_t y, ptrdiff_t width, ptrdiff_t channels,
                             const galatea_frame *frame, float *array) {
    if (frame->arrangement == GALATEA_PIXELS) {
        memcpy(array + frame->first + y * frame->row, row, (size_t)(width * channels) * sizeof(float));
        return;
    }
    assert(frame->arrangement == GALATEA_PHASES);
    for (ptrdiff_t c = 0; c < channels; c++) {
        float *odd = phase_row(frame, array, c, y) + 1, *even = odd - 1 + frame->plane;
        for (ptrdiff_t x = 0; x < width; x += 2) even[x / 2] = row[x * channels + c];
        for (ptrdiff_t x = 1; x < width; x += 2) odd[x / 2] = row[x * channels + c];
    }
}
