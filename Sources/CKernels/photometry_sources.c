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

/// Sums for moments, from the corner of the set's box.
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

/// The offset of the brightest of each pixel's neighbours that outshines it. Of equal pixels the later one wins,
/// so that no path returns.
GALATEA_INLINE void ascent_body(galatea_plane smooth, int32_t left, int32_t right, int32_t y, int32_t *ascent) {
    const int32_t stride = (int32_t)smooth.stride;
    const int32_t offsets[8] = {-stride - 1, -stride, -stride + 1, -1, 1, stride - 1, stride, stride + 1};
    const float *row = smooth.pixels + (ptrdiff_t)y * stride;
    for (int32_t x = left; x < right; x += 16) {
        galatea_f16 best = GALATEA_LOAD16(row + x);
        galatea_i16 offset = {0};
        for (int k = 0; k < 8; k++) {
            galatea_f16 near = GALATEA_LOAD16(row + x + offsets[k]);
            galatea_i16 wins = k < 4 ? near > best : near >= best;
            best = SELECT16(wins, near, best);
            offset = (wins & offsets[k]) | (~wins & offset);
        }
        // A row's end runs into its margin, never into the next row.
        memcpy(ascent + (ptrdiff_t)y * stride + x, &offset, 64);
    }
}

GALATEA_LEVELS(void, ascent, (galatea_plane smooth, int32_t left, int32_t right, int32_t y, int32_t *ascent),
               (smooth, left, right, y, ascent))

static void ascend(galatea_level level, galatea_plane smooth, int32_t left, int32_t right, int32_t y,
                   int32_t *ascent) {
    GALATEA_CALL(level, ascent, (smooth, left, right, y, ascent))
}

