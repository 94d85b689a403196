#include "patches.h"

#include <string.h>

// Copying and adding whole window rows: memory-bound, the same at every instruction-set level.

typedef struct {
    ptrdiff_t before, count, source;  // floats of padding ahead, floats inside, where they start in the row
} span;

/// The part of a window row that lies inside the image, in floats.
static span inside(const galatea_patch_geometry *g, ptrdiff_t left) {
    const ptrdiff_t begin = left < 0 ? 0 : left;
    ptrdiff_t end = left + g->kernel_width;
    if (end > g->width) end = g->width;
    if (end <= begin) return (span){0, 0, 0};
    return (span){(begin - left) * g->channels, (end - begin) * g->channels, begin * g->channels};
}

void galatea_gather_patches(const float *image, const galatea_patch_geometry *geometry, ptrdiff_t first,
                            ptrdiff_t last, float *patches) {
    const galatea_patch_geometry g = *geometry;
    const ptrdiff_t row = g.kernel_width * g.channels;
    for (ptrdiff_t y = first; y < last; y++)
        for (ptrdiff_t x = 0; x < g.output_width; x++) {
            const span part = inside(&g, x * g.horizontal_stride - g.horizontal_padding);
            const ptrdiff_t after = row - part.before - part.count;
            for (ptrdiff_t r = 0; r < g.kernel_height; r++, patches += row) {
                const ptrdiff_t source = y * g.vertical_stride - g.vertical_padding + r;
                if (source < 0 || source >= g.height || part.count == 0) {
                    memset(patches, 0, (size_t)row * sizeof(float));
                    continue;
                }
                const float *from = image + source * g.width * g.channels + part.source;
                for (ptrdiff_t i = 0; i < part.before; i++) patches[i] = 0;
                for (ptrdiff_t i = 0; i < part.count; i++) patches[part.before + i] = from[i];
                for (ptrdiff_t i = 0; i < after; i++) patches[part.before + part.count + i] = 0;
            }
        }
}

void galatea_scatter_patches(const float *patches, const galatea_patch_geometry *geometry, ptrdiff_t first,
                             ptrdiff_t last, float *image) {
    const galatea_patch_geometry g = *geometry;
    const ptrdiff_t row = g.kernel_width * g.channels;
    for (ptrdiff_t y = first; y < last; y++)
        for (ptrdiff_t x = 0; x < g.output_width; x++) {
            const span part = inside(&g, x * g.horizontal_stride - g.horizontal_padding);
            for (ptrdiff_t r = 0; r < g.kernel_height; r++, patches += row) {
                const ptrdiff_t target = y * g.vertical_stride - g.vertical_padding + r;
                if (target < 0 || target >= g.height) continue;
                float *to = image + target * g.width * g.channels + part.source;
                for (ptrdiff_t i = 0; i < part.count; i++) to[i] += patches[part.before + i];
            }
        }
}
