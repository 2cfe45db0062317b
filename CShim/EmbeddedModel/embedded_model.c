#include "embedded_model.h"
