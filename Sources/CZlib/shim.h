#ifndef COMETHUB_CZLIB_SHIM_H
#define COMETHUB_CZLIB_SHIM_H

#include <zlib.h>

#endif
