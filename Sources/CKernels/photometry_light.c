#include <math.h>

#include "photometry_pixels.h"

#define CORE 5  // Half the side of the square of divided pixels, less a half.
#define LARGEST_RINGS 256
// Where a Gaussian weight ends: it is 0.0015 there.
#define FARTHEST_SQUARE 13.0f
#define FARTHEST 3.605551275463989

/// Rows or columns, the last one included; `from > to` for none.
typedef struct {
    int32_t from, to;
} span;

/// The rows that may lie inside.
GALATEA_INLINE span rows_of(galatea_ellipse e, double limit, int32_t height) {
    double half = limit * sqrt(4 * e.xx / (4 * e.xx * e.yy - e.xy * e.xy));
    double from = ceil(fmax(0, e.y - half)), to = floor(fmin(height - 1, e.y + half));
    if (!(from <= to)) return (span){0, -1};
    return (span){(int32_t)from, (int32_t)to};
}

#define ROWS_AT_ONCE 8

typedef double row_doubles __attribute__((vector_size(64)));
typedef int64_t row_conditions __attribute__((vector_size(64)));
typedef int32_t row_columns __attribute__((vector_size(32)));

/// `a` where the comparison holds, else `b`.
GALATEA_INLINE row_doubles either8(row_conditions condition, row_doubles a, row_doubles b) {
    return (row_doubles)(((row_conditions)a & condition) | ((row_conditions)b & ~condition));
}

/// The first and last columns of each row that may lie inside some radius; a row without any ends before it begins.
typedef struct {
    int32_t from[GALATEA_LARGEST_SIDE + ROWS_AT_ONCE], to[GALATEA_LARGEST_SIDE + ROWS_AT_ONCE];
} column_spans;

/// The columns inside radius `limit`, eight rows at a time: one by one their roots would take as long as the pixels.
GALATEA_INLINE void spans_of(galatea_ellipse e, double limit, span rows, int32_t width, column_spans *columns) {
    const row_doubles zero = {0}, up_to = zero + (width - 1), lanes = {0, 1, 2, 3, 4, 5, 6, 7};
    const double part = 0.5 / e.xx;
    for (int32_t y = rows.from; y <= rows.to; y += ROWS_AT_ONCE) {
        const row_doubles dy = lanes + (y - e.y), across = e.xy * dy;
        const row_doubles root = across * across - 4 * e.xx * (e.yy * dy * dy - limit * limit);
        const row_doubles half = __builtin_elementwise_sqrt(either8(root >= 0, root, zero)) * part;
        const row_doubles middle = e.x - across * part;
        const row_doubles first = middle - half, last = middle + half;
        const row_conditions any = (root >= 0) & (last >= 0) & (first < width);
        // Truncation may add a column that lies outside, which every kernel tells by its radius.
        const row_doubles from = either8(any & (first > 0), first, zero);
        const row_doubles to = either8(any, either8(last < up_to, last, up_to), zero - 1);
        const row_columns whole_from = __builtin_convertvector(from, row_columns);
        const row_columns whole_to = __builtin_convertvector(to, row_columns);
        memcpy(columns->from + y, &whole_from, sizeof whole_from);
        memcpy(columns->to + y, &whole_to, sizeof whole_to);
    }
}

GALATEA_INLINE galatea_f16 lanes_from(double first) {
    return __builtin_convertvector(LANES, galatea_f16) + (float)first;
}

// ---- Moments under a Gaussian

GALATEA_INLINE void halve_body(galatea_plane from, galatea_plane to) {
    for (int32_t y = 0; y < to.height; y++) {
        const float *low = from.pixels + 2 * y * from.stride, *high = low + from.stride;
        float *out = to.pixels + y * to.stride;
        for (int32_t x = 0; x < to.width; x += 16) {
            galatea_f16 a = GALATEA_LOAD16(low + 2 * x) + GALATEA_LOAD16(high + 2 * x);
            galatea_f16 b = {0};
            if (to.width - x > 8) b = GALATEA_LOAD16(low + 2 * x + 16) + GALATEA_LOAD16(high + 2 * x + 16);
            galatea_f16 sum = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) +
                              __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
            GALATEA_STORE16(out + x, SELECT16(LANES < (to.width - x), sum, (galatea_f16){0}));
        }
    }
}

GALATEA_LEVELS(void, halve, (galatea_plane from, galatea_plane to), (from, to))

void galatea_halve_plane(galatea_level level, galatea_plane from, galatea_plane to) {
    GALATEA_CALL(level, halve, (from, to))
}

