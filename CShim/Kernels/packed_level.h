/* One level of packed.c. Included with
 *   NAME(x)       the level's name for x
 *   LANES         floats in a vector
 *   TILE          most rows of a tile: TILE x 2 vectors of sums stay in registers
 *   BF16          1: pairs of bfloat16 along k
 *
 * A tile's rows lie PACKED_STRIDE floats apart, a constant, so that addresses need no registers, and not a power of two, so
 * that rows do not evict each other from the cache. */
typedef float NAME(vector) __attribute__((vector_size(4 * LANES), aligned(4)));

#define WIDTH (2 * LANES)
#define STRIDE (V2A_DEPTH + 16)

/* sums [rows, WIDTH] (+)= a [rows, depth] b [depth, WIDTH], of which the first `vectors` vectors; in bf16 an element is a
 * pair. */
static inline __attribute__((always_inline)) void NAME(sum)(int rows, int vectors, float *restrict sums, const float *restrict a,
                                                            const float *restrict b, size_t depth, int begins) {
  NAME(vector) acc[TILE][2];
  const NAME(vector) zero = {0};
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) acc[r][v] = begins ? zero : *(const NAME(vector) *)(sums + r * WIDTH + v * LANES);
#pragma clang loop unroll_count(2)
  for (size_t k = 0; k < depth; k++) {
    NAME(vector) row[2];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) row[v] = *(const NAME(vector) *)(b + k * WIDTH + v * LANES);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      const float f = a[r * STRIDE + k];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) {
#if BF16
        acc[r][v] = _mm512_dpbf16_ps(acc[r][v], (__m512bh)_mm512_set1_ps(f), (__m512bh)row[v]);
#else
        acc[r][v] += f * row[v];
#endif
      }
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) *(NAME(vector) *)(sums + r * WIDTH + v * LANES) = acc[r][v];
}

static __attribute__((noinline)) void NAME(tile)(int rows, int vectors, float *sums, const float *a, const float *b,
                                                 size_t depth, int begins) {
  switch (2 * rows + vectors - 1) {
#define CASE(n)                                                           \
  case 2 * n: NAME(sum)(n, 1, sums, a, b, depth, begins); break;          \
  case 2 * n + 1: NAME(sum)(n, 2, sums, a, b, depth, begins); break;
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#if TILE > 6
    CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14)
#endif
#undef CASE
  }
}

/* Rows of x as the tile wants them: blocks of V2A_DEPTH elements, each [rows, STRIDE]. */
static void NAME(gather)(float *a, const float *x, size_t ldx, size_t rows, size_t depth, size_t k) {
  for (size_t from = 0; from < depth; from += V2A_DEPTH) {
    size_t count = depth - from < V2A_DEPTH ? depth - from : V2A_DEPTH;
    for (size_t r = 0; r < rows; r++) {
#if BF16
      const float *in = x + r * ldx + 2 * from;
      uint16_t *out = (uint16_t *)(a + r * STRIDE);
      size_t wanted = k - 2 * from < 2 * count ? k - 2 * from : 2 * count;
      for (size_t i = 0; i < wanted; i += 16) {
        __mmask16 mask = wanted - i >= 16 ? 0xffff : (__mmask16)((1u << (wanted - i)) - 1);
        __m256bh half = _mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(mask, in + i));
        _mm256_storeu_si256((__m256i *)(out + i), (__m256i)half);
      }
#else
      (void)k;
      memcpy(a + r * STRIDE, x + r * ldx + from, count * sizeof(float));
#endif
    }
    a += rows * STRIDE;
  }
}

static void NAME(finish)(const float *v, size_t ldv, float *y, size_t ldy, size_t rows, size_t n, const V2AEpilogue *e) {
  v2a_finish(v, ldv, y, ldy, rows, n, e);
}

static void NAME(multiply)(const float *packed, size_t whole, const float *x, size_t ldx, float *y, size_t ldy, size_t rows,
                           size_t n, size_t k, const V2AEpilogue *e, float *scratch) {
  const size_t depth = BF16 ? (k + 1) / 2 : k, blocks = (depth + V2A_DEPTH - 1) / V2A_DEPTH;
  /* As many rows at once as stay in the second level of the cache, divided evenly into tiles. */
  const size_t most = v2a_rows_at_once(depth);
  float sums[TILE * WIDTH] __attribute__((aligned(64)));
  for (size_t done = 0; done < rows;) {
    const size_t left = rows - done, turns = (left + most - 1) / most, batch = (left + turns - 1) / turns;
    const size_t tiles = (batch + TILE - 1) / TILE;
    float *a = scratch;
    for (size_t t = 0; t < tiles; t++) {
      const size_t from = t * batch / tiles, to = (t + 1) * batch / tiles;
      NAME(gather)(a, x + (done + from) * ldx, ldx, to - from, depth, k);
      a += (to - from) * blocks * STRIDE;
    }
    for (size_t column = 0; column < n; column += WIDTH) {
      const size_t columns = n - column < WIDTH ? n - column : WIDTH;
      const float *panel = packed + column * (BF16 ? (whole + 1) / 2 : whole);
      a = scratch;
      for (size_t t = 0; t < tiles; t++) {
        const size_t from = t * batch / tiles, to = (t + 1) * batch / tiles, count = to - from;
        for (size_t block = 0; block < blocks; block++) {
          const size_t start = block * V2A_DEPTH;
          NAME(tile)((int)count, columns > LANES ? 2 : 1, sums, a, panel + start * WIDTH,
                     depth - start < V2A_DEPTH ? depth - start : V2A_DEPTH, block == 0);
          a += count * STRIDE;
        }
        V2AEpilogue own = *e;
        if (own.bias) own.bias += column;
        if (own.gate) own.gate += (done + from) * own.gate_stride + column;
        if (own.gate0) own.gate0 += column;
        NAME(finish)(sums, WIDTH, y + (done + from) * ldy + column, ldy, count, columns, &own);
      }
    }
    done += batch;
  }
}

#undef WIDTH
#undef STRIDE
#undef NAME
#undef LANES
#undef TILE
#undef BF16
