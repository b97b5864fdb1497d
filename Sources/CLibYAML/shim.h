#ifndef COMETHUB_CLIBYAML_SHIM_H
#define COMETHUB_CLIBYAML_SHIM_H

#include <yaml.h>

#endif
