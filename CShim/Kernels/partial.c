#include "kernels.h"
#include "levels.h"

/* sin(2 pi x) for x in [-0.5, 0.5], error below 1e-7: folded to a quarter turn, Taylor series to the 11th power. */
static inline __attribute__((always_inline)) float sin_turns(float x) {
  float folded = (x < 0.0f ? -0.5f : 0.5f) - x;
  x = (x < 0.0f ? -x : x) > 0.25f ? folded : x;
  const float z = 6.28318530717958648f * x, s = z * z;
  float p = -2.5052108e-8f;
  p = p * s + 2.7557319e-6f;
  p = p * s - 1.9841270e-4f;
  p = p * s + 8.3333333e-3f;
  p = p * s - 1.6666667e-1f;
  return z + z * s * p;
}

V2A_LEVELS void v2a_partial(float *left, float *right, size_t n, double phase, double turn0, double turn1, float amplitude0,
                            float amplitude1, float pan_left, float pan_right) {
  const double linear = turn0, square = (turn1 - turn0) / (2.0 * (double)n);
  const float rise = (amplitude1 - amplitude0) / (float)n;
  const double magic = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to an integer */
  for (size_t i = 0; i < n; i++) {
    const double at = (double)(int32_t)i + 0.5;
    const double turns = phase + at * (linear + square * at);
    const float y = sin_turns((float)(turns - ((turns + magic) - magic))) * (amplitude0 + rise * (float)at);
    left[i] += pan_left * y;
    right[i] += pan_right * y;
  }
}
