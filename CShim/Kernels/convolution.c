#include <string.h>

#include "kernels.h"
#include "levels.h"

/* 16 channels; what registers are called depends on the level. */
typedef float Lanes __attribute__((vector_size(64), aligned(4)));
enum { LANES = 16, GROUP = 6 };

/* `count` (at most GROUP) neighbouring outputs of 16 channels: rows j0 ... j1 - 1 and columns i0 ... i1 - 1 of the filter. */
static inline __attribute__((always_inline)) void filter_group(float *y, const float *x, const float *weight, const float *bias,
                                                               size_t channels, size_t w, size_t k, size_t stride, size_t j0,
                                                               size_t j1, size_t i0, size_t i1, size_t count, float least,
                                                               float most) {
  Lanes sums[GROUP];
#pragma clang loop unroll(full)
  for (size_t p = 0; p < count; p++) sums[p] = *(const Lanes *)bias;
  for (size_t j = j0; j < j1; j++)
    for (size_t i = i0; i < i1; i++) {
      const Lanes f = *(const Lanes *)(weight + (j * k + i) * channels);
      const float *in = x + ((j - j0) * w + (i - i0)) * channels;
#pragma clang loop unroll(full)
      for (size_t p = 0; p < count; p++) sums[p] += f * *(const Lanes *)(in + p * stride * channels);
    }
  const Lanes zero = {0}, low = zero + least, high = zero + most;
#pragma clang loop unroll(full)
  for (size_t p = 0; p < count; p++)
    *(Lanes *)(y + p * channels) = __builtin_elementwise_min(__builtin_elementwise_max(sums[p], low), high);
}

/* What one output row needs to know. */
typedef struct {
  const float *rows, *weight, *bias;
  float *out;
  size_t channels, w, k, stride, before, j0, j1, inner, outer, ow;
  float least, most;
} Row;

/* Outputs ox and, where the filter lies inside the row, its neighbours; returns how many. */
static inline __attribute__((always_inline)) size_t filter_some(const Row *r, size_t c, size_t ox) {
  const size_t n = r->channels;
  float *out = r->out + ox * n + c;
  const float *f = r->weight + c, *b = r->bias + c;
  if (ox >= r->inner && ox + GROUP <= r->outer) {
    const float *in = r->rows + (ox * r->stride - r->before) * n + c;
    if (r->k == 3)
      filter_group(out, in, f, b, n, r->w, 3, r->stride, r->j0, r->j1, 0, 3, GROUP, r->least, r->most);
    else
      filter_group(out, in, f, b, n, r->w, r->k, r->stride, r->j0, r->j1, 0, r->k, GROUP, r->least, r->most);
    return GROUP;
  }
  const size_t left = ox * r->stride, i0 = left < r->before ? r->before - left : 0;
  const size_t i1 = left + r->k > r->w + r->before ? r->w + r->before - left : r->k;
  const float *in = r->rows + (left + i0 - r->before) * n + c;
  filter_group(out, in, f, b, n, r->w, r->k, r->stride, r->j0, r->j1, i0, i1, 1, r->least, r->most);
  return 1;
}

static inline Row output_row(float *y, const float *x, const float *weight, const float *bias, size_t channels, size_t h,
                             size_t w, size_t k, size_t stride, size_t before, size_t from, size_t oy, size_t ow, float least,
                             float most) {
  Row r = {x, weight, bias, y + (oy - from) * ow * channels, channels, w, k, stride, before, 0, 0, 0, 0, ow, least, most};
  const size_t top = oy * stride, fits = w + before >= k ? (w + before - k) / stride + 1 : 0;
  r.j0 = top < before ? before - top : 0;
  r.j1 = top + k > h + before ? h + before - top : k;
  r.rows = x + (top + r.j0 - before) * w * channels;
  /* Outputs left of `inner` and from `outer` on reach over the edge. */
  r.inner = (before + stride - 1) / stride;
  r.outer = fits < r.inner ? r.inner : fits > ow ? ow : fits;
  return r;
}

V2A_LEVELS void v2a_depthwise2d(float *y, const float *x, const float *weight, const float *bias, size_t channels, size_t c0,
                                size_t c1, size_t h, size_t w, size_t k, size_t stride, size_t before, size_t from, size_t to,
                                size_t ow, float least, float most) {
  /* The last of a number that 16 does not divide are computed with some of those before them once more. */
  const size_t last = channels - LANES;
  if (w <= 32) {
    /* Small planes: 16 channels of them stay in the first level of the cache. */
    for (size_t c = c0; c < c1; c += LANES)
      for (size_t oy = from; oy < to; oy++) {
        const Row r = output_row(y, x, weight, bias, channels, h, w, k, stride, before, from, oy, ow, least, most);
        for (size_t ox = 0; ox < ow;) ox += filter_some(&r, c < last ? c : last, ox);
      }
    return;
  }
  for (size_t oy = from; oy < to; oy++) {
    const Row r = output_row(y, x, weight, bias, channels, h, w, k, stride, before, from, oy, ow, least, most);
    for (size_t ox = 0; ox < ow;) {
      size_t done = 1;
      for (size_t c = c0; c < c1; c += LANES) done = filter_some(&r, c < last ? c : last, ox);
      ox += done;
    }
  }
}

void v2a_im2col(float *columns, const float *x, size_t channels, size_t h, size_t w, size_t k, size_t stride, size_t top,
                size_t left, size_t oh, size_t ow) {
  for (size_t c = 0; c < channels; c++)
    for (size_t j = 0; j < k; j++)
      for (size_t i = 0; i < k; i++) {
        float *out = columns + ((c * k + j) * k + i) * oh * ow;
        for (size_t oy = 0; oy < oh; oy++) {
          size_t iy = oy * stride + j;
          for (size_t ox = 0; ox < ow; ox++) {
            size_t ix = ox * stride + i;
            int inside = iy >= top && iy - top < h && ix >= left && ix - left < w;
            out[oy * ow + ox] = inside ? x[(c * h + iy - top) * w + ix - left] : 0.0f;
          }
        }
      }
}

V2A_LEVELS void v2a_depthwise1d(float *y, const float *x, const float *weight, const float *bias, size_t frames, size_t width,
                                size_t k) {
  for (size_t f = 0; f < frames; f++) {
    float *out = y + f * width;
    memcpy(out, bias, width * sizeof(float));
    for (size_t j = 0; j < k; j++) {
      const float *in = x + (f + j) * width, *wt = weight + j * width;
      for (size_t c = 0; c < width; c++) out[c] += wt[c] * in[c];
    }
  }
}