// exp(-q / 2) for 0 <= q <= 16: 2^n (1 + f P(f)), f in [-1/2, 1/2], relative error below 3e-7.
GALATEA_INLINE galatea_f16 half_exponential(galatea_f16 q) {
    const float shift = 12582912;  // 1.5 2^23: adding it rounds to an integer.
    galatea_f16 t = q * -0.72134752f;
    galatea_f16 rounded = t + shift;
    galatea_i16 n = (galatea_i16)rounded - (galatea_i16)SPLAT16(shift);
    galatea_f16 f = t - (rounded - shift);
    galatea_f16 p = f * 0.00133335581f + 0.00961812911f;
    p = p * f + 0.0555041087f;
    p = p * f + 0.240226507f;
    p = p * f + 0.693147181f;
    p = p * f + 1;
    return (galatea_f16)((galatea_i16)p + (n << 23));
}

GALATEA_INLINE galatea_weighted_moments moments_of(galatea_plane plane, galatea_ellipse e, int has_spread) {
    galatea_f16 light = {0}, su = {0}, sv = {0}, suu = {0}, svv = {0}, suv = {0}, spread = {0};
    const span rows = rows_of(e, FARTHEST, plane.height);
    column_spans columns;
    spans_of(e, FARTHEST, rows, plane.width, &columns);
    for (int32_t y = rows.from; y <= rows.to; y++) {
        const double dy = y - e.y;
        const int32_t first = columns.from[y], last = columns.to[y];
        const float v = (float)dy, vv = v * v, across = (float)(e.xy * dy), base = (float)(e.yy * dy * dy);
        const float *from = plane.pixels + y * plane.stride;
        galatea_f16 row = {0}, row_u = {0}, row_uu = {0};
        galatea_f16 u = lanes_from(first - e.x);
        for (int32_t x = first; x <= last; x += 16, u += 16) {
            // Beyond the image the plane is 0; a q that rounding left below 0 does no harm.
            galatea_f16 q = ((float)e.xx * u + across) * u + base;
            galatea_f16 w = SELECT16(q < FARTHEST_SQUARE, half_exponential(q), (galatea_f16){0});
            galatea_f16 f = w * GALATEA_LOAD16(from + x), fu = f * u;
            row += f;
            row_u += fu;
            row_uu += fu * u;
            if (has_spread) {
                galatea_f16 square = w * (u * u + vv);
                spread += SELECT16(LANES <= (last - x), square * square, (galatea_f16){0});
            }
        }
        light += row;
        su += row_u;
        suu += row_uu;
        sv += row * v;
        svv += row * vv;
        suv += row_u * v;
    }
    return (galatea_weighted_moments){joined16(light), joined16(su),  joined16(sv),    joined16(suu),
                                      joined16(svv),   joined16(suv), joined16(spread)};
}

GALATEA_INLINE galatea_weighted_moments moments_body(galatea_plane plane, galatea_ellipse e, int has_spread) {
    return has_spread ? moments_of(plane, e, 1) : moments_of(plane, e, 0);
}

GALATEA_LEVELS(galatea_weighted_moments, moments, (galatea_plane plane, galatea_ellipse e, int has_spread),
               (plane, e, has_spread))

galatea_weighted_moments galatea_gaussian_moments(galatea_level level, galatea_plane plane,
                                                  galatea_ellipse ellipse, int has_spread) {
    GALATEA_CALL(level, moments, (plane, ellipse, has_spread))
}

// ---- Kron's radius

GALATEA_INLINE galatea_f16 radius_of(galatea_ellipse e, galatea_f16 u, double dy) {
    galatea_f16 q = ((float)e.xx * u + (float)(e.xy * dy)) * u + (float)(e.yy * dy * dy);
    return __builtin_elementwise_sqrt(SELECT16(q > 0, q, (galatea_f16){0}));
}

GALATEA_INLINE void kron_body(galatea_plane plane, galatea_ellipse e, double limit, double *first_moment,
                              double *total) {
    galatea_f16 moment = {0}, light = {0};
    const span rows = rows_of(e, limit, plane.height);
    column_spans columns;
    spans_of(e, limit, rows, plane.width, &columns);
    for (int32_t y = rows.from; y <= rows.to; y++) {
        const float *from = plane.pixels + y * plane.stride;
        galatea_f16 u = lanes_from(columns.from[y] - e.x);
        for (int32_t x = columns.from[y]; x <= columns.to[y]; x += 16, u += 16) {
            // Beyond the image the plane is 0.
            galatea_f16 r = radius_of(e, u, y - e.y);
            galatea_f16 f = SELECT16(r <= (float)limit, GALATEA_LOAD16(from + x), (galatea_f16){0});
            moment += r * f;
            light += f;
        }
    }
    *first_moment = joined16(moment);
    *total = joined16(light);
}

