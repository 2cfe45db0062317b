#include <math.h>

#include "kernels.h"
#include "levels.h"
#include "vector_math.h"

V2A_LEVELS void v2a_exp(float *x, size_t n) {
  for (size_t i = 0; i < n; i++) x[i] = v2a_exp1(x[i]);
}

V2A_LEVELS void v2a_gelu_tanh(float *x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float v = x[i];
    x[i] = 0.5f * v * (1.0f + v2a_tanh1(0.7978845608f * (v + 0.044715f * v * v * v)));
  }
}

void v2a_gelu_erf(float *x, size_t n) {
  for (size_t i = 0; i < n; i++) x[i] = 0.5f * x[i] * (1.0f + erff(x[i] * 0.70710678118f));
}

V2A_LEVELS void v2a_silu(float *x, size_t n) {
  for (size_t i = 0; i < n; i++) x[i] = x[i] / (1.0f + v2a_exp1(-x[i]));
}

V2A_LEVELS void v2a_relu6(float *x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float v = x[i] < 0.0f ? 0.0f : x[i];
    x[i] = v > 6.0f ? 6.0f : v;
  }
}
