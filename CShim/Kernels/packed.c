#include "packed.h"

#include <string.h>

#include "epilogue.h"
#include "levels.h"

V2A_LEVELS void v2a_epilogue(const float *v, size_t ldv, float *y, size_t ldy, size_t rows, size_t n, const V2AEpilogue *e) {
  v2a_finish(v, ldv, y, ldy, rows, n, e);
}

/* Elements along k of one block (pairs in bf16): a tile's block and a panel's stay in the first level of the cache. */
#define V2A_DEPTH 256

#if defined(__x86_64__) && defined(__linux__)
#include <immintrin.h>

/* Rows that are gathered at once: 256 KB. */
static inline size_t v2a_rows_at_once(size_t depth) {
  const size_t blocks = (depth + V2A_DEPTH - 1) / V2A_DEPTH, most = (1 << 16) / (blocks * (V2A_DEPTH + 16));
  return most < 28 ? 28 : most;
}

static size_t columns_of(int level) { return level == V2A_LEVEL_AVX2 ? 16 : 32; }

int v2a_level(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return __builtin_cpu_supports("avx512bf16") ? V2A_LEVEL_AVX512_BF16 : V2A_LEVEL_AVX512;
  return __builtin_cpu_supports("x86-64-v3") ? V2A_LEVEL_AVX2 : V2A_LEVEL_NONE;
}

#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#define NAME(x) avx2_##x
#define LANES 8
#define TILE 6
#define BF16 0
#include "packed_level.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"), min_vector_width(512))), apply_to = function)
#define NAME(x) avx512_##x
#define LANES 16
#define TILE 14
#define BF16 0
#include "packed_level.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("arch=x86-64-v4,avx512bf16"), min_vector_width(512))), apply_to = function)
#define NAME(x) bf16_##x
#define LANES 16
#define TILE 14
#define BF16 1
#include "packed_level.h"
#pragma clang attribute pop

size_t v2a_packed_size(int level, int bf16, size_t n, size_t k) {
  const size_t width = columns_of(level);
  return (n + width - 1) / width * width * (bf16 ? (k + 1) / 2 : k) * sizeof(float);
}

/* Nearest bfloat16, ties to even. */
static uint16_t nearest(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1)) >> 16);
}

void v2a_pack(int level, int bf16, void *packed, const float *w, size_t n, size_t k) {
  const size_t width = columns_of(level), depth = bf16 ? (k + 1) / 2 : k;
  memset(packed, 0, v2a_packed_size(level, bf16, n, k));
  for (size_t column = 0; column < n; column++) {
    float *panel = (float *)packed + column / width * width * depth;
    const float *row = w + column * k;
    const size_t lane = column % width;
    if (bf16) {
      uint16_t *pairs = (uint16_t *)panel;
      for (size_t i = 0; i < k; i++) pairs[(i / 2 * width + lane) * 2 + i % 2] = nearest(row[i]);
    } else {
      for (size_t i = 0; i < k; i++) panel[i * width + lane] = row[i];
    }
  }
}

void v2a_pack_rows(int level, float *packed, const float *w, size_t stride, size_t first, size_t count, size_t k) {
  const size_t width = columns_of(level);
  for (size_t row = first; row < first + count; row++) {
    float *panel = packed + row / width * width * k + row % width;
    const float *in = w + (row - first) * stride;
    for (size_t i = 0; i < k; i++) panel[i * width] = in[i];
  }
}

void v2a_pack_columns(int level, float *packed, const float *transposed, size_t stride, size_t first, size_t count, size_t n,
                      size_t k) {
  const size_t width = columns_of(level);
  for (size_t column = 0; column < n; column += width) {
    const size_t size = (n - column < width ? n - column : width) * sizeof(float);
    for (size_t i = 0; i < count; i++)
      memcpy(packed + column * k + (first + i) * width, transposed + i * stride + column, size);
  }
}

size_t v2a_packed_scratch(int bf16, size_t rows, size_t k) {
  const size_t depth = bf16 ? (k + 1) / 2 : k, most = v2a_rows_at_once(depth);
  const size_t blocks = (depth + V2A_DEPTH - 1) / V2A_DEPTH;
  return (rows < most ? rows : most) * blocks * (V2A_DEPTH + 16) * sizeof(float);
}

void v2a_packed_multiply(int level, int bf16, const void *packed, size_t whole, const float *x, size_t ldx, float *y,
                         size_t ldy, size_t rows, size_t n, size_t k, const V2AEpilogue *epilogue, void *scratch) {
  if (bf16)
    bf16_multiply(packed, whole, x, ldx, y, ldy, rows, n, k, epilogue, scratch);
  else if (level == V2A_LEVEL_AVX2)
    avx2_multiply(packed, whole, x, ldx, y, ldy, rows, n, k, epilogue, scratch);
  else
    avx512_multiply(packed, whole, x, ldx, y, ldy, rows, n, k, epilogue, scratch);
}

#else

int v2a_level(void) { return V2A_LEVEL_NONE; }
size_t v2a_packed_size(int level, int bf16, size_t n, size_t k) { return 0; }
void v2a_pack(int level, int bf16, void *packed, const float *w, size_t n, size_t k) {}
void v2a_pack_rows(int level, float *packed, const float *w, size_t stride, size_t first, size_t count, size_t k) {}
void v2a_pack_columns(int level, float *packed, const float *transposed, size_t stride, size_t first, size_t count, size_t n,
                      size_t k) {}
size_t v2a_packed_scratch(int bf16, size_t rows, size_t k) { return 0; }
void v2a_packed_multiply(int level, int bf16, const void *packed, size_t whole, const float *x, size_t ldx, float *y,
                         size_t ldy, size_t rows, size_t n, size_t k, const V2AEpilogue *epilogue, void *scratch) {}

#endif
