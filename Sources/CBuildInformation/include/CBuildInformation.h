// What the manifest knew of this build.
#pragma once

/// The commit that the program was built from, "+" behind it when the tree had changes; "unknown" outside git.
const char *galatea_commit(void);
