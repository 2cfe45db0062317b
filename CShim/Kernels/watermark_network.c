#include <math.h>
#include <stdint.h>
#include <string.h>

#include "kernels.h"
#include "levels.h"
#include "vector_math.h"

typedef float Lanes __attribute__((vector_size(64), aligned(4)));
enum { lanes = 16, blocks = V2A_TILE_BANDS / lanes, bands = V2A_TILE_BANDS };

static inline __attribute__((always_inline)) float limited(float x, float low, float high) {
  x = x < low ? low : x;
  return x > high ? high : x;
}

static inline __attribute__((always_inline)) size_t row_at(size_t frame, size_t t, size_t before, size_t frames) {
  size_t row = frame + t < before ? 0 : frame + t - before;
  return row < frames ? row : frames - 1;
}

V2A_LEVELS void v2a_tile_maps(float *maps, size_t stride, float *deviation, const float *levels, size_t width, size_t frames,
                              size_t first, float *scratch) {
  enum { reach = V2A_TILE_REACH };
  size_t lowest = first < reach ? 0 : first - reach;
  /* Height over the mean of the surrounding frames, and its square summed over time. */
  for (size_t f = lowest; f < frames; f++) {
    float mean[bands] = {0};
    for (size_t t = 0; t <= 2 * reach; t++) {
      const float *x = levels + row_at(f, t, reach, frames) * width;
      for (size_t b = 0; b < bands; b++) mean[b] += x[b];
    }
    const float *x = levels + f * width;
    float *d = scratch + (f - lowest) * bands;
    for (size_t b = 0; b < bands; b++) d[b] = limited(x[b] - mean[b] * (1.0f / (2 * reach + 1)), -20.0f, 20.0f);
  }
  for (size_t f = first; f < frames; f++) {
    float squares[bands + 4] = {0}, *inner = squares + 2;
    for (size_t t = 0; t <= 2 * reach; t++) {
      const float *d = scratch + (row_at(f, t, reach, frames) - lowest) * bands;
      for (size_t b = 0; b < bands; b++) inner[b] += limited(d[b] * d[b], 0.0f, 150.0f);
    }
    squares[0] = squares[1] = squares[2];
    squares[bands + 2] = squares[bands + 3] = squares[bands + 1];
    const float *d = scratch + (f - lowest) * bands;
    float *ratio = maps + (f - first) * stride, *squashed = ratio + bands;
    for (size_t b = 0; b < bands; b++) {
      float sum = squares[b] + squares[b + 1] + squares[b + 2] + squares[b + 3] + squares[b + 4];
      float v = sum * (1.0f / (5 * (2 * reach + 1))) + 0.5f;
      deviation[(f - first) * bands + b] = v;
      ratio[b] = limited(d[b] / sqrtf(v), -3.0f, 3.0f);
      squashed[b] = v2a_tanh1(0.11515f * d[b]);
    }
  }
}

V2A_LEVELS void v2a_tile_network(float *y, const float *maps, size_t frames, size_t frame, const float *weights,
                                 const float *bias, const float *out, size_t hidden) {
  enum { inputs = V2A_TILE_MAPS * 3 * V2A_TILE_TIMES, before = V2A_TILE_BEFORE };
  static const uint8_t groups[V2A_TILE_TIMES] = {4, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4};
  /* [map, own / neighbours / theirs, time, band] */
  float x[inputs * bands];
  for (size_t m = 0; m < V2A_TILE_MAPS; m++) {
    size_t t = 0;
    for (size_t j = 0; j < V2A_TILE_TIMES; j++) {
      float padded[bands + 4] = {0}, *sum = padded + 2;
      for (size_t end = t + groups[j]; t < end; t++) {
        const float *row = maps + (row_at(frame, t, before, frames) * V2A_TILE_MAPS + m) * bands;
        for (size_t b = 0; b < bands; b++) sum[b] += row[b];
      }
      padded[0] = padded[1] = padded[2];
      padded[bands + 2] = padded[bands + 3] = padded[bands + 1];
      float unit = 1.0f / sqrtf((float)groups[j]);
      float *own = x + (m * 3 * V2A_TILE_TIMES + j) * bands, *near = own + V2A_TILE_TIMES * bands, *far = near + V2A_TILE_TIMES * bands;
      for (size_t b = 0; b < bands; b++) {
        own[b] = unit * padded[b + 2];
        near[b] = unit * (padded[b + 1] + padded[b + 3]);
        far[b] = unit * (padded[b] + padded[b + 4]);
      }
    }
  }
  Lanes total[blocks];
  memset(total, 0, sizeof total);
  for (size_t h = 0; h <= hidden; h++) {
    const float *w = weights + h * inputs;
    Lanes sum[blocks];
    memset(sum, 0, sizeof sum);
    if (h < hidden) memcpy(sum, bias + h * bands, sizeof sum);
    for (size_t i = 0; i < inputs; i++) {
      const Lanes *row = (const Lanes *)(x + i * bands);
      for (size_t k = 0; k < blocks; k++) sum[k] += w[i] * row[k];
    }
    /* The last unit is linear. */
    for (size_t k = 0; k < blocks; k++)
      for (size_t l = 0; l < lanes; l++) total[k][l] += h == hidden ? sum[k][l] : sum[k][l] > 0.0f ? out[h] * sum[k][l] : 0.0f;
  }
  for (size_t b = 0; b < bands; b++) y[b] = 2.0f * v2a_tanh1(0.5f * total[b / lanes][b % lanes]);
}

