// Photometry of the galaxy at the centre of a cutout: sky, stack, sources, moments, rings, apertures.
//
// The pixels are read where they lie, as stored; only their weighted stack is ever written. All floats of a
// cutout's bands are in the units of the file, all positions in pixels, the first pixel's centre at (0, 0).
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"
#include "order_statistics.h"
#include "pixel_scaling.h"

/// Rows of zeros above and below a plane, and the greatest reach of its smoothing.
#define GALATEA_PLANE_MARGIN 8
/// The greatest side of an image that is measured.
#define GALATEA_LARGEST_SIDE 512
/// Bins of a sky histogram; one more at either end takes what lies outside.
#define GALATEA_SKY_BINS 256

/// The pixels of a cutout, `[band, y, x]`, float32.
typedef struct {
    const void *pixels;    ///< The first pixel of the first band.
    int32_t big_endian;    ///< Whether the bytes are in FITS order.
    int32_t bands, width, height;
    ptrdiff_t row_stride;  ///< Pixels from one row to the next.
    ptrdiff_t band_stride; ///< Pixels from one band to the next.
} galatea_cutout;

/// A plane of floats between margins of zeros; `pixels` is its first pixel.
typedef struct {
    float *pixels;
    int32_t width, height;
    ptrdiff_t stride;  ///< At least 16 more than the width; the excess is 0.
} galatea_plane;

/// The stride of a plane of this width.
ptrdiff_t galatea_plane_stride(int32_t width);
/// The floats that a plane takes, margins included; all of them must be 0 at first.
ptrdiff_t galatea_plane_size(int32_t width, int32_t height);
/// Where the first pixel of a plane lies in its memory.
ptrdiff_t galatea_plane_start(int32_t width);

// ---- Sky

/// Counts of values in equal bins from `low` up; the first and the last take what lies outside.
typedef struct {
    float low, bin;
    int32_t counts[GALATEA_SKY_BINS + 2];
} galatea_sky_histogram;

/// The finite pixels of a band's border, `border` pixels wide; of an image that is all border, all of them.
///
/// Zeros are left out when they are less than half: uncovered sky would feign a sky without noise.
/// @param skips_zeros Set to whether they were.
/// @return The number of values.
ptrdiff_t galatea_border_values(galatea_level level, const galatea_cutout *cutout, int32_t band, int32_t border,
                                float *values, int32_t *skips_zeros);

/// Fills a histogram that spans the bulk of the values, 5 sigma either way of their median by a sample.
///
/// @return 0 when the values have no spread: the histogram is not filled.
int galatea_fill_sky_histogram(galatea_level level, const float *values, ptrdiff_t count,
                               galatea_sky_histogram *histogram);

/// Takes the pixels of a band's border whose bit is set out of its histogram.
///
/// @param skips_zeros Whether zeros were left out when it was filled.
void galatea_remove_from_histogram(galatea_level level, const galatea_cutout *cutout, int32_t band, int32_t border,
                                   int skips_zeros, const uint64_t *bits, int32_t words,
                                   galatea_sky_histogram *histogram);

/// Median and 1.4826 MAD after clipping at 3 sigma, interpolated within bins.
///
/// Clipping ends when a step moves less than one value in 4,000, or half a value, and after twenty steps.
///
/// @return NaN for an empty histogram, or when the clipped values do not lie within its span.
galatea_sky galatea_clipped_histogram(const galatea_sky_histogram *histogram);

/// The numbers of scratch that `galatea_noise_products` takes.
ptrdiff_t galatea_noise_scratch(int32_t width, int32_t height);

/// The sum of the sky's pixel products over lags of up to 2 pixels either way, over that of its squares.
///
/// Of the highest and the lowest fourth of the rows, in whole 64ths of `limit`: levels differ only where a pixel lies
/// on the edge between two of them. Pixels whose bit in `free` is not set, and those beyond `limit` of the sky, count
/// as 0.
/// @param scratch `galatea_noise_scratch` numbers.
/// @return NaN without a pixel, or when the limit is not a positive number.
double galatea_noise_products(galatea_level level, const galatea_cutout *cutout, int32_t band, float sky,
                              float limit, const uint64_t *free, int32_t words, int16_t *scratch);

/// In the same rows, 25 times the number of set bits over the number of pairs of set bits with lags of up to 2 either way.
double galatea_pair_ratio(galatea_level level, const uint64_t *bits, int32_t height, int32_t words);

// ---- Stack

/// `stack = sum (pixel - sky[band]) weights[band]`; a pixel that is not finite counts as its band's sky.
///
/// @param census One a band; added to.
/// @return Whether the whole stack is finite.
int galatea_stack(galatea_level level, const galatea_cutout *cutout, const float *sky, const float *weights,
                  galatea_plane stack, galatea_pixel_census *census);

/// Adds `value` to every pixel of a plane.
void galatea_shift_plane(galatea_level level, galatea_plane plane, float value);

/// Adds `value` to the pixels of a plane whose bit is set.
void galatea_shift_pixels(galatea_plane plane, const uint64_t *bits, int32_t words, float value);

/// The largest `|pixel - sky|` of a band's finite pixels.
float galatea_largest_deviation(const galatea_cutout *cutout, int32_t band, float sky);