GALATEA_LEVELS(void, kron, (galatea_plane plane, galatea_ellipse e, double limit, double *first_moment,
                            double *total),
               (plane, e, limit, first_moment, total))

void galatea_kron_sums(galatea_level level, galatea_plane plane, galatea_ellipse ellipse, double limit,
                       double *first_moment, double *light) {
    GALATEA_CALL(level, kron, (plane, ellipse, limit, first_moment, light))
}

// ---- Rings

// Sixteen places more, one a lane, for what lies in no ring.
typedef float ring_table[LARGEST_RINGS + 16];

/// Adds the first `count` of sixteen values to the rings that their radii fall into; four tables, so that a ring is
/// not written again before it could be read.
GALATEA_INLINE void add_to_rings(ring_table *tables, int32_t rings, galatea_f16 ring, galatea_f16 light,
                                 int count) {
    galatea_f16 outside = SPLAT16(rings) + __builtin_convertvector(LANES, galatea_f16);
    galatea_i16 index = __builtin_convertvector(SELECT16(ring < (float)rings, ring, outside), galatea_i16);
    int32_t indices[16];
    float values[16];
    memcpy(indices, &index, 64);
    memcpy(values, &light, 64);
    for (int k = 0; k < count; k++) tables[k % 4][indices[k]] += values[k];
}

GALATEA_INLINE void ring_body(galatea_plane plane, galatea_ellipse e, double limit, int32_t rings, double *sums) {
    ring_table tables[4];
    for (int k = 0; k < 4; k++) memset(tables[k], 0, (size_t)(rings + 16) * sizeof(float));
    const float scale = (float)(rings / limit);
    const int32_t left = (int32_t)lrint(e.x) - CORE, top = (int32_t)lrint(e.y) - CORE;
    const span rows = rows_of(e, limit, plane.height);
    column_spans columns;
    spans_of(e, limit, rows, plane.width, &columns);
    for (int32_t y = rows.from; y <= rows.to; y++) {
        const int is_core_row = y >= top && y <= top + 2 * CORE;
        galatea_f16 u = lanes_from(columns.from[y] - e.x);
        for (int32_t x = columns.from[y]; x <= columns.to[y]; x += 16, u += 16) {
            galatea_f16 ring = radius_of(e, u, y - e.y) * scale;
            galatea_f16 f = GALATEA_LOAD16(plane.pixels + y * plane.stride + x);
            if (is_core_row) {
                galatea_i16 column = LANES + x;
                f = SELECT16((column >= left) & (column <= left + 2 * CORE), (galatea_f16){0}, f);
            }
            add_to_rings(tables, rings, ring, f, 16);
        }
    }
    // The core's pixels, each a square of nine equal parts.
    for (int32_t y = top > 0 ? top : 0; y <= top + 2 * CORE && y < plane.height; y++) {
        const int32_t from = left > 0 ? left : 0, to = left + 2 * CORE;
        galatea_f16 f = GALATEA_LOAD16(plane.pixels + y * plane.stride + from) * (1 / 9.0f);
        f = SELECT16(LANES <= (to - from), f, (galatea_f16){0});
        for (int part = 0; part < 9; part++) {
            double dx = from - e.x + (part % 3 - 1) / 3.0, dy = y - e.y + (part / 3 - 1) / 3.0;
            galatea_f16 ring = radius_of(e, lanes_from(dx), dy) * scale;
            add_to_rings(tables, rings, ring, f, 2 * CORE + 1);
        }
    }
    for (int32_t k = 0; k < rings; k++)
        sums[k] = ((double)tables[0][k] + tables[1][k]) + ((double)tables[2][k] + tables[3][k]);
}

GALATEA_LEVELS(void, ring, (galatea_plane plane, galatea_ellipse e, double limit, int32_t rings, double *sums),
               (plane, e, limit, rings, sums))

static void ring_at(galatea_level level, galatea_plane plane, galatea_ellipse e, double limit, int32_t rings,
                    double *sums) {
    GALATEA_CALL(level, ring, (plane, e, limit, rings, sums))
}

void galatea_ring_sums(galatea_level level, galatea_plane plane, galatea_ellipse ellipse, double limit,
                       int32_t rings, double *sums) {
    ring_at(level, plane, ellipse, limit, rings < LARGEST_RINGS ? rings : LARGEST_RINGS, sums);
}