/* Mean of the tile that begins at each frame. */
V2A_LEVELS static void tile_means(float *mean, const float *levels, size_t stride, size_t frames, size_t slot) {
  for (size_t f = 0; f < frames; f++) {
    size_t end = f + slot < frames ? f + slot : frames;
    float sum[bands] = {0};
    for (size_t g = f; g < end; g++)
      for (size_t b = 0; b < bands; b++) sum[b] += levels[g * stride + b];
    for (size_t b = 0; b < bands; b++) mean[f * bands + b] = sum[b] * (1.0f / (float)(end - f));
  }
}

/* tile_means, the lowest of whole tiles that are not silent, and 1 where the tile is not silent. */
V2A_LEVELS static void tile_heights(float *height, float *sounds, float *lowest, const float *levels, size_t stride, size_t frames,
                                    size_t slot, const float *silence) {
  tile_means(height, levels, stride, frames, slot);
  for (size_t b = 0; b < bands; b++) lowest[b] = 1e9f;
  for (size_t f = 0; f < frames; f++) {
    size_t end = f + slot < frames ? f + slot : frames;
    float *loud = sounds + f * bands, whole = f + slot <= frames ? 1.0f : 0.0f;
    for (size_t b = 0; b < bands; b++) loud[b] = 1.0f;
    for (size_t g = f; g < end; g++)
      for (size_t b = 0; b < bands; b++) loud[b] = levels[g * stride + b] > silence[b] ? loud[b] : 0.0f;
    const float *mean = height + f * bands;
    for (size_t b = 0; b < bands; b++) lowest[b] = loud[b] * whole > 0.0f && mean[b] < lowest[b] ? mean[b] : lowest[b];
  }
}

