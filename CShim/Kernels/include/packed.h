/* Matrix products with weights that are reordered once: y = epilogue(x W^T).
 *
 * Every element of y is summed over k in one order whatever the number of rows, so a row's result does not depend on what
 * other rows are computed with it, nor on the thread that computes it. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Instruction sets with kernels here; without one (other processors, old ones) BLAS does the work. */
enum { V2A_LEVEL_NONE = 0, V2A_LEVEL_AVX2 = 1, V2A_LEVEL_AVX512 = 2, V2A_LEVEL_AVX512_BF16 = 3 };
/* The best level of this processor. */
int v2a_level(void);

enum { V2A_IDENTITY = 0, V2A_GELU_TANH = 1, V2A_RELU6 = 2, V2A_SILU = 3 };

/* v = activation(product + bias); then y = v, y += v (`accumulate`), or y += (gate[row] + gate0) v (`gate0` given). */
typedef struct {
  const float *bias;  /* [n], or NULL */
  const float *gate;  /* `gate_stride` floats between rows, or NULL */
  const float *gate0; /* [n], or NULL */
  size_t gate_stride;
  int activation;
  int accumulate;
} V2AEpilogue;

/* Bytes of w [n, k] when packed for a level; bf16 only at V2A_LEVEL_AVX512_BF16. */
size_t v2a_packed_size(int level, int bf16, size_t n, size_t k);
/* w [n, k] into panels. `packed` is 64-byte aligned. */
void v2a_pack(int level, int bf16, void *packed, const float *w, size_t n, size_t k);
/* Rows `first` ... first + count - 1 of w alone, `stride` floats apart, in 32 bits; `packed` must have been zero at first. */
void v2a_pack_rows(int level, float *packed, const float *w, size_t stride, size_t first, size_t count, size_t k);
/* Columns `first` ... first + count - 1 of w alone, in 32 bits, from the rows of w^T [count, n]. `k` as in the whole of w. */
void v2a_pack_columns(int level, float *packed, const float *transposed, size_t stride, size_t first, size_t count, size_t n,
                      size_t k);
/* Bytes of working memory of one product of `rows` rows. */
size_t v2a_packed_scratch(int bf16, size_t rows, size_t k);
/* x [rows, k] (`ldx` floats between rows) times W^T [k, n] -> y [rows, n] (`ldy`). `whole`: columns of the packed matrix, of
 * which the first k are used. */
void v2a_packed_multiply(int level, int bf16, const void *packed, size_t whole, const float *x, size_t ldx, float *y,
                         size_t ldy, size_t rows, size_t n, size_t k, const V2AEpilogue *epilogue, void *scratch);
/* Working memory of the calling thread, one of V2A_MEMORY_BLOCKS blocks; kept until the thread ends, grown when needed. Running
 * out of memory ends the process. */
enum { V2A_MEMORY_BLOCKS = 2 };
void *v2a_thread_memory(int block, size_t size);
/* The epilogue alone, in any build: y = epilogue(v [rows, n]); y may be v when nothing is added to it. */
void v2a_epilogue(const float *v, size_t ldv, float *y, size_t ldy, size_t rows, size_t n, const V2AEpilogue *epilogue);

/* `turns` turns of multiply-adds that need no memory: the processor's peak. Returns the number of operations, two for each
 * multiply-add; 0 where there are no kernels. */
double v2a_peak(int level, int bf16, size_t turns);