// ---- Apertures

/// The share of each pixel inside radius `limit`: its signed distance to the edge, by the radius's gradient, cut
/// at half a pixel either way.
GALATEA_INLINE galatea_f16 shares_of(galatea_ellipse e, double limit, galatea_f16 u, double dy) {
    galatea_f16 gu = (float)e.xx * u + (float)(e.xy * dy / 2), gv = (float)(e.xy / 2) * u + (float)(e.yy * dy);
    galatea_f16 q = gu * u + gv * (float)dy;
    q = SELECT16(q > 1e-12f, q, SPLAT16(1e-12f));
    galatea_f16 r = __builtin_elementwise_sqrt(q);
    galatea_f16 slope = __builtin_elementwise_sqrt(gu * gu + gv * gv) + 1e-12f;
    galatea_f16 share = ((float)limit - r) * r / slope + 0.5f;
    share = SELECT16(share > 0, share, (galatea_f16){0});
    return SELECT16(share < 1, share, SPLAT16(1));
}

/// The light opposite one row's masked pixels, each with its share of the aperture.
static double mirrored(const galatea_cutout *cutout, int32_t band, float sky, const galatea_replacement *how,
                       const uint64_t *gaps, int32_t y, int32_t from, int32_t to, const float *shares) {
    double sum = 0;
    for (int32_t x = from; x <= to; x++) {
        int is_masked = (how->others && bit_at(how->others, how->words, x, y)) ||
                        (gaps && bit_at(gaps, how->words, x, y));
        if (!is_masked || !(shares[x - from] > 0)) continue;
        int32_t ox = how->twice_x - x, oy = how->twice_y - y;
        if (ox < 0 || ox >= cutout->width || oy < 0 || oy >= cutout->height) continue;
        if ((how->others && bit_at(how->others, how->words, ox, oy)) ||
            (gaps && bit_at(gaps, how->words, ox, oy)))
            continue;
        sum += (double)shares[x - from] * ((double)cutout_pixel(cutout, band, oy, ox) - sky);
    }
    return sum;
}

#define APERTURE_PARAMETERS                                                                            \
    (const galatea_cutout *cutout, const float *sky, const float *scales, galatea_ellipse e, double radius, \
     const galatea_replacement *replacement, double *sums)
#define APERTURE_ARGUMENTS (cutout, sky, scales, e, radius, replacement, sums)

// Bands that are summed at once.
#define BANDS_AT_ONCE 8

/// One row of the aperture: what is common to all bands.
typedef struct {
    int32_t y, from, to;
    float shares[GALATEA_LARGEST_SIDE + 16];
    uint32_t others[GALATEA_LARGEST_SIDE / 16 + 1], any_other;  ///< Bits of the neighbours, sixteen pixels each.
} aperture_row;

/// The light of a row in one band, as long as no pixel is masked; those beyond the span have no share.
GALATEA_INLINE galatea_f16 open_row(const aperture_row *row, const uint8_t *from, int32_t width, int big_endian,
                                    float level, float scale, galatea_f16 light) {
    const float *shares = row->shares;
    int32_t x = row->from;
    for (; x <= row->to && x + 16 <= width; x += 16, shares += 16)
        light += (whole_pixels16(from + 4 * x, big_endian) - level) * scale * GALATEA_LOAD16(shares);
    if (x <= row->to)
        light += (pixels16(from + 4 * x, width - x, big_endian) - level) * scale * GALATEA_LOAD16(shares);
    return light;
}

/// The same with masked pixels, which have no light; `any` tells whether there are some.
GALATEA_INLINE galatea_f16 masked_row(const aperture_row *row, const uint8_t *from, int32_t width, int big_endian,
                                      float level, float scale, const uint64_t *gaps, int32_t words,
                                      galatea_f16 light,
                                      uint32_t *any) {
    *any = row->any_other;
    for (int32_t x = row->from, k = 0; x <= row->to; x += 16, k++) {
        galatea_f16 v = (pixels16(from + 4 * x, width - x, big_endian) - level) * scale;
        uint32_t masked = row->others[k];
        if (gaps) masked |= row_bits16(gaps, words, x);
        *any |= masked;
        v = SELECT16(lanes_of(masked) | (LANES > (row->to - x)), (galatea_f16){0}, v);
        light += v * GALATEA_LOAD16(row->shares + x - row->from);
    }
    return light;
}

