/* What happens to a block of products on its way to memory; inlined into each level. */
#pragma once
#include "packed.h"
#include "vector_math.h"

static inline __attribute__((always_inline)) float v2a_activate1(float v, int activation) {
  /* (1 + tanh(u)) / 2 = 1 / (1 + exp(-2 u)) */
  if (activation == V2A_GELU_TANH) return v / (1.0f + v2a_exp1(-1.5957691216f * (v + 0.044715f * v * v * v)));
  if (activation == V2A_SILU) return v / (1.0f + v2a_exp1(-v));
  if (activation == V2A_RELU6) {
    v = v < 0.0f ? 0.0f : v;
    return v > 6.0f ? 6.0f : v;
  }
  return v;
}

static inline __attribute__((always_inline)) void v2a_finish_as(const float *v, size_t ldv, float *y, size_t ldy, size_t rows,
                                                                size_t n, const V2AEpilogue *e, int activation, int biased) {
  const float *bias = e->bias, *gate0 = e->gate0;
  for (size_t r = 0; r < rows; r++, v += ldv, y += ldy) {
    if (gate0) {
      if (e->gate) {
        const float *gate = e->gate + r * e->gate_stride;
        for (size_t c = 0; c < n; c++) y[c] += (gate[c] + gate0[c]) * v2a_activate1(v[c] + (biased ? bias[c] : 0.0f), activation);
      } else {
        for (size_t c = 0; c < n; c++) y[c] += gate0[c] * v2a_activate1(v[c] + (biased ? bias[c] : 0.0f), activation);
      }
    } else if (e->accumulate) {
      for (size_t c = 0; c < n; c++) y[c] += v2a_activate1(v[c] + (biased ? bias[c] : 0.0f), activation);
    } else {
      for (size_t c = 0; c < n; c++) y[c] = v2a_activate1(v[c] + (biased ? bias[c] : 0.0f), activation);
    }
  }
}

static inline __attribute__((always_inline)) void v2a_finish(const float *v, size_t ldv, float *y, size_t ldy, size_t rows,
                                                             size_t n, const V2AEpilogue *e) {
  if (!e->bias)
    v2a_finish_as(v, ldv, y, ldy, rows, n, e, V2A_IDENTITY, 0);
  else if (e->activation == V2A_GELU_TANH)
    v2a_finish_as(v, ldv, y, ldy, rows, n, e, V2A_GELU_TANH, 1);
  else if (e->activation == V2A_RELU6)
    v2a_finish_as(v, ldv, y, ldy, rows, n, e, V2A_RELU6, 1);
  else if (e->activation == V2A_SILU)
    v2a_finish_as(v, ldv, y, ldy, rows, n, e, V2A_SILU, 1);
  else
    v2a_finish_as(v, ldv, y, ldy, rows, n, e, V2A_IDENTITY, 1);
}