/// Labels every pixel of a set by the peak that steepest ascent leads to; 0 peaks when there are too many.
static int32_t label_peaks(const run *runs, int32_t first, int32_t last, int32_t stride, scratch_parts *parts,
                           uint8_t *labels) {
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

/// The highest passes between the peaks, and the light around each.
static void survey(galatea_plane smooth, const run *runs, int32_t first, int32_t last, const uint8_t *labels,
                   int32_t peaks, brightness_steps steps, scratch_parts *parts) {
    memset(parts->branches, 0, (size_t)peaks * sizeof(branch));
    memset(parts->saddles, 0, (size_t)(peaks * peaks) * sizeof(float));
    const int32_t stride = (int32_t)smooth.stride;
    const int32_t forward[4] = {1, stride - 1, stride, stride + 1};
    for (int32_t r = first; r <= last; r++) {
        if (runs[r].parent != first) continue;
        for (int32_t p = runs[r].y * stride + runs[r].from, end = p + runs[r].to - runs[r].from; p < end; p++) {
            int32_t label = labels[p] - 1;
            float value = smooth.pixels[p];
            int32_t step = step_of(steps, value);
            parts->branches[label].light[step] += value;
            parts->branches[label].pixels[step]++;
            for (int k = 0; k < 4; k++) {
                int32_t other = labels[p + forward[k]] - 1;
                if (other == label || other < 0) continue;
                float low = fminf(value, smooth.pixels[p + forward[k]]);
                float *saddle = parts->saddles + (label < other ? label * peaks + other : other * peaks + label);
                if (low > *saddle) *saddle = low;
            }
        }
    }
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

static galatea_source source_of(const light_sums *sums, int32_t left, int32_t top) {
    galatea_source source = {0};
    if (!(sums->light > 0)) return source;
    double x = sums->x / sums->light, y = sums->y / sums->light;
    source.flux = sums->light;
    source.x = left + x;
    source.y = top + y;
    source.xx = sums->xx / sums->light - x * x;
    source.yy = sums->yy / sums->light - y * y;
    source.xy = sums->xy / sums->light - x * y;
    source.area = sums->area;
    return source;
}

/// A set and what it falls into.
typedef struct {
    const run *runs;
    int32_t first, last, left, top;
} pixel_set;

static light_sums sums_of_whole(galatea_plane smooth, pixel_set set) {
    light_sums sums = {0};
    for (int32_t r = set.first; r <= set.last; r++) {
        if (set.runs[r].parent != set.first) continue;
        const float *row = smooth.pixels + set.runs[r].y * smooth.stride;
        double light = 0, across = 0, square = 0, y = set.runs[r].y - set.top;
        for (int32_t x = set.runs[r].from; x < set.runs[r].to; x++) {
            double value = row[x], u = x - set.left, moment = value * u;
            light += value;
            across += moment;
            square += moment * u;
        }
        sums.light += light;
        sums.x += across;
        sums.xx += square;
        sums.y += light * y;
        sums.yy += light * y * y;
        sums.xy += across * y;
        sums.area += set.runs[r].to - set.runs[r].from;
    }
    return sums;
}

static double distance_to(const galatea_source *source, const galatea_source_search *search) {
    return hypot(source->x - search->x, source->y - search->y);
}

/// Deblends one set; the part nearest the target, whose bits are set in `target` when it beats `best`.
static void search_set(galatea_level level, galatea_plane smooth, pixel_set set, int32_t right, int32_t bottom,
                       const galatea_source_search *search, scratch_parts *parts, galatea_source *best,
                       uint64_t *target, int32_t words) {
    const int32_t stride = (int32_t)smooth.stride;
    for (int32_t y = set.top; y < bottom; y++) ascend(level, smooth, set.left, right, y, parts->ascent);
    int32_t peaks = 0, peak_bits = 0;
    double total = 0;
    for (int32_t r = set.first; r <= set.last; r++) {
        if (set.runs[r].parent != set.first) continue;
        const int32_t *ascent = parts->ascent + set.runs[r].y * stride;
        const float *row = smooth.pixels + set.runs[r].y * stride;
        for (int32_t x = set.runs[r].from; x < set.runs[r].to; x++) {
            int32_t bits = bits_of_float(row[x]);
            peaks += ascent[x] == 0;
            peak_bits = bits > peak_bits ? bits : peak_bits;
        }
    }
    light_sums sums[LARGEST_PEAKS];
    uint8_t objects[LARGEST_PEAKS];
    uint8_t *labels = parts->labels + stride + 16;
    int32_t base = bits_of_float(search->threshold);
    if (peaks > 1 && peaks <= LARGEST_PEAKS && search->contrast < 1 && peak_bits > base) {
        for (int32_t y = set.top - 1; y <= bottom; y++)
            memset(labels + y * stride + set.left - 1, 0, (size_t)(right - set.left + 2));
        peaks = label_peaks(set.runs, set.first, set.last, stride, parts, labels);
    } else {
        peaks = 1;
    }
    if (peaks > 1) {
        brightness_steps steps = {base, (float)LEVELS / (float)(peak_bits - base)};
        survey(smooth, set.runs, set.first, set.last, labels, peaks, steps, parts);
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
                add_light(sums + objects[labels[p] - 1], smooth.pixels[p], x - set.left,
                          set.runs[r].y - set.top);
            }
        }
    } else {
        sums[0] = sums_of_whole(smooth, set);
    }
    int32_t chosen = -1;
    for (int32_t k = 0; k < (is_blend ? peaks : 1); k++) {
        if (sums[k].area == 0) continue;
        galatea_source source = source_of(sums + k, set.left, set.top);
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
        pixel_set set = {parts.runs, r, last, root->left, root->y};
        search_set(level, smooth, set, root->right, root->top, search, &parts, &best, target, words);
    }
    int32_t x = (int32_t)lrint(search->x), y = (int32_t)lrint(search->y);
    int covers = x >= 0 && x < smooth.width && y >= 0 && y < smooth.height && bit_at(target, words, x, y);
    if (best.area > 0 && !covers && distance_to(&best, search) > search->tolerance) {
        best = (galatea_source){0};
    }
    return best;
}
