// How a kernel asks memory for what the next image needs while it computes (`galatea_ahead`).
#pragma once

/// Bytes that memory gives at once.
enum { CACHE_LINE = 64 };
/// Lines that a kernel asks for in one place: with one, a third of a cutout would not be asked for before its end.
enum { LINES_AT_ONCE = 2 };

/// Asks for the next lines of what lies ahead, as long as there are some.
static inline __attribute__((always_inline)) void ask_ahead(const char **ahead, const char *end) {
    _Pragma("clang loop unroll(full)")
    for (int line = 0; line < LINES_AT_ONCE; line++) {
        if (*ahead >= end) return;
        __builtin_prefetch(*ahead, 0, 2);
        *ahead += CACHE_LINE;
    }
}