V2A_LEVELS void v2a_tile_evidence(float *out, const float *y, size_t row, const float *levels, const float *others, size_t stride,
                                  size_t frames, size_t slot, const float *silence, float settled, const float *gate, size_t hidden,
                                  float *scratch) {
  enum { features = V2A_TILE_FEATURES };
  if (frames < 1) return;
  size_t size = frames * bands;
  float *height = scratch, *sounds = height + size, *inner = sounds + size;
  float *side = inner + size, *peaked = side + size, *dense = peaked + size;
  float lowest[bands], innermost[bands], sum[bands] = {0}, count[bands] = {0}, loudest = -1e9f;
  /* Whether the middle sounds is overwritten: the whole's counts. */
  tile_heights(inner, sounds, innermost, others, stride, frames, slot, silence);
  tile_heights(height, sounds, lowest, levels, stride, frames, slot, silence);
  tile_means(side, others + bands, stride, frames, slot);
  tile_means(peaked, others + 2 * bands, stride, frames, slot);
  tile_means(dense, others + 3 * bands, stride, frames, slot);
  for (size_t f = 0; f < frames; f++) {
    float loud = 0.0f;
    for (size_t b = 0; b < bands; b++) {
      float h = height[f * bands + b], s = sounds[f * bands + b];
      sum[b] += s * h;
      count[b] += s;
      loud += h;
    }
    loudest = loud > loudest ? loud : loudest;
  }
  for (size_t b = 0; b < bands; b++) sum[b] /= count[b] > 1.0f ? count[b] : 1.0f;
  /* [hidden, features] weights, [hidden] bias, [hidden] weights, [bands] bias. */
  const float *bias = gate + hidden * features, *last = bias + hidden, *own = last + hidden;
  for (size_t f = 0; f < frames; f++) {
    float x[features][bands], near[bands + 8], squares[bands + 4] = {0}, loud = 0.0f;
    const float *h = height + f * bands, *n = inner + f * bands, *s = side + f * bands, *p = peaked + f * bands, *g = dense + f * bands;
    for (size_t b = 0; b < bands; b++) {
      near[b + 4] = h[b];
      loud += h[b];
    }
    for (size_t i = 0; i < 4; i++) {
      near[i] = h[0];
      near[bands + 4 + i] = h[bands - 1];
    }
    const float *before = y + (f < slot ? f : f - slot) * row, *now = y + f * row;
    const float *after = y + (f + slot < frames ? f + slot : f) * row;
    for (size_t b = 0; b < bands; b++) squares[b + 2] = before[b] * before[b] + now[b] * now[b] + after[b] * after[b];
    squares[0] = squares[1] = squares[2];
    squares[bands + 2] = squares[bands + 3] = squares[bands + 1];
    loud = limited((loud - loudest) * (0.1f / bands), -5.0f, 0.0f);
    float power[bands];
    for (size_t b = 0; b < bands; b++) {
      float around = 0.0f;
      for (size_t i = 0; i < 9; i++) around += near[b + i];
      float above = limited(h[b] - lowest[b], 0.0f, 40.0f), over = limited(n[b] - innermost[b], 0.0f, 40.0f);
      float squared = above * above * (1.0f / (3.8f * 3.8f)), its = over * over * (1.0f / (3.8f * 3.8f));
      squared *= squared;
      its *= its;
      x[1][b] = 1.5f + settled * (0.1f * above - 1.5f);
      x[2][b] = 1.0f - settled / (squared + 1.0f);
      x[3][b] = limited(0.1f * (h[b] - around * (1.0f / 9.0f)), -3.0f, 3.0f);
      x[4][b] = limited(0.1f * (h[b] - sum[b]), -4.0f, 4.0f);
      x[5][b] = loud;
      x[6][b] = 1.5f + settled * (0.1f * over - 1.5f);
      x[7][b] = 1.0f - settled / (its + 1.0f);
      x[8][b] = 0.25f * limited(n[b] - h[b], -12.0f, 3.0f);
      x[9][b] = 0.1f * limited(s[b] - h[b], -30.0f, 3.0f);
      x[10][b] = 0.2f * limited(p[b] - g[b], 0.0f, 40.0f);
      power[b] = (squares[b] + squares[b + 1] + squares[b + 2] + squares[b + 3] + squares[b + 4]) * (1.0f / 15.0f) + 0.09f;
    }
    v2a_decibel(x[0], now + bands, bands);
    v2a_decibel(x[12], now + 3 * bands, bands);
    v2a_decibel(x[11], now + 4 * bands, bands);
    v2a_decibel(x[13], power, bands);
    /* Natural logarithms: of the deviations' roots, and of the mean square. */
    for (size_t b = 0; b < bands; b++) {
      x[0][b] *= 0.115129255f;
      x[11][b] *= 0.115129255f;
      x[12][b] *= 0.115129255f;
      x[13][b] *= 0.23025851f;
    }
    float total[bands];
    for (size_t b = 0; b < bands; b++) total[b] = own[b];
    for (size_t u = 0; u < hidden; u++) {
      float a[bands];
      for (size_t b = 0; b < bands; b++) a[b] = bias[u];
      for (size_t i = 0; i < features; i++)
        for (size_t b = 0; b < bands; b++) a[b] += gate[u * features + i] * x[i][b];
      for (size_t b = 0; b < bands; b++) total[b] += a[b] > 0.0f ? last[u] * a[b] : 0.0f;
    }
    for (size_t b = 0; b < bands; b++)
      out[f * bands + b] = now[b] * sounds[f * bands + b] * v2a_exp1(limited(total[b], -6.0f, 6.0f));
  }
}

V2A_LEVELS void v2a_tile_foreground(float *out, const float *evidence, const float *levels, size_t stride, size_t frames,
                                    float *scratch) {
  enum { before = V2A_TILE_BEFORE, count = 30, reach = 8 };
  if (frames < 1) return;
  float mean[bands] = {0};
  for (size_t f = 0; f < frames; f++)
    for (size_t b = 0; b < bands; b++) mean[b] += levels[f * stride + b];
  for (size_t b = 0; b < bands; b++) mean[b] /= (float)frames;
  for (size_t f = 0; f < frames; f++) {
    float padded[bands + 2 * reach];
    for (size_t i = 0; i < bands + 2 * reach; i++) {
      size_t b = i < reach ? 0 : i < bands + reach ? i - reach : bands - 1;
      padded[i] = levels[f * stride + b] - mean[b];
    }
    float *sum = scratch + f * bands;
    for (size_t b = 0; b < bands; b++) {
      sum[b] = 0.0f;
      for (size_t i = 0; i <= 2 * reach; i++) sum[b] += padded[b + i];
    }
  }
  for (size_t f = 0; f < frames; f++) {
    float above[bands] = {0};
    for (size_t t = 0; t < count; t++) {
      const float *row = scratch + row_at(f, t, before, frames) * bands;
      for (size_t b = 0; b < bands; b++) above[b] += row[b];
    }
    for (size_t b = 0; b < bands; b++) {
      float x = above[b] * (1.0f / (count * (2 * reach + 1)));
      float odds = v2a_exp1(limited((4.0f - x) * (1.0f / 3.0f), -20.0f, 20.0f));
      out[f * bands + b] = evidence[f * bands + b] * (0.02f + 1.0f / (1.0f + odds));
    }
  }
}
