#include <math.h>

#include "photometry_pixels.h"

#define LEVELS 32      // Steps of brightness, equal in their logarithm, between the threshold and a set's peak.
#define LARGEST_PEAKS 250

/// A run of set pixels in a row, `from` to before `to`; the set's sums stand at its first run.
typedef struct {
    int32_t y, from, to, parent;
    int32_t area, left, right, top;
} run;

/// The light around one peak, by steps of brightness.
typedef struct {
    float light[LEVELS];
    int32_t pixels[LEVELS];
} branch;

/// Sums for moments, from the middle of the set's box.
typedef struct {
    double light, x, y, xx, yy, xy;
    int32_t area;
} light_sums;

typedef struct {
    run *runs;
    int32_t *ascent;   ///< Offset of the brightest neighbour, 0 on a peak; strided as the plane.
    uint8_t *labels;   ///< 1 + number of the peak that ascent leads to, with a margin of one row.
    float *saddles;    ///< `[peak, peak]`
    branch *branches;
    int32_t *path;
    uint64_t *members; ///< The set's pixels, a bit each.
} scratch_parts;

static ptrdiff_t rounded(ptrdiff_t bytes) { return (bytes + 63) / 64 * 64; }

static ptrdiff_t parts_of(char *base, int32_t width, int32_t height, scratch_parts *parts) {
    ptrdiff_t stride = galatea_plane_stride(width), used = 0, runs = (ptrdiff_t)height * (width / 2 + 1);
#define PART(name, type, count)                        \
    parts->name = (type *)(base + used);               \
    used += rounded((ptrdiff_t)sizeof(type) * (count));
    PART(runs, run, runs)
    PART(ascent, int32_t, height * stride)
    PART(labels, uint8_t, (height + 2) * stride + 32)
    PART(saddles, float, LARGEST_PEAKS * LARGEST_PEAKS)
    PART(branches, branch, LARGEST_PEAKS)
    PART(path, int32_t, height * stride)
    PART(members, uint64_t, (ptrdiff_t)height * ((width + 63) / 64))
#undef PART
    return used;
}

ptrdiff_t galatea_search_scratch(int32_t width, int32_t height) {
    scratch_parts parts;
    return parts_of(NULL, width, height, &parts);
}

// ---- Connected sets

static int32_t next_bit(const uint64_t *row, int32_t words, int32_t x, uint64_t flip) {
    for (int32_t word = x >> 6; word < words; word++) {
        uint64_t bits = row[word] ^ flip;
        if (word == x >> 6) bits &= ~0ull << (x & 63);
        if (bits != 0) return 64 * word + __builtin_ctzll(bits);
    }
    return 64 * words;
}

static int32_t root_of(run *runs, int32_t index) {
    while (runs[index].parent != index) {
        runs[index].parent = runs[runs[index].parent].parent;
        index = runs[index].parent;
    }
    return index;
}

/// Lists the runs and joins those that touch, corners included; the root is the first of a set.
static int32_t connect(const uint64_t *bits, int32_t height, int32_t words, run *runs) {
    int32_t count = 0, above = 0, row_start = 0;
    for (int32_t y = 0; y < height; y++) {
        const uint64_t *row = bits + (ptrdiff_t)y * words;
        above = y > 0 ? row_start : 0;
        row_start = count;
        int32_t above_end = row_start;
        for (int32_t x = next_bit(row, words, 0, 0); x < 64 * words;) {
            int32_t end = next_bit(row, words, x, ~0ull);
            runs[count] = (run){y, x, end, count, end - x, x, end, y};
            while (above < above_end && runs[above].to < x) above++;
            for (int32_t k = above; k < above_end && runs[k].from <= end; k++) {
                int32_t a = root_of(runs, k), b = root_of(runs, count);
                if (a == b) continue;
                int32_t first = a < b ? a : b, second = a < b ? b : a;
                runs[second].parent = first;
                runs[first].area += runs[second].area;
                if (runs[second].left < runs[first].left) runs[first].left = runs[second].left;
                if (runs[second].right > runs[first].right) runs[first].right = runs[second].right;
            }
            count++;
            x = end < 64 * words ? next_bit(row, words, end, 0) : end;
        }
    }
    return count;
}

