#include <string.h>

#include "kernels.h"
#include "levels.h"

V2A_LEVELS void v2a_from_f16(float *y, const void *x, size_t n) {
  const uint8_t *bytes = x;
  for (size_t i = 0; i < n; i++) {
    uint16_t h;
    memcpy(&h, bytes + 2 * i, 2);
    /* The exponent's bias is wrong by 112 first: a product puts that right, for subnormal numbers too. */
    union {
      uint32_t bits;
      float value;
    } u = {(uint32_t)(h & 0x7fffu) << 13};
    u.value *= 5.192296858534828e33f;
    u.bits |= (h & 0x7c00u) == 0x7c00u ? 0x7f800000u : 0u;
    u.bits |= (uint32_t)(h & 0x8000u) << 16;
    y[i] = u.value;
  }
}

V2A_LEVELS void v2a_from_bf16(float *y, const void *x, size_t n) {
  const uint8_t *bytes = x;
  for (size_t i = 0; i < n; i++) {
    uint16_t h;
    memcpy(&h, bytes + 2 * i, 2);
    uint32_t bits = (uint32_t)h << 16;
    memcpy(y + i, &bits, 4);
  }
}

V2A_LEVELS void v2a_from_i8(float *y, const int8_t *x, float scale, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = (float)x[i] * scale;
}
