/* Prints sums over what the portable kernels make of normal numbers, for arm64-kernels.sh: a name and three figures a line. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

static float *normal(size_t n, uint64_t seed) {
  float *x = malloc(n * sizeof *x);
  v2a_normal(x, n, seed, 0, 0);
  return x;
}

/* Sum, sum of squares, and sum weighted by position, which a permutation would change. */
static void show(const char *name, const float *x, size_t n) {
  double sum = 0, squares = 0, moment = 0;
  for (size_t i = 0; i < n; i++) {
    sum += x[i];
    squares += (double)x[i] * x[i];
    moment += x[i] * cos((double)i);
  }
  printf("%s %.9g %.9g %.9g\n", name, sum, squares, moment);
}

int main(void) {
  enum { rows = 37, cols = 256, n = rows * cols };
  float *weight = normal(cols, 2), *bias = normal(cols, 3), *y = calloc(4 * n, sizeof *y), *scratch = calloc(4 * n, sizeof *scratch);
  show("normal", normal(n, 1), n);
  struct { const char *name; void (*run)(float *, size_t); } plain[] = {
      {"gelu_tanh", v2a_gelu_tanh}, {"gelu_erf", v2a_gelu_erf}, {"silu", v2a_silu}, {"relu6", v2a_relu6}, {"exp", v2a_exp}};
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
    float *x = normal(n, 1);
    plain[i].run(x, n);
    show(plain[i].name, x, n);
    free(x);
  }
  float *x = normal(n, 1);
  v2a_softmax(x, rows, cols);
  show("softmax", x, n);
  x = normal(n, 1);
  v2a_layer_norm(y, x, weight, bias, rows, cols, 1e-6f);
  show("layer_norm", y, n);
  v2a_norm_modulate(y, x, weight, bias, weight, bias, 0, rows, cols, 1e-6f);
  show("norm_modulate", y, n);
  v2a_rms_norm(x, weight, rows, cols, 1e-6f);
  show("rms_norm", x, n);
  float *qkv = normal(3 * n, 4), *angles = normal(rows * 32, 5), *cosine = malloc(rows * 32 * 4), *sine = malloc(rows * 32 * 4);
  for (size_t i = 0; i < rows * 32; i++) cosine[i] = cosf(angles[i]), sine[i] = sinf(angles[i]);
  v2a_query_key(qkv, y, weight, bias, cosine, sine, rows, 4, 32, 1e-6f);
  show("query_key", qkv, 3 * n);
  show("query_turned", y, n);
  x = normal(24 * 24 * 32, 6);
  float *filter = normal(9 * 32, 7);
  v2a_depthwise2d(y, x, filter, bias, 32, 0, 32, 24, 24, 3, 1, 1, 0, 24, 24);
  show("depthwise2d", y, 24 * 24 * 32);
  x = normal((rows + 6) * cols, 8);
  v2a_depthwise1d(y, x, normal(7 * cols, 9), bias, rows, cols, 7);
  show("depthwise1d", y, n);
  float *twiddles = malloc(2048 * sizeof *twiddles);
  v2a_fft_twiddles(twiddles, 2048);
  v2a_irfft(y, normal(1025, 10), normal(1025, 11), twiddles, scratch, 2048);
  show("irfft", y, 2048);
  memset(y, 0, 2048 * sizeof *y);
  v2a_partial(y, y + 1024, 1024, 0.3, 0.01, 0.012, 0.5f, 0.25f, 0.7f, 0.3f);
  show("partial", y, 2048);
  x = normal(n, 12);
  for (size_t i = 0; i < n; i++) x[i] = x[i] * x[i] + 1e-6f;
  v2a_decibel(y, x, n);
  show("decibel", y, n);
  return 0;
}