static void set_bits(uint64_t *row, int32_t from, int32_t to, int value) {
    for (int32_t x = from; x < to;) {
        int32_t end = (x | 63) + 1 < to ? (x | 63) + 1 : to;
        uint64_t mask = (end - x == 64 ? ~0ull : (1ull << (end - x)) - 1) << (x & 63);
        if (value) row[x >> 6] |= mask;
        else row[x >> 6] &= ~mask;
        x = end;
    }
}

// ---- Peaks

/// A connected set of pixels and the box around it, whose last row and column are left out.
typedef struct {
    const run *runs;
    int32_t first, last, left, right, top, bottom;
    const uint64_t *members;
    int32_t words;
} pixel_set;

/// Runs a block for each sixteen pixels of a set's box that hold some of its own, whose bits are `here`.
#define FOR_EACH_SIXTEEN(set, ...)                                                                  \
    for (int32_t y = (set).top; y < (set).bottom; y++)                                              \
        for (int32_t x = (set).left & ~15; x < (set).right; x += 16) {                              \
            const uint32_t here = row_bits16((set).members + (ptrdiff_t)y * (set).words, (set).words, x); \
            if (here != 0) __VA_ARGS__                                                              \
        }

/// How many pixels of a set outshine their neighbours, and the brightest.
typedef struct {
    int32_t count;
    float brightest;
} peak_count;

/// The offset of the brightest of each pixel's neighbours that outshines it. Of equal pixels the later one wins,
/// so that no path returns.
GALATEA_INLINE peak_count ascent_body(galatea_plane smooth, const pixel_set *set, int32_t *ascent) {
    const int32_t stride = (int32_t)smooth.stride;
    const int32_t offsets[8] = {-stride - 1, -stride, -stride + 1, -1, 1, stride - 1, stride, stride + 1};
    galatea_f16 most = {0};
    int32_t count = 0;
    FOR_EACH_SIXTEEN(*set, {
        const float *at = smooth.pixels + (ptrdiff_t)y * stride + x;
        galatea_f16 value = GALATEA_LOAD16(at), best = value;
        galatea_i16 offset = {0};
        for (int k = 0; k < 8; k++) {
            galatea_f16 near = GALATEA_LOAD16(at + offsets[k]);
            galatea_i16 wins = k < 4 ? near > best : near >= best;
            best = SELECT16(wins, near, best);
            offset = (wins & offsets[k]) | (~wins & offset);
        }
        // A row's end runs into its margin, never into the next row.
        memcpy(ascent + (ptrdiff_t)y * stride + x, &offset, 64);
        count += __builtin_popcount(here & bits_of(offset == 0));
        value = SELECT16(lanes_of(here), value, (galatea_f16){0});
        most = SELECT16(value > most, value, most);
    })
    float brightest = 0;
    for (int k = 0; k < 16; k++) brightest = most[k] > brightest ? most[k] : brightest;
    return (peak_count){count, brightest};
}

GALATEA_LEVELS(peak_count, ascent, (galatea_plane smooth, const pixel_set *set, int32_t *ascent),
               (smooth, set, ascent))

static peak_count ascend(galatea_level level, galatea_plane smooth, const pixel_set *set, int32_t *ascent) {
    GALATEA_CALL(level, ascent, (smooth, set, ascent))
}

/// Labels every pixel of a set by the peak that steepest ascent leads to; 0 peaks when there are too many.
static int32_t label_peaks(const pixel_set *set, int32_t stride, scratch_parts *parts, uint8_t *labels) {
    const run *runs = set->runs;
    const int32_t first = set->first, last = set->last;
    int32_t peaks = 0;
    for (int32_t r = first; r <= last; r++) {
        if (runs[r].parent != first) continue;
        for (int32_t p = runs[r].y * stride + runs[r].from, end = p + runs[r].to - runs[r].from; p < end; p++) {
            int32_t length = 0, at = p;
            while (labels[at] == 0 && parts->ascent[at] != 0) {
                parts->path[length++] = at;
                at += parts->ascent[at];
            }
            if (labels[at] == 0) {
                if (peaks == LARGEST_PEAKS) return 0;
                labels[at] = (uint8_t)++peaks;
            }
            while (length > 0) labels[parts->path[--length]] = labels[at];
        }
    }
    return peaks;
}