/// Shares and neighbours of one row; returns the shares' sums, lane by lane.
GALATEA_INLINE galatea_f16 share_row(aperture_row *row, galatea_ellipse e, double radius, span inner,
                                     const galatea_replacement *replacement) {
    galatea_f16 area = {0};
    const uint64_t *others = replacement->others;
    if (others) others += (ptrdiff_t)row->y * replacement->words;
    row->any_other = 0;
    for (int32_t x = row->from, k = 0; x <= row->to; x += 16, k++) {
        // The span's first column may lie outside.
        const int is_whole = x > inner.from && x + 15 <= inner.to;
        galatea_f16 share = is_whole ? SPLAT16(1) : shares_of(e, radius, lanes_from(x - e.x), row->y - e.y);
        share = SELECT16(LANES <= (row->to - x), share, (galatea_f16){0});
        area += share;
        GALATEA_STORE16(row->shares + x - row->from, share);
        row->others[k] = others ? row_bits16(others, replacement->words, x) : 0;
        row->any_other |= row->others[k];
    }
    return area;
}

/// The light of at most `BANDS_AT_ONCE` bands from `first` on.
GALATEA_INLINE double aperture_rows(const galatea_cutout *cutout, int big_endian, int32_t first, int32_t bands,
                                    const float *sky, const float *scales, galatea_ellipse e, double radius,
                                    const galatea_replacement *replacement, double *sums) {
    // A pixel reaches into the ellipse from at most 0.71 away; its minor axis turns that into a radius.
    const double trace = e.xx + e.yy, least = sqrt((trace + hypot(e.xx - e.yy, e.xy)) / 2);
    const double reach = radius + 0.75 * least;
    // No pixel whose centre is farther in than half a pixel meets the edge.
    const double whole = radius - 0.55 * least;
    const ptrdiff_t plane_words = (ptrdiff_t)replacement->words * cutout->height;
    galatea_f16 area = {0}, light[BANDS_AT_ONCE] = {{0}};
    double opposite[BANDS_AT_ONCE] = {0};
    aperture_row row;
    const span rows = rows_of(e, reach, cutout->height);
    column_spans columns, inside;
    spans_of(e, reach, rows, cutout->width, &columns);
    if (whole > 0) spans_of(e, whole, rows, cutout->width, &inside);
    for (row.y = rows.from; row.y <= rows.to; row.y++) {
        row.from = columns.from[row.y];
        row.to = columns.to[row.y];
        if (row.from > row.to) continue;
        const span inner = whole > 0 ? (span){inside.from[row.y], inside.to[row.y]} : (span){0, -1};
        area += share_row(&row, e, radius, inner, replacement);
        for (int32_t k = 0; k < bands; k++) {
            const int32_t band = first + k;
            const uint8_t *from = row_of(cutout, band, row.y);
            if (!replacement->gaps && !row.any_other) {
                light[k] = open_row(&row, from, cutout->width, big_endian, sky[band], scales[band], light[k]);
                continue;
            }
            const uint64_t *gaps = replacement->gaps ? replacement->gaps + band * plane_words : NULL;
            const uint64_t *row_gaps = gaps ? gaps + (ptrdiff_t)row.y * replacement->words : NULL;
            uint32_t any = 0;
            light[k] = masked_row(&row, from, cutout->width, big_endian, sky[band], scales[band], row_gaps,
                                  replacement->words, light[k], &any);
            if (any && replacement->mirrors)
                opposite[k] += mirrored(cutout, band, sky[band], replacement, gaps, row.y, row.from, row.to, row.shares);
        }
    }
    for (int32_t k = 0; k < bands; k++) sums[first + k] = joined16(light[k]) + scales[first + k] * opposite[k];
    return joined16(area);
}

GALATEA_INLINE double aperture_body APERTURE_PARAMETERS {
    double area = 0;
    for (int32_t first = 0; first < cutout->bands; first += BANDS_AT_ONCE) {
        const int32_t left = cutout->bands - first, bands = left < BANDS_AT_ONCE ? left : BANDS_AT_ONCE;
        area = cutout->big_endian
                   ? aperture_rows(cutout, 1, first, bands, sky, scales, e, radius, replacement, sums)
                   : aperture_rows(cutout, 0, first, bands, sky, scales, e, radius, replacement, sums);
    }
    return area;
}

GALATEA_LEVELS(double, aperture, APERTURE_PARAMETERS, APERTURE_ARGUMENTS)

double galatea_aperture_light(galatea_level level, const galatea_cutout *cutout, const float *sky,
                             const float *scales, galatea_ellipse e, double radius,
                             const galatea_replacement *replacement, double *sums) {
    GALATEA_CALL(level, aperture, APERTURE_ARGUMENTS)
}
