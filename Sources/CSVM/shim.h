// libsvm 3.24: the version as a function, and silence.
#pragma once
#include <libsvm/svm.h>

/// The version of the library that is linked: 324 is 3.24.
static inline int galatea_svm_version(void) { return libsvm_version; }

static inline void galatea_svm_print_nothing(const char *text) { (void)text; }

/// Stops the progress that the library would print to standard output.
static inline void galatea_svm_silence(void) { svm_set_print_string_function(galatea_svm_print_nothing); }
