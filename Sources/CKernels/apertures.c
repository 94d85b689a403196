#include "apertures.h"

#include <string.h>

#include "levels.h"

typedef uint32_t u16x32 __attribute__((vector_size(64)));

// Vectors go by pointer: by value they would need the registers of their level in the call.

/// Adds (pixel - sky) weight of sixteen pixels; those that are not finite give 0.
GALATEA_INLINE void add_weighed(galatea_d16 *sum, const void *pixels, int big_endian, const float *weight,
                                float sky) {
    u16x32 bits;
    memcpy(&bits, pixels, sizeof bits);
    if (big_endian)
        bits = (bits << 24) | ((bits & 0xff00) << 8) | ((bits >> 8) & 0xff00) | (bits >> 24);
    const u16x32 is_finite = (u16x32)((bits & 0x7f800000u) != 0x7f800000u);
    galatea_f16 light;
    memcpy(&light, &bits, sizeof light);
    light -= sky;
    memcpy(&bits, &light, sizeof bits);
    bits &= is_finite;
    memcpy(&light, &bits, sizeof light);
    *sum += __builtin_convertvector(light * GALATEA_LOAD16(weight), galatea_d16);
}

GALATEA_INLINE void aperture_sums_body(const uint8_t *pixels, int big_endian, const galatea_aperture_run *runs,
                                       ptrdiff_t run_count, const float *weights, float sky, double *sums) {
    galatea_d16 sum = {0};
    for (ptrdiff_t r = 0; r < run_count; r++) {
        const galatea_aperture_run run = runs[r];
        const uint8_t *from = pixels + 4 * (ptrdiff_t)run.first;
        const float *weight = weights + run.weight;
        ptrdiff_t i = 0;
        for (; i + 16 <= run.count; i += 16) add_weighed(&sum, from + 4 * i, big_endian, weight + i, sky);
        if (i < run.count) {
            // Nothing beyond the run may be read: it may end where the file does.
            float rest[16] = {0}, rest_weight[16] = {0};
            memcpy(rest, from + 4 * i, (size_t)(run.count - i) * 4);
            memcpy(rest_weight, weight + i, (size_t)(run.count - i) * 4);
            add_weighed(&sum, rest, big_endian, rest_weight, sky);
        }
        if (r + 1 == run_count || runs[r + 1].ring != run.ring) {
            double total = 0;
            for (int lane = 0; lane < 16; lane++) total += sum[lane];
            sums[run.ring] = total;
            sum = (galatea_d16){0};
        }
    }
}

GALATEA_LEVELS(void, aperture_sums,
               (const uint8_t *pixels, int big_endian, const galatea_aperture_run *runs, ptrdiff_t run_count,
                const float *weights, float sky, double *sums),
               (pixels, big_endian, runs, run_count, weights, sky, sums))

void galatea_aperture_sums(galatea_level level, const void *pixels, int big_endian,
                           const galatea_aperture_run *runs, ptrdiff_t run_count, const float *weights, float sky,
                           double *sums) {
    GALATEA_CALL(level, aperture_sums, (pixels, big_endian, runs, run_count, weights, sky, sums))
}
