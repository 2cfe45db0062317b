#include <math.h>

#include "kernels.h"

void v2a_philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; round++) {
    uint64_t a = (uint64_t)0xD2511F53u * c0, b = (uint64_t)0xCD9E8D57u * c2;
    uint32_t n0 = (uint32_t)(b >> 32) ^ c1 ^ k0, n2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
    c1 = (uint32_t)b;
    c3 = (uint32_t)a;
    c0 = n0;
    c2 = n2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

void v2a_normal(float *x, size_t n, uint64_t seed, uint64_t index, uint32_t stream) {
  const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
  for (size_t i = 0; i < n; i += 4) {
    const uint32_t counter[4] = {(uint32_t)(i / 4), stream, (uint32_t)index, (uint32_t)(index >> 32)};
    uint32_t u[4];
    v2a_philox(u, counter, key);
    for (size_t j = 0; j < 4 && i + j < n; j += 2) {
      /* (0, 1] so that the logarithm is finite. */
      float radius = sqrtf(-2.0f * logf(((float)(u[j] >> 8) + 1.0f) * 5.9604644775390625e-8f));
      float angle = 6.2831853071795865f * ((float)(u[j + 1] >> 8) * 5.9604644775390625e-8f);
      x[i + j] = radius * cosf(angle);
      if (i + j + 1 < n) x[i + j + 1] = radius * sinf(angle);
    }
  }
}
