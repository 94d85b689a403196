// OpenBLAS's C interface, and the two entry points that make it choose its kernels again.
#pragma once

#include <cblas.h>

// Present in builds with run-time kernel choice (DYNAMIC_ARCH), as Debian's; absent elsewhere.
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

/// Makes OpenBLAS choose its kernels again; 0 when this build cannot. Call before any other thread uses it.
static inline int galatea_openblas_choose_again(void) {
    if (!gotoblas_dynamic_init || !gotoblas_dynamic_quit) return 0;
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    return 1;
}
