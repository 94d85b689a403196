// libspng 0.7: PNG without longjmp, so that its errors come back as values.
#pragma once
#include <spng.h>
