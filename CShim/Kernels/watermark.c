#include <math.h>
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

/* |L + sign R|^2 / 2 of the bins. */
static inline __attribute__((always_inline)) void sum_power(float *power, const float *z, size_t m, float sign) {
  power[0] = 0.5f * (z[0] + sign * z[1]) * (z[0] + sign * z[1]);
  for (size_t k = 1; k < m / 2; k++) {
    const float *u = z + 2 * k, *v = z + 2 * (m - k);
    float re = u[0] + sign * u[1] + v[0] + sign * v[1], im = u[1] - v[1] - sign * u[0] + sign * v[0];
    power[k] = 0.125f * (re * re + im * im);
  }
}

V2A_LEVELS void v2a_middle_power(float *power, const float *z, size_t m) { sum_power(power, z, m, 1.0f); }

V2A_LEVELS void v2a_side_power(float *power, const float *z, size_t m) { sum_power(power, z, m, -1.0f); }

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

V2A_LEVELS void v2a_tile_filter(float *y, const float *levels, size_t width, size_t groups, size_t frames,
                                size_t frame, const float *taps, size_t count, size_t before, size_t bands) {
  for (size_t scale = 0; scale < groups * bands && bands <= 64; scale += bands) {
    float own[64] = {0}, near[64] = {0}, far[64] = {0};
    for (size_t t = 0; t < count; t++) {
      size_t row = frame + t < before ? 0 : frame + t - before;
      if (row >= frames) row = frames - 1;
      const float *x = levels + row * width + scale;
      float a = taps[t], b = taps[count + t], c = taps[2 * count + t];
      for (size_t i = 0; i < bands; i++) {
        own[i] += a * x[i];
        near[i] += b * x[i];
        far[i] += c * x[i];
      }
    }
    for (size_t i = 0; i < bands; i++) {
      size_t l1 = i >= 1 ? i - 1 : 0, l2 = i >= 2 ? i - 2 : 0;
      size_t r1 = i + 1 < bands ? i + 1 : bands - 1, r2 = i + 2 < bands ? i + 2 : bands - 1;
      y[scale + i] = own[i] + near[l1] + near[r1] + far[l2] + far[r2];
    }
  }
}

V2A_LEVELS void v2a_tile_soft(float *out, const float *y, const float *levels, size_t stride, size_t frames, size_t slot,
                              size_t bands, const float *weights, const float *silence, float depth, float *scratch) {
  enum { reach = 10 };
  if (bands > 64 || frames < 1) return;
  /* Running sums of the squares and of the levels over time, [frames + 1, bands] each. */
  float *squares = scratch, *heights = scratch + (frames + 1) * bands;
  float total = 0.0f;
  for (size_t f = 0; f < frames; f++) {
    const float *row = y + f * stride;
    float sum = 0.0f;
    for (size_t b = 0; b < bands; b++) sum += row[b] * row[b];
    total += sum;
  }
  float scale = 1.0f / (sqrtf(total / (float)(frames * bands)) + 1e-9f);
  float first[64], lowest[64];
  for (size_t b = 0; b < bands; b++) {
    squares[b] = heights[b] = 0.0f;
    first[b] = levels[b];
    lowest[b] = 1e9f;
  }
  for (size_t f = 0; f < frames; f++) {
    const float *row = y + f * stride, *level = levels + f * stride;
    float *s = squares + f * bands, *h = heights + f * bands;
    for (size_t b = 0; b < bands; b++) {
      float v = scale * row[b];
      float q = v * v;
      s[bands + b] = s[b] + (q < 9.0f ? q : 9.0f);
      h[bands + b] = h[b] + (level[b] - first[b]);
    }
  }
  /* Frames in a row that are no silence: the lowest level is that of tiles made of such frames alone. */
  size_t sounding[64] = {0};
  for (size_t f = 0; f < frames; f++) {
    const float *level = levels + f * stride;
    for (size_t b = 0; b < bands; b++) sounding[b] = level[b] > silence[b] ? sounding[b] + 1 : 0;
    if (f + 1 < slot) continue;
    const float *a = heights + (f + 1 - slot) * bands, *c = heights + (f + 1) * bands;
    for (size_t b = 0; b < bands; b++) {
      float mean = (c[b] - a[b]) / (float)slot;
      lowest[b] = sounding[b] >= slot && mean < lowest[b] ? mean : lowest[b];
    }
  }
  /* From the end on, so that a tile's silent frames are known: where there are any, the level says nothing. */
  memset(sounding, 0, sizeof sounding);
  for (size_t f = frames; f-- > 0;) {
    size_t from = f < reach ? 0 : f - reach, to = f + reach + 1 < frames ? f + reach + 1 : frames;
    size_t end = f + slot < frames ? f + slot : frames;
    const float *row = y + f * stride, *level = levels + f * stride, *a = squares + from * bands, *c = squares + to * bands;
    const float *ha = heights + f * bands, *hc = heights + end * bands;
    float part = 1.0f / (float)(to - from), height = 1.0f / (float)(end - f);
    float v[68], w[64];
    for (size_t b = 0; b < bands; b++) v[b + 2] = (c[b] - a[b]) * part;
    v[0] = v[1] = v[2];
    v[bands + 2] = v[bands + 3] = v[bands + 1];
    for (size_t b = 0; b < bands; b++) w[b] = 0.2f * (v[b] + v[b + 1] + v[b + 2] + v[b + 3] + v[b + 4]) + 0.09f;
    float *o = out + f * bands;
    for (size_t b = 0; b < bands; b++) {
      float sigma = sqrtf(w[b]), x = scale * row[b] / sigma;
      x = x < -2.0f ? -2.0f : x > 2.0f ? 2.0f : x;
      float above = (hc[b] - ha[b]) * height - lowest[b];
      above = above > 0.0f ? above : 0.0f;
      /* Steady noise rarely comes 4 dB above its own lowest tile. */
      float q = above * above * (1.0f / (3.8f * 3.8f));
      q = q * q;
      sounding[b] = level[b] > silence[b] ? sounding[b] + 1 : 0;
      float weight = sounding[b] >= end - f ? weights[b] : 0.0f;
      o[b] = x / sqrtf(sigma) * weight * (1.0f - depth + depth * q / (q + 1.0f));
    }
  }
}

