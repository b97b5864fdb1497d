#ifndef COMETHUB_CHIREDIS_SHIM_H
#define COMETHUB_CHIREDIS_SHIM_H

#include <hiredis/hiredis.h>
#include <hiredis/read.h>

/* The reader's object functions changed their signatures in hiredis 1.0; the code is written against Debian 12's. */
#if HIREDIS_MAJOR != 0
#error "comethub needs hiredis 0.14 (Debian 12's or Ubuntu 22.04's libhiredis-dev); 1.x is not supported yet"
#endif

#endif
