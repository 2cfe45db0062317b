#include <string.h>

#include "kernels.h"
#include "levels.h"

/* One output row: the input rows that it needs are padded into a small buffer, so the inner loop has no edges. */
V2A_LEVELS void v2a_depthwise2d(float *y, const float *x, const float *weight, const float *bias, size_t channels, size_t h,
                                size_t w, size_t k, size_t stride, size_t top, size_t left, size_t oh, size_t ow, int clip) {
  float padded[5][512], row[256];
  size_t pw = (ow - 1) * stride + k;
  if (k > 5 || pw > 512 || ow > 256) return;
  for (size_t c = 0; c < channels; c++) {
    const float *in = x + c * h * w, *wt = weight + c * k * k;
    float *out = y + c * oh * ow;
    for (size_t oy = 0; oy < oh; oy++) {
      for (size_t j = 0; j < k; j++) {
        float *p = padded[j];
        size_t iy = oy * stride + j;
        memset(p, 0, pw * sizeof(float));
        if (iy < top || iy - top >= h) continue;
        size_t count = w < pw - left ? w : pw - left;
        memcpy(p + left, in + (iy - top) * w, count * sizeof(float));
      }
      for (size_t i = 0; i < ow; i++) row[i] = bias[c];
      for (size_t j = 0; j < k; j++)
        for (size_t i = 0; i < k; i++) {
          const float *p = padded[j] + i;
          float f = wt[j * k + i];
          if (stride == 1)
            for (size_t ox = 0; ox < ow; ox++) row[ox] += f * p[ox];
          else
            for (size_t ox = 0; ox < ow; ox++) row[ox] += f * p[ox * stride];
        }
      float *target = out + oy * ow;
      if (clip)
        for (size_t i = 0; i < ow; i++) {
          float v = row[i] < 0.0f ? 0.0f : row[i];
          target[i] = v > 6.0f ? 6.0f : v;
        }
      else
        memcpy(target, row, ow * sizeof(float));
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
