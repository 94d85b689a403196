// The installed header uses size_t without declaring it.
#pragma once

#include <stddef.h>

#include <sep.h>
