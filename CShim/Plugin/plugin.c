#include "v2a_plugin.h"