/// Sets the bit of each pixel of a band that is not finite.
void galatea_gap_bits(const galatea_cutout *cutout, int32_t band, uint64_t *bits, int32_t words);

/// Smooths a plane with a symmetric kernel along both axes and sets the bits of pixels above a threshold.
///
/// @param taps The kernel's values at lags 0 to `half`.
void galatea_smooth(galatea_level level, galatea_plane from, const float *taps, int32_t half, float threshold,
                    galatea_plane to, uint64_t *bits, int32_t words);

/// Grows set bits into squares of side `2 margin + 1`, the margin at most `GALATEA_PLANE_MARGIN`.
void galatea_grow_bits(const uint64_t *bits, int32_t width, int32_t height, int32_t words, int32_t margin,
                       uint64_t *out);

/// Makes four set bits of each one, `[y, x]` those of `[y / 2, x / 2]`; what lies beyond the given ones is not set.
void galatea_double_bits(const uint64_t *bits, int32_t height, int32_t words, uint64_t *out, int32_t out_height,
                         int32_t out_words);

/// Replaces each pixel of a plane whose bit is set by the one at `twice_center - (x, y)`, by 0 where that is
/// set too or lies outside.
void galatea_mirror_pixels(galatea_plane plane, const uint64_t *bits, int32_t words, int32_t twice_x,
                           int32_t twice_y);

/// Adds to the stack what a band holds opposite its gaps, less its sky, times its weight.
void galatea_mirror_gaps(const galatea_cutout *cutout, int32_t band, float sky, float weight,
                         const uint64_t *gaps, const uint64_t *others, int32_t words, int32_t twice_x,
                         int32_t twice_y, galatea_plane stack);

// ---- Sources

/// A source's smoothed light: sum, barycentre, second moments, pixels; no pixels where nothing was found.
typedef struct {
    double flux, x, y, xx, yy, xy;
    int32_t area;
} galatea_source;

/// What a search for the target needs to know.
typedef struct {
    float threshold;        ///< The one that made the bits.
    int32_t minimum_area;
    float contrast;         ///< Least share of the light of a part of its own.
    double x, y;            ///< The target.
    double tolerance;       ///< Distance up to which a source is the target's.
} galatea_source_search;

/// Bytes of scratch for `galatea_find_source`.
ptrdiff_t galatea_search_scratch(int32_t width, int32_t height);

/// Finds the source nearest the target among the connected sets of pixels above a threshold, deblended.
///
/// A set falls apart where two of its branches, between their saddle and their peaks, hold each more than the
/// contrast's share of the light. Sets below the least area are erased from `bits`.
/// @param smooth The smoothed plane.
/// @param bits Its pixels above the threshold.
/// @param target Set to the source's pixels.
galatea_source galatea_find_source(galatea_level level, galatea_plane smooth, uint64_t *bits, int32_t words,
                                   const galatea_source_search *search, void *scratch, uint64_t *target);

// ---- Light

/// `r^2 = xx (x - x0)^2 + yy (y - y0)^2 + xy (x - x0)(y - y0)`, the radius 1 on the ellipse.
typedef struct {
    double x, y, xx, yy, xy;
} galatea_ellipse;

/// Sums of light under `w = exp(-r^2 / 2)`, `r^2 < 13`, `u` and `v` from the ellipse's centre.
typedef struct {
    double light, u, v, uu, vv, uv;
    double spread;  ///< `sum w^2 (u^2 + v^2)^2`, where it is asked for.
} galatea_weighted_moments;

/// Halves a plane: each pixel of `to` is the sum of four, at twice its coordinates plus a half. An odd last row or
/// column is left out.
void galatea_halve_plane(galatea_level level, galatea_plane from, galatea_plane to);

/// Light and its moments under a Gaussian weight.
galatea_weighted_moments galatea_gaussian_moments(galatea_level level, galatea_plane plane,
                                                  galatea_ellipse ellipse, int has_spread);

/// The light of a plane within radius `limit` and its first moment, which make Kron's radius.
///
/// @param first_moment Set to `sum r f` over the pixels with `r <= limit`.
/// @param light Set to `sum f` over them.
void galatea_kron_sums(galatea_level level, galatea_plane plane, galatea_ellipse ellipse, double limit,
                       double *first_moment, double *light);

/// Sums of a plane's light in `rings` rings of equal width out to radius `limit`, at most 256 rings.
///
/// Pixels within 5 of the centre are divided into nine.
void galatea_ring_sums(galatea_level level, galatea_plane plane, galatea_ellipse ellipse, double limit,
                       int32_t rings, double *sums);

/// What replaces the pixels of neighbours and gaps in an aperture.
typedef struct {
    const uint64_t *others;  ///< Bits of the neighbours; NULL for none.
    const uint64_t *gaps;    ///< Bits of the gaps, one plane a band; NULL for none.
    int32_t words;
    int32_t mirrors;         ///< Whether the pixel opposite takes their place, or nothing.
    int32_t twice_x, twice_y;
} galatea_replacement;

/// Each band's light inside radius `r`, `sum a (pixel - sky) scale`, `a` the share of a pixel inside.
///
/// @return The area, in pixels, on the image.
double galatea_aperture_light(galatea_level level, const galatea_cutout *cutout, const float *sky,
                             const float *scales, galatea_ellipse ellipse, double radius,
                             const galatea_replacement *replacement, double *sums);
