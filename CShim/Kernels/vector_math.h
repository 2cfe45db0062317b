/* Branch-free exp that the compiler vectorises. */
#pragma once
#include <stdint.h>
#include <string.h>

/* exp(x), relative error below 2e-7 for x in [-87, 88]; clamped outside. */
static inline __attribute__((always_inline)) float v2a_exp1(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  const float magic = 12582912.0f; /* 1.5 * 2^23: adding it rounds to an integer */
  float n = x * 1.44269504f + magic;
  n -= magic;
  float r = x - n * 0.693359375f;
  r -= n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  int32_t bits = ((int32_t)n + 127) << 23;
  float scale;
  memcpy(&scale, &bits, 4);
  return p * scale;
}

/* tanh(x) = 1 - 2 / (exp(2x) + 1) */
static inline __attribute__((always_inline)) float v2a_tanh1(float x) { return 1.0f - 2.0f / (v2a_exp1(2.0f * x) + 1.0f); }
