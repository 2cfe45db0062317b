#include <string.h>

#include "kernels.h"
#include "levels.h"

/* 16 channels; what registers are called depends on the level. */
typedef float Lanes __attribute__((vector_size(64), aligned(4)));
enum { LANES = 16, GROUP = 6 };

/* `count` (at most GROUP) neighbouring outputs of 16 channels: rows j0 ... j1 - 1 and columns i0 ... i1 - 1 of the filter. */
static inline __attribute__((always_inline)) void filter_group(float *y, const float *x, const float *weight, const float *bias,
                                                               size_t channels, size_t w, size_t k, size_t stride, size_t j0,
                                                               size_t j1, size_t i0, size_t i1, size_t count) {
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
  const Lanes zero = {0}, six = zero + 6.0f;
#pragma clang loop unroll(full)
  for (size_t p = 0; p < count; p++)
    *(Lanes *)(y + p * channels) = __builtin_elementwise_min(__builtin_elementwise_max(sums[p], zero), six);
}

V2A_LEVELS void v2a_depthwise2d(float *y, const float *x, const float *weight, const float *bias, size_t channels, size_t h,
                                size_t w, size_t k, size_t stride, size_t before, size_t from, size_t to, size_t ow) {
  for (size_t oy = from; oy < to; oy++) {
    const size_t top = oy * stride, j0 = top < before ? before - top : 0, j1 = top + k > h + before ? h + before - top : k;
    const float *rows = x + (top + j0 - before) * w * channels;
    /* Outputs left of `inner` and from `outer` on reach over the edge. */
    const size_t inner = (before + stride - 1) / stride, fits = w + before >= k ? (w + before - k) / stride + 1 : 0;
    const size_t outer = fits < inner ? inner : fits > ow ? ow : fits;
    for (size_t c = 0; c < channels; c += LANES) {
      const float *b = bias + c;
      const float *in = rows + c, *f = weight + c;
      float *out = y + (oy - from) * ow * channels + c;
      for (size_t ox = 0; ox < ow;) {
        if (ox >= inner && ox + GROUP <= outer) {
          const float *at = in + (ox * stride - before) * channels;
          if (k == 3)
            filter_group(out + ox * channels, at, f, b, channels, w, 3, stride, j0, j1, 0, 3, GROUP);
          else
            filter_group(out + ox * channels, at, f, b, channels, w, k, stride, j0, j1, 0, k, GROUP);
          ox += GROUP;
        } else {
          const size_t left = ox * stride, i0 = left < before ? before - left : 0;
          const size_t i1 = left + k > w + before ? w + before - left : k;
          filter_group(out + ox * channels, in + (left + i0 - before) * channels, f, b, channels, w, k, stride, j0, j1, i0, i1, 1);
          ox++;
        }
      }
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
