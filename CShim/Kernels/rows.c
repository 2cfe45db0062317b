#include <math.h>

#include "kernels.h"
#include "levels.h"
#include "vector_math.h"

#define RELAXED _Pragma("clang fp reassociate(on) contract(fast)")

V2A_LEVELS void v2a_bias_planes(float *x, const float *bias, size_t planes, size_t count) {
  for (size_t p = 0; p < planes; p++)
    for (size_t i = 0; i < count; i++) x[p * count + i] += bias[p];
}

V2A_LEVELS void v2a_softmax(float *x, size_t rows, size_t cols) {
  RELAXED
  for (size_t r = 0; r < rows; r++) {
    float *row = x + r * cols, largest = row[0], sum = 0.0f;
    for (size_t c = 1; c < cols; c++) largest = row[c] > largest ? row[c] : largest;
    for (size_t c = 0; c < cols; c++) row[c] = v2a_exp1(row[c] - largest);
    for (size_t c = 0; c < cols; c++) sum += row[c];
    float inverse = 1.0f / sum;
    for (size_t c = 0; c < cols; c++) row[c] *= inverse;
  }
}

V2A_LEVELS void v2a_layer_norm(float *y, const float *x, const float *weight, const float *bias, size_t rows, size_t cols,
                               float eps) {
  RELAXED
  for (size_t r = 0; r < rows; r++) {
    const float *in = x + r * cols;
    float *out = y + r * cols, sum = 0.0f, squares = 0.0f;
    for (size_t c = 0; c < cols; c++) sum += in[c];
    float mean = sum / (float)cols;
    for (size_t c = 0; c < cols; c++) squares += (in[c] - mean) * (in[c] - mean);
    float inverse = 1.0f / sqrtf(squares / (float)cols + eps);
    for (size_t c = 0; c < cols; c++) out[c] = (in[c] - mean) * inverse;
    if (weight)
      for (size_t c = 0; c < cols; c++) out[c] *= weight[c];
    if (bias)
      for (size_t c = 0; c < cols; c++) out[c] += bias[c];
  }
}

/* x / sqrt(mean(x^2) + eps) * weight of one row. */
static inline __attribute__((always_inline)) void normalise_row(float *x, const float *weight, size_t width, float eps) {
  RELAXED
  float squares = 0.0f;
  for (size_t i = 0; i < width; i++) squares += x[i] * x[i];
  float inverse = 1.0f / sqrtf(squares / (float)width + eps);
  for (size_t i = 0; i < width; i++) x[i] = x[i] * inverse * weight[i];
}

V2A_LEVELS void v2a_rms_norm(float *x, const float *weight, size_t rows, size_t cols, float eps) {
  for (size_t r = 0; r < rows; r++) normalise_row(x + r * cols, weight, cols, eps);
}

V2A_LEVELS void v2a_norm_modulate(float *y, const float *x, const float *shift, const float *scale, const float *shift0,
                                  const float *scale0, size_t stride, size_t rows, size_t cols, float eps) {
  RELAXED
  for (size_t r = 0; r < rows; r++) {
    const float *in = x + r * cols, *a = shift + r * stride, *b = scale + r * stride;
    float *out = y + r * cols, sum = 0.0f, squares = 0.0f;
    for (size_t c = 0; c < cols; c++) sum += in[c];
    float mean = sum / (float)cols;
    for (size_t c = 0; c < cols; c++) squares += (in[c] - mean) * (in[c] - mean);
    float inverse = 1.0f / sqrtf(squares / (float)cols + eps);
    for (size_t c = 0; c < cols; c++) out[c] = (in[c] - mean) * inverse * (1.0f + b[c] + scale0[c]) + (a[c] + shift0[c]);
  }
}

/* Half-split pairs of one head by the angles. */
static inline __attribute__((always_inline)) void rotate_head(float *y, const float *x, const float *cs, const float *sn,
                                                              size_t half) {
  for (size_t i = 0; i < half; i++) {
    float u = x[i], v = x[half + i];
    y[i] = u * cs[i] - v * sn[i];
    y[half + i] = v * cs[i] + u * sn[i];
  }
}

V2A_LEVELS void v2a_query_key(float *qkv, float *turned, const float *qweight, const float *kweight, const float *cosine,
                              const float *sine, size_t rows, size_t heads, size_t half, float eps) {
  const size_t width = 2 * half * heads;
  for (size_t r = 0; r < rows; r++)
    for (size_t h = 0; h < heads; h++) {
      float *q = qkv + r * 3 * width + h * 2 * half, *k = q + width;
      normalise_row(q, qweight, 2 * half, eps);
      normalise_row(k, kweight, 2 * half, eps);
      rotate_head(turned + r * width + h * 2 * half, q, cosine + r * half, sine + r * half, half);
      rotate_head(k, k, cosine + r * half, sine + r * half, half);
    }
}

V2A_LEVELS void v2a_axpy(float *y, const float *x, float a, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] += a * x[i];
}

V2A_LEVELS int v2a_all_finite(const float *x, size_t n) {
  int finite = 1;
  for (size_t i = 0; i < n; i++) finite &= (x[i] - x[i] == 0.0f);
  return finite;
}
