#include <string.h>

#include "kernels.h"

void v2a_from_f16(float *y, const void *x, size_t n) {
  const uint8_t *bytes = x;
  for (size_t i = 0; i < n; i++) {
    uint16_t h;
    memcpy(&h, bytes + 2 * i, 2);
    uint32_t sign = (uint32_t)(h & 0x8000u) << 16, exponent = (h >> 10) & 31u, mantissa = h & 1023u, bits;
    if (exponent == 31) {
      bits = sign | 0x7f800000u | (mantissa << 13);
    } else if (exponent != 0) {
      bits = sign | ((exponent + 112) << 23) | (mantissa << 13);
    } else {
      float value = (float)mantissa * 5.9604644775390625e-8f;
      memcpy(&bits, &value, 4);
      bits |= sign;
    }
    memcpy(y + i, &bits, 4);
  }
}

void v2a_from_bf16(float *y, const void *x, size_t n) {
  const uint8_t *bytes = x;
  for (size_t i = 0; i < n; i++) {
    uint16_t h;
    memcpy(&h, bytes + 2 * i, 2);
    uint32_t bits = (uint32_t)h << 16;
    memcpy(y + i, &bits, 4);
  }
}