static int32_t bits_of_float(float value) {
    int32_t bits;
    memcpy(&bits, &value, 4);
    return bits;
}

static float float_of_bits(int32_t bits) {
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

/// Steps of brightness: the bits of a positive float grow nearly as its logarithm.
typedef struct {
    int32_t base;
    float scale;
} brightness_steps;

static int32_t step_of(brightness_steps steps, float value) {
    int32_t step = (int32_t)((float)(bits_of_float(value) - steps.base) * steps.scale);
    return step < 0 ? 0 : step < LEVELS ? step : LEVELS - 1;
}

GALATEA_INLINE galatea_i16 steps_of16(brightness_steps steps, galatea_f16 values) {
    galatea_f16 step = __builtin_convertvector((galatea_i16)values - steps.base, galatea_f16) * steps.scale;
    step = SELECT16(step > 0, step, (galatea_f16){0});
    step = SELECT16(step < LEVELS - 1, step, SPLAT16(LEVELS - 1));
    return __builtin_convertvector(step, galatea_i16);
}

static float level_of(brightness_steps steps, int32_t step) {
    return float_of_bits(steps.base + (int32_t)((float)step / steps.scale));
}

/// The light of a branch above the first step that lies over its saddle.
static double light_above(const branch *part, brightness_steps steps, int32_t saddle) {
    double light = 0;
    int64_t pixels = 0;
    for (int32_t k = saddle + 1; k < LEVELS; k++) {
        light += part->light[k];
        pixels += part->pixels[k];
    }
    return pixels > 0 ? light - (double)pixels * level_of(steps, saddle + 1) : 0;
}

static int32_t top_of(uint8_t *parents, int32_t index) {
    while (parents[index] != index) index = parents[index] = parents[parents[index]];
    return index;
}

/// A pass between two peaks.
typedef struct {
    float height;
    uint8_t a, b;
} pass;

static void sort_passes(pass *passes, int32_t count) {
    // Shell's sort: no memory, no dependence on the library.
    for (int32_t gap = count / 2; gap > 0; gap /= 2)
        for (int32_t i = gap; i < count; i++) {
            pass moved = passes[i];
            int32_t j = i;
            for (; j >= gap && passes[j - gap].height < moved.height; j -= gap) passes[j] = passes[j - gap];
            passes[j] = moved;
        }
}

typedef uint8_t label_vector __attribute__((vector_size(16)));

GALATEA_INLINE label_vector labels_at(const uint8_t *from) {
    label_vector labels;
    memcpy(&labels, from, sizeof labels);
    return labels;
}

/// The highest passes between the peaks, and the light around each.
GALATEA_INLINE void survey_body(galatea_plane smooth, const pixel_set *set, const uint8_t *labels, int32_t peaks,
                                brightness_steps steps, float *saddles, branch *branches) {
    memset(branches, 0, (size_t)peaks * sizeof(branch));
    memset(saddles, 0, (size_t)(peaks * peaks) * sizeof(float));
    const int32_t stride = (int32_t)smooth.stride;
    const int32_t forward[4] = {1, stride - 1, stride, stride + 1};
    FOR_EACH_SIXTEEN(*set, {
        const ptrdiff_t p = (ptrdiff_t)y * stride + x;
        const float *values = smooth.pixels + p;
        const galatea_i16 step = steps_of16(steps, GALATEA_LOAD16(values));
        int32_t steps_here[16];
        memcpy(steps_here, &step, sizeof step);
        for (uint32_t bits = here; bits != 0; bits &= bits - 1) {
            const int k = __builtin_ctz(bits);
            branch *around = branches + labels[p + k] - 1;
            around->light[steps_here[k]] += values[k];
            around->pixels[steps_here[k]]++;
        }
        const label_vector own = labels_at(labels + p);
        for (int k = 0; k < 4; k++) {
            const label_vector next = labels_at(labels + p + forward[k]);
            const galatea_i16 is_border = __builtin_convertvector((own != next) & (next != 0), galatea_i16);
            for (uint32_t bits = here & bits_of(is_border != 0); bits != 0; bits &= bits - 1) {
                const int lane = __builtin_ctz(bits);
                const int32_t a = own[lane] - 1, b = next[lane] - 1;
                const float here_light = values[lane], there = values[lane + forward[k]];
                const float low = here_light < there ? here_light : there;
                float *saddle = saddles + (a < b ? a * peaks + b : b * peaks + a);
                if (low > *saddle) *saddle = low;
            }
        }
    })
}

GALATEA_LEVELS(void, survey,
               (galatea_plane smooth, const pixel_set *set, const uint8_t *labels, int32_t peaks,
                brightness_steps steps, float *saddles, branch *branches),
               (smooth, set, labels, peaks, steps, saddles, branches))

static void survey(galatea_level level, galatea_plane smooth, const pixel_set *set, const uint8_t *labels,
                   int32_t peaks, brightness_steps steps, float *saddles, branch *branches) {
    GALATEA_CALL(level, survey, (smooth, set, labels, peaks, steps, saddles, branches))
}

/// Joins peaks that are no sources of their own; `objects` leads from each to the one it belongs to.
static void join_peaks(int32_t peaks, double least, brightness_steps steps, scratch_parts *parts,
                       uint8_t *objects) {
    uint8_t groups[LARGEST_PEAKS];
    for (int32_t k = 0; k < peaks; k++) groups[k] = objects[k] = (uint8_t)k;
    // The passes take the place of the paths, which are done.
    pass *passes = (pass *)parts->path;
    int32_t count = 0;
    for (int32_t a = 0; a < peaks; a++)
        for (int32_t b = a + 1; b < peaks; b++)
            if (parts->saddles[a * peaks + b] > 0)
                passes[count++] = (pass){parts->saddles[a * peaks + b], (uint8_t)a, (uint8_t)b};
    sort_passes(passes, count);
    for (int32_t k = 0; k < count; k++) {
        int32_t a = top_of(groups, passes[k].a), b = top_of(groups, passes[k].b);
        if (a == b) continue;
        int32_t saddle = step_of(steps, passes[k].height);
        int are_two = light_above(parts->branches + a, steps, saddle) > least &&
                      light_above(parts->branches + b, steps, saddle) > least;
        if (!are_two) {
            int32_t one = top_of(objects, passes[k].a), other = top_of(objects, passes[k].b);
            objects[one > other ? one : other] = (uint8_t)(one > other ? other : one);
        }
        for (int32_t s = 0; s < LEVELS; s++) {
            parts->branches[a].light[s] += parts->branches[b].light[s];
            parts->branches[a].pixels[s] += parts->branches[b].pixels[s];
        }
        groups[b] = (uint8_t)a;
    }
    for (int32_t k = 0; k < peaks; k++) objects[k] = (uint8_t)top_of(objects, k);
}

// ---- Moments

static void add_light(light_sums *sums, float value, double x, double y) {
    sums->light += value;
    sums->x += value * x;
    sums->y += value * y;
    sums->xx += value * x * x;
    sums->yy += value * y * y;
    sums->xy += value * x * y;
    sums->area++;
}

static galatea_source source_of(const light_sums *sums, int32_t from_x, int32_t from_y) {
    galatea_source source = {0};
    if (!(sums->light > 0)) return source;
    double x = sums->x / sums->light, y = sums->y / sums->light;
    source.flux = sums->light;
    source.x = from_x + x;
    source.y = from_y + y;
    source.xx = sums->xx / sums->light - x * x;
    source.yy = sums->yy / sums->light - y * y;
    source.xy = sums->xy / sums->light - x * y;
    source.area = sums->area;
    return source;
}

/// Where a set's sums are counted from.
GALATEA_INLINE int32_t middle_x(const pixel_set *set) { return (set->left + set->right) / 2; }
GALATEA_INLINE int32_t middle_y(const pixel_set *set) { return (set->top + set->bottom) / 2; }

GALATEA_INLINE galatea_d16 wide16(galatea_f16 v) { return __builtin_convertvector(v, galatea_d16); }

GALATEA_INLINE double joined_wide16(galatea_d16 v) {
    for (int width = 8; width > 0; width /= 2)
        for (int k = 0; k < width; k++) v[k] += v[k + width];
    return v[0];
}

GALATEA_INLINE light_sums whole_body(galatea_plane smooth, const pixel_set *set) {
    galatea_d16 light = {0}, sx = {0}, sy = {0}, sxx = {0}, syy = {0}, sxy = {0};
    light_sums sums = {0};
    for (int32_t y = set->top; y < set->bottom; y++) {
        const float *values = smooth.pixels + (ptrdiff_t)y * smooth.stride;
        galatea_f16 row = {0}, row_u = {0}, row_uu = {0};
        for (int32_t x = set->left & ~15; x < set->right; x += 16) {
            const uint32_t here = row_bits16(set->members + (ptrdiff_t)y * set->words, set->words, x);
            galatea_f16 u = __builtin_convertvector(LANES + (x - middle_x(set)), galatea_f16);
            galatea_f16 f = SELECT16(lanes_of(here), GALATEA_LOAD16(values + x), (galatea_f16){0}), fu = f * u;
            row += f;
            row_u += fu;
            row_uu += fu * u;
            sums.area += __builtin_popcount(here);
        }
        const double v = y - middle_y(set);
        galatea_d16 wide = wide16(row), wide_u = wide16(row_u);
        light += wide;
        sx += wide_u;
        sxx += wide16(row_uu);
        sy += wide * v;
        syy += wide * (v * v);
        sxy += wide_u * v;
    }
    sums.light = joined_wide16(light);
    sums.x = joined_wide16(sx);
    sums.y = joined_wide16(sy);
    sums.xx = joined_wide16(sxx);
    sums.yy = joined_wide16(syy);
    sums.xy = joined_wide16(sxy);
    return sums;
}

GALATEA_LEVELS(light_sums, whole, (galatea_plane smooth, const pixel_set *set), (smooth, set))

static light_sums sums_of_whole(galatea_level level, galatea_plane smooth, const pixel_set *set) {
    GALATEA_CALL(level, whole, (smooth, set))
}

static double distance_to(const galatea_source *source, const galatea_source_search *search) {
    return hypot(source->x - search->x, source->y - search->y);
}

/// Deblends one set; the part nearest the target, whose bits are set in `target` when it beats `best`.
static void search_set(galatea_level level, galatea_plane smooth, pixel_set set,
                       const galatea_source_search *search, scratch_parts *parts, galatea_source *best,
                       uint64_t *target) {
    const int32_t stride = (int32_t)smooth.stride, words = set.words;
    memset(parts->members + (ptrdiff_t)set.top * words, 0,
           (size_t)(set.bottom - set.top) * (size_t)words * sizeof *parts->members);
    for (int32_t r = set.first; r <= set.last; r++)
        if (set.runs[r].parent == set.first)
            set_bits(parts->members + (ptrdiff_t)set.runs[r].y * words, set.runs[r].from, set.runs[r].to, 1);
    const peak_count found = ascend(level, smooth, &set, parts->ascent);
    const int32_t peak_bits = bits_of_float(found.brightest);
    int32_t peaks = found.count;
    double total = 0;
    light_sums sums[LARGEST_PEAKS];
    uint8_t objects[LARGEST_PEAKS];
    uint8_t *labels = parts->labels + stride + 16;
    int32_t base = bits_of_float(search->threshold);
    if (peaks > 1 && peaks <= LARGEST_PEAKS && search->contrast < 1 && peak_bits > base) {
        // As far as vectors of labels reach.
        for (int32_t y = set.top - 1; y <= set.bottom; y++)
            memset(labels + y * stride + (set.left & ~15) - 1, 0, (size_t)(set.right - (set.left & ~15) + 17));
        peaks = label_peaks(&set, stride, parts, labels);
    } else {
        peaks = 1;
    }
    if (peaks > 1) {
        brightness_steps steps = {base, (float)LEVELS / (float)(peak_bits - base)};
        survey(level, smooth, &set, labels, peaks, steps, parts->saddles, parts->branches);
        for (int32_t k = 0; k < peaks; k++)
            for (int32_t s = 0; s < LEVELS; s++) total += parts->branches[k].light[s];
        join_peaks(peaks, search->contrast * total, steps, parts, objects);
        for (int32_t k = 0; k < peaks; k++)
            if (objects[k] != objects[0]) total = -1;  // More than one object.
    }
    int is_blend = total < 0;
    if (is_blend) {
        memset(sums, 0, (size_t)peaks * sizeof *sums);
        for (int32_t r = set.first; r <= set.last; r++) {
            if (set.runs[r].parent != set.first) continue;
            for (int32_t x = set.runs[r].from; x < set.runs[r].to; x++) {
                ptrdiff_t p = (ptrdiff_t)set.runs[r].y * stride + x;
                add_light(sums + objects[labels[p] - 1], smooth.pixels[p], x - middle_x(&set),
                          set.runs[r].y - middle_y(&set));
            }
        }
    } else {
        sums[0] = sums_of_whole(level, smooth, &set);
    }
    int32_t chosen = -1;
    for (int32_t k = 0; k < (is_blend ? peaks : 1); k++) {
        if (sums[k].area == 0) continue;
        galatea_source source = source_of(sums + k, middle_x(&set), middle_y(&set));
        if (source.area == 0) continue;
        if (best->area == 0 || distance_to(&source, search) < distance_to(best, search)) {
            *best = source;
            chosen = k;
        }
    }
    if (chosen < 0) return;
    memset(target, 0, (size_t)words * (size_t)smooth.height * sizeof *target);
    for (int32_t r = set.first; r <= set.last; r++) {
        if (set.runs[r].parent != set.first) continue;
        uint64_t *row = target + (ptrdiff_t)set.runs[r].y * words;
        if (!is_blend) {
            set_bits(row, set.runs[r].from, set.runs[r].to, 1);
            continue;
        }
        for (int32_t x = set.runs[r].from; x < set.runs[r].to; x++)
            if (objects[labels[(ptrdiff_t)set.runs[r].y * stride + x] - 1] == chosen)
                row[x >> 6] |= 1ull << (x & 63);
    }
}

galatea_source galatea_find_source(galatea_level level, galatea_plane smooth, uint64_t *bits, int32_t words,
                                   const galatea_source_search *search, void *scratch, uint64_t *target) {
    scratch_parts parts;
    parts_of(scratch, smooth.width, smooth.height, &parts);
    galatea_source best = {0};
    memset(target, 0, (size_t)words * (size_t)smooth.height * sizeof *target);
    int32_t count = connect(bits, smooth.height, words, parts.runs);
    for (int32_t r = 0; r < count; r++) parts.runs[r].parent = root_of(parts.runs, r);
    for (int32_t r = 0; r < count; r++) {
        run *one = parts.runs + r, *root = parts.runs + one->parent;
        if (root->area < search->minimum_area) set_bits(bits + (ptrdiff_t)one->y * words, one->from, one->to, 0);
        // The last row of a set, in the place of the first, which `y` of the root tells.
        if (one->y + 1 > root->top) root->top = one->y + 1;
    }
    for (int32_t r = 0; r < count; r++) {
        run *root = parts.runs + r;
        if (root->parent != r || root->area < search->minimum_area) continue;
        double reach = search->tolerance;
        if (root->left - reach > search->x || root->right - 1 + reach < search->x ||
            root->y - reach > search->y || root->top - 1 + reach < search->y)
            continue;
        int32_t last = r;
        for (int32_t k = r; k < count && parts.runs[k].y < root->top; k++)
            if (parts.runs[k].parent == r) last = k;
        pixel_set set = {parts.runs, r,         last,          root->left, root->right,
                         root->y,    root->top, parts.members, words};
        search_set(level, smooth, set, search, &parts, &best, target);
    }
    int32_t x = (int32_t)lrint(search->x), y = (int32_t)lrint(search->y);
    int covers = x >= 0 && x < smooth.width && y >= 0 && y < smooth.height && bit_at(target, words, x, y);
    if (best.area > 0 && !covers && distance_to(&best, search) > search->tolerance) {
        best = (galatea_source){0};
    }
    return best;
}
