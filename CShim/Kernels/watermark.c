#include <stdint.h>
#include <string.h>

#include "kernels.h"
#include "levels.h"

V2A_LEVELS void v2a_window_pairs(float *z, const float *stereo, const float *window, size_t n) {
  for (size_t j = 0; j < n; j++) {
    z[2 * j] = window[j] * stereo[2 * j];
    z[2 * j + 1] = window[j] * stereo[2 * j + 1];
  }
}

V2A_LEVELS void v2a_pair_power(float *power, const float *z, size_t m) {
  power[0] = z[0] * z[0] + z[1] * z[1];
  for (size_t k = 1; k < m / 2; k++) {
    const float *u = z + 2 * k, *v = z + 2 * (m - k);
    power[k] = 0.5f * (u[0] * u[0] + u[1] * u[1] + v[0] * v[0] + v[1] * v[1]);
  }
}

V2A_LEVELS void v2a_pair_gain(float *z, const float *gain, size_t m) {
  z[0] *= gain[0];
  z[1] *= -gain[0];
  z[m] *= gain[m / 2 - 1];
  z[m + 1] *= -gain[m / 2 - 1];
  for (size_t k = 1; k < m / 2; k++) {
    float *u = z + 2 * k, *v = z + 2 * (m - k);
    u[0] *= gain[k];
    u[1] *= -gain[k];
    v[0] *= gain[k];
    v[1] *= -gain[k];
  }
}

V2A_LEVELS void v2a_overlap_pairs(float *stereo, const float *z, const float *window, float scale, size_t n) {
  for (size_t j = 0; j < n; j++) {
    stereo[2 * j] += scale * window[j] * z[2 * j];
    stereo[2 * j + 1] -= scale * window[j] * z[2 * j + 1];
  }
}

V2A_LEVELS void v2a_decibel(float *y, const float *x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    union {
      float f;
      int32_t i;
    } u = {x[i]};
    /* x = 2^e m, m in [2/3, 4/3): ln m = 2 atanh((m - 1) / (m + 1)). */
    int32_t e = (u.i - 0x3f2aaaab) >> 23;
    u.i -= (int32_t)((uint32_t)e << 23);
    float r = (u.f - 1.0f) / (u.f + 1.0f), s = r * r;
    float ln = 2.0f * r * (1.0f + s * (0.33333333f + s * (0.2f + s * 0.14285714f)));
    y[i] = 3.01029996f * (float)e + 4.34294482f * ln;
  }
}

V2A_LEVELS void v2a_range_sums(float *y, const float *x, const float *edges, size_t bands, size_t n) {
  /* Differences of a running sum would lose quiet bands beside loud ones, so each band is summed by itself. */
  for (size_t b = 0; b < bands; b++) {
    float from = edges[b], to = edges[b + 1];
    if (!(from >= 0.0f)) from = 0.0f;
    if (!(to <= (float)n)) to = (float)n;
    float total = 0.0f;
    if (to > from) {
      size_t i = (size_t)from, j = (size_t)to;
      if (i == j) {
        total = x[i] * (to - from);
      } else {
        total = x[i] * ((float)(i + 1) - from);
        for (size_t k = i + 1; k < j; k++) total += x[k];
        if (j < n) total += x[j] * (to - (float)j);
      }
    }
    y[b] = total;
  }
}

V2A_LEVELS void v2a_correlate_tiles(float *z, const float *fold, const float *chips, size_t offsets, size_t stride,
                                    size_t slots, size_t bands) {
  float sums[64];
  for (size_t o = 0; o < offsets; o++) {
    memset(sums, 0, sizeof sums);
    for (size_t s = 0; s < slots; s++) {
      const float *f = fold + (o + s * stride) * bands, *c = chips + s * bands;
      for (size_t b = 0; b < bands && b < 64; b++) sums[b] += c[b] * f[b];
    }
    float total = 0.0f;
    for (size_t b = 0; b < 64; b++) total += sums[b];
    z[o] = total;
  }
}
