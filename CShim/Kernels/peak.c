#include "packed.h"

/* Independent chains of multiply-adds in registers, as many as hide their latency. */
#define CHAINS 12

#if defined(__x86_64__) && defined(__linux__)
#include <immintrin.h>

__attribute__((target("arch=x86-64-v3"))) static double avx2_peak(size_t turns) {
  __m256 sums[CHAINS], a = _mm256_set1_ps(0.5f), b = _mm256_set1_ps(0.25f);
  for (int i = 0; i < CHAINS; i++) sums[i] = _mm256_set1_ps((float)i);
  for (size_t t = 0; t < turns; t++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < CHAINS; i++) sums[i] = _mm256_fmadd_ps(sums[i], a, b);
    __asm__ volatile("" : "+x"(a));
  }
  for (int i = 0; i < CHAINS; i++) __asm__ volatile("" : : "x"(sums[i]));
  return 2.0 * 8 * CHAINS * (double)turns;
}

__attribute__((target("arch=x86-64-v4"))) static double avx512_peak(size_t turns) {
  __m512 sums[CHAINS], a = _mm512_set1_ps(0.5f), b = _mm512_set1_ps(0.25f);
  for (int i = 0; i < CHAINS; i++) sums[i] = _mm512_set1_ps((float)i);
  for (size_t t = 0; t < turns; t++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < CHAINS; i++) sums[i] = _mm512_fmadd_ps(sums[i], a, b);
    __asm__ volatile("" : "+v"(a));
  }
  for (int i = 0; i < CHAINS; i++) __asm__ volatile("" : : "v"(sums[i]));
  return 2.0 * 16 * CHAINS * (double)turns;
}

__attribute__((target("arch=x86-64-v4,avx512bf16"))) static double bf16_peak(size_t turns) {
  __m512 sums[CHAINS], a = _mm512_set1_ps(0.5f);
  for (int i = 0; i < CHAINS; i++) sums[i] = _mm512_setzero_ps();
  for (size_t t = 0; t < turns; t++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < CHAINS; i++) sums[i] = _mm512_dpbf16_ps(sums[i], (__m512bh)a, (__m512bh)a);
    __asm__ volatile("" : "+v"(a));
  }
  for (int i = 0; i < CHAINS; i++) __asm__ volatile("" : : "v"(sums[i]));
  return 2.0 * 32 * CHAINS * (double)turns;
}

double v2a_peak(int level, int bf16, size_t turns) {
  if (bf16 && level >= V2A_LEVEL_AVX512_BF16) return bf16_peak(turns);
  if (level >= V2A_LEVEL_AVX512) return avx512_peak(turns);
  return level >= V2A_LEVEL_AVX2 ? avx2_peak(turns) : 0;
}

#else

double v2a_peak(int level, int bf16, size_t turns) { return 0; }

#endif
