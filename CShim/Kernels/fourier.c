#include <math.h>

#include "kernels.h"
#include "levels.h"

void v2a_fft_twiddles(float *twiddles, size_t n) {
  for (size_t i = 0; i < n / 2; i++) {
    double angle = 2.0 * 3.14159265358979323846 * (double)i / (double)n;
    twiddles[2 * i] = (float)cos(angle);
    twiddles[2 * i + 1] = (float)sin(angle);
  }
}

/* Stockham radix-2 inverse transform of m complex numbers; twiddles are those of size n = 2 m. Result in `a`. */
V2A_LEVELS static void inverse(float *a, float *b, size_t m, const float *twiddles) {
  float *from = a, *to = b;
  size_t stride = 1;
  for (size_t half = m / 2; half >= 1; half /= 2, stride *= 2) {
    for (size_t p = 0; p < half; p++) {
      float wr = twiddles[2 * (2 * p * stride)], wi = twiddles[2 * (2 * p * stride) + 1];
      const float *u = from + 2 * stride * p, *v = from + 2 * stride * (p + half);
      float *s = to + 2 * stride * (2 * p), *d = s + 2 * stride;
      for (size_t q = 0; q < stride; q++) {
        float ar = u[2 * q], ai = u[2 * q + 1], br = v[2 * q], bi = v[2 * q + 1];
        float cr = ar - br, ci = ai - bi;
        s[2 * q] = ar + br;
        s[2 * q + 1] = ai + bi;
        d[2 * q] = cr * wr - ci * wi;
        d[2 * q + 1] = cr * wi + ci * wr;
      }
    }
    float *swap = from;
    from = to;
    to = swap;
  }
  if (from != a)
    for (size_t i = 0; i < 2 * m; i++) a[i] = from[i];
}

void v2a_irfft(float *x, const float *re, const float *im, const float *twiddles, float *scratch, size_t n) {
  size_t m = n / 2;
  float *z = scratch, *work = scratch + n;
  /* Even and odd samples as one complex sequence of half the length. */
  for (size_t k = 0; k < m; k++) {
    float ar = re[k], ai = k == 0 ? 0.0f : im[k];
    float br = re[m - k], bi = k == 0 ? 0.0f : -im[m - k];
    float er = ar + br, ei = ai + bi, or_ = ar - br, oi = ai - bi;
    float c = twiddles[2 * k], s = twiddles[2 * k + 1];
    float tr = or_ * c - oi * s, ti = or_ * s + oi * c;
    z[2 * k] = er - ti;
    z[2 * k + 1] = ei + tr;
  }
  inverse(z, work, m, twiddles);
  float scale = 1.0f / (float)n;
  for (size_t i = 0; i < n; i++) x[i] = z[i] * scale;
}

void v2a_complex_fft(float *a, float *scratch, size_t m, const float *twiddles) { inverse(a, scratch, m, twiddles); }
