#include "v2a_element.h"