V2A_LEVELS void v2a_tile_products(float *z, const float *rows, const float *chips, size_t frames, size_t slots, size_t bands) {
  for (size_t f = 0; f < frames; f++) {
    float sums[64] = {0};
    for (size_t b = 0; b < bands; b++) {
      float x = rows[f * bands + b];
      for (size_t s = 0; s < slots && s < 64; s++) sums[s] += x * chips[b * slots + s];
    }
    for (size_t s = 0; s < slots && s < 64; s++) z[f * slots + s] = sums[s];
  }
}

/* A search for words of a tail-biting convolutional code. */
struct tail_biting {
  const float *branches, *ahead;
  uint64_t *words;
  float *values;
  size_t bits, capacity, count;
  float least;
};

static void tail_biting_walk(struct tail_biting *t, size_t i, size_t state, float value, uint64_t word) {
  if (t->count == t->capacity) return;
  if (i == t->bits) {
    t->words[t->count] = word;
    t->values[t->count++] = value;
    return;
  }
  for (size_t bit = 0; bit < 2; bit++) {
    size_t next = bit << 7 | state >> 1;
    float reached = value + t->branches[i * 512 + (bit << 8 | state)];
    /* What lies ahead is known exactly: every branch taken ends in a word. */
    if (reached + t->ahead[(i + 1) * 256 + next] >= t->least) tail_biting_walk(t, i + 1, next, reached, word << 1 | bit);
  }
}

V2A_LEVELS static void tail_biting_ahead(float *ahead, const float *branches, size_t bits, size_t start) {
  for (size_t s = 0; s < 256; s++) ahead[bits * 256 + s] = s == start ? 0.0f : -1e30f;
  for (size_t i = bits; i-- > 0;) {
    const float *next = ahead + (i + 1) * 256, *branch = branches + i * 512;
    float *to = ahead + i * 256;
    for (size_t s = 0; s < 128; s++) {
      float a = branch[2 * s] + next[s], b = branch[256 + 2 * s] + next[128 + s];
      float c = branch[2 * s + 1] + next[s], d = branch[257 + 2 * s] + next[128 + s];
      to[2 * s] = a > b ? a : b;
      to[2 * s + 1] = c > d ? c : d;
    }
  }
}

void v2a_tail_biting_best(float *best, float *branches, const float *soft, const uint8_t *outputs, size_t bits, float *scratch) {
  for (size_t i = 0; i < bits; i++) {
    float sums[16];
    for (size_t w = 0; w < 16; w++) {
      sums[w] = 0.0f;
      for (size_t g = 0; g < 4; g++) sums[w] += (w >> g) & 1 ? soft[4 * i + g] : -soft[4 * i + g];
    }
    for (size_t r = 0; r < 512; r++) branches[i * 512 + r] = sums[outputs[r] & 15];
  }
  for (size_t start = 0; start < 256; start++) {
    tail_biting_ahead(scratch, branches, bits, start);
    best[start] = scratch[start];
  }
}

size_t v2a_tail_biting_words(uint64_t *words, float *values, size_t capacity, const float *best, const float *branches, size_t bits,
                             float least, float *scratch) {
  struct tail_biting t = {branches, scratch, words, values, bits, capacity, 0, least};
  for (size_t start = 0; start < 256; start++) {
    if (best[start] < least) continue;
    tail_biting_ahead(scratch, branches, bits, start);
    tail_biting_walk(&t, 0, start, 0.0f, 0);
  }
  return t.count;
}
