/* Vector kernels: plain loops that the compiler vectorises, built for several x86-64 levels and chosen at load time.
 * All pointers are to contiguous row-major floats; counts are in elements. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Activations, in place. */
void v2a_gelu_tanh(float *x, size_t n);
void v2a_gelu_erf(float *x, size_t n);
void v2a_silu(float *x, size_t n);
void v2a_relu6(float *x, size_t n);
void v2a_exp(float *x, size_t n);

/* Rows. */
/* x[plane] += bias[plane]. */
void v2a_bias_planes(float *x, const float *bias, size_t planes, size_t count);
void v2a_softmax(float *x, size_t rows, size_t cols);
/* y = (x - mean) / sqrt(variance + eps) [* weight + bias]; weight and bias may be NULL. */
void v2a_layer_norm(float *y, const float *x, const float *weight, const float *bias, size_t rows, size_t cols, float eps);
/* x = x / sqrt(mean(x^2) + eps) * weight, in place. */
void v2a_rms_norm(float *x, const float *weight, size_t rows, size_t cols, float eps);
/* y = n * (1 + scale[row] + scale0) + shift[row] + shift0, n = v2a_layer_norm(x) without weight; scale and shift have `stride`
 * floats between rows. */
void v2a_norm_modulate(float *y, const float *x, const float *shift, const float *scale, const float *shift0,
                       const float *scale0, size_t stride, size_t rows, size_t cols, float eps);
/* Rows [3, heads, 2 * half] of queries, keys and values: queries and keys normalised as by v2a_rms_norm per head, keys and a
 * copy of the queries (`turned` [rows, heads, 2 * half]) rotated, cosine and sine [rows, half]. */
void v2a_query_key(float *qkv, float *turned, const float *qweight, const float *kweight, const float *cosine,
                   const float *sine, size_t rows, size_t heads, size_t half, float eps);
/* y += a * x */
void v2a_axpy(float *y, const float *x, float a, size_t n);

/* Convolutions. */
/* Depthwise k x k over pixels x [h, w, channels] with `before` rows and columns of zeros above and to the left, within least ... most:
 * channels c0 ... c1 - 1 of output rows `from` ... to - 1, `ow` wide, the first of them at y. weight [k, k, channels]; at least 16 channels;
 * c0 and, unless it is the last, c1 multiples of 16. */
void v2a_depthwise2d(float *y, const float *x, const float *weight, const float *bias, size_t channels, size_t c0, size_t c1,
                     size_t h, size_t w, size_t k, size_t stride, size_t before, size_t from, size_t to, size_t ow, float least,
                     float most);
/* x [channels, h, w] -> columns [channels * k * k, oh * ow]. */
void v2a_im2col(float *columns, const float *x, size_t channels, size_t h, size_t w, size_t k, size_t stride, size_t top,
                size_t left, size_t oh, size_t ow);
/* y[f] = bias + sum_j weight[j] * x[f + j], frames-major: x [frames + k - 1, width], weight [k, width], y [frames, width]. */
void v2a_depthwise1d(float *y, const float *x, const float *weight, const float *bias, size_t frames, size_t width, size_t k);

/* Mean of min(|now - before|, doubt) over pictures [side, side], at most 256 wide, without `reach` pixels at each edge, for all shifts of
 * `before` -> out [2 reach + 1, 2 reach + 1], down first, from -reach on. */
void v2a_shift_differences(float *out, const float *now, const float *before, size_t side, size_t reach, float doubt);

/* Real inverse FFT of n (a power of two, 8..4096): spectrum re, im [n/2 + 1] -> x [n], scaled by 1/n. The imaginary parts of
 * the first and last bin are ignored. `twiddles` is n floats from v2a_fft_twiddles, `scratch` 2 n floats. */
void v2a_fft_twiddles(float *twiddles, size_t n);
void v2a_irfft(float *x, const float *re, const float *im, const float *twiddles, float *scratch, size_t n);

/* Unscaled complex transform of m (a power of two) interleaved numbers in place: a[k] = sum_j a[j] exp(+2 pi i j k / m).
 * `twiddles` are those of size 2 m, `scratch` holds 2 m floats. */
void v2a_complex_fft(float *a, float *scratch, size_t m, const float *twiddles);

/* Adds a sinusoid to n samples of each channel: phase in turns, frequency in turns per sample (0 .. 0.5) and amplitude go linearly
 * from the first number to the second. */
void v2a_partial(float *left, float *right, size_t n, double phase, double turn0, double turn1, float amplitude0,
                 float amplitude1, float pan_left, float pan_right);

/* Watermark. */
/* Frame of two channels as one complex sequence: z[j] = window[j] (left[j] + i right[j]), from interleaved stereo. */
void v2a_window_pairs(float *z, const float *stereo, const float *window, size_t n);
/* |L|^2 + |R|^2 of bins 0 ... m/2 - 1 from the transform of left + i right: (|Z[k]|^2 + |Z[m - k]|^2) / 2. */
void v2a_pair_power(float *power, const float *z, size_t m);
/* |L + R|^2 / 2 of the same bins: as much as that where both channels are alike. */
void v2a_middle_power(float *power, const float *z, size_t m);
/* |L - R|^2 / 2 of the same bins: with the middle's as much as both channels. */
void v2a_side_power(float *power, const float *z, size_t m);
/* Z[k] and Z[m - k] times gain[k], k = 0 ... m/2 - 1, conjugated. */
void v2a_pair_gain(float *z, const float *gain, size_t m);
/* stereo[j] += scale window[j] conj(z[j]) as pairs. */
void v2a_overlap_pairs(float *stereo, const float *z, const float *window, float scale, size_t n);
/* y = 10 log10(x), to 0.001 dB; x > 0. */
void v2a_decibel(float *y, const float *x, size_t n);
/* Sums over fractional ranges: y[b] = integral of x from edges[b] to edges[b + 1], x as steps. */
void v2a_range_sums(float *y, const float *x, const float *edges, size_t bands, size_t n);
/* z[o] = sum_s sum_b chips[s, b] fold[o + s stride, b], o < offsets; fold has offsets + slots * stride rows. */
void v2a_correlate_tiles(float *z, const float *fold, const float *chips, size_t offsets, size_t stride, size_t slots,
                         size_t bands);

/* Matched filter over levels [frames, width], of which `groups` of `bands` (at most 64): row `frame` of
 * y[b] = sum_t taps[0, t] x[t, b] + taps[1, t] (x[t, b - 1] + x[t, b + 1]) + taps[2, t] (x[t, b - 2] + x[t, b + 2]), x[t] = levels
 * of frame `frame` - `before` + t, t < count; beyond an edge the edge again. taps: [3, count]. */
void v2a_tile_filter(float *y, const float *levels, size_t width, size_t groups, size_t frames, size_t frame, const float *taps,
                     size_t count, size_t before, size_t bands);
/* Filter outputs y and levels ([frames, stride], of which `bands`) -> evidence [frames, bands] for the sign of the tile of `slot`
 * frames that begins there: y over its local deviation to the power 1.5, limited, times the band's weight. Where the level is near
 * the lowest of the stretch (silence aside: `silence`, a level for each band), it is another sound's, added later, and counts less by
 * up to `depth`; a tile that is silent in part counts nothing. scratch: 2 (frames + 1) bands. */
void v2a_tile_soft(float *out, const float *y, const float *levels, size_t stride, size_t frames, size_t slot, size_t bands,
                   const float *weights, const float *silence, float depth, float *scratch);
/* A small network in their place. Bands; maps of a frame; frames of a mean on either side; frames before a tile's start; times, of
 * which those far from the tile are sums of up to four frames (30 in all); descriptions of a tile. */
enum {
  V2A_TILE_BANDS = 48,
  V2A_TILE_MAPS = 8,
  V2A_TILE_REACH = 15,
  V2A_TILE_BEFORE = 12,
  V2A_TILE_TIMES = 18,
  V2A_TILE_FEATURES = 14
};
/* Levels [frames, width], of which 48 -> two maps of each frame from `first` on, at maps + `stride` (frame - first): d over its
 * deviation, at most 3 times; (p - 1) / (p + 1), p = 10^(d / 10); d: level over the mean of 31 frames. deviation:
 * [frames - first, 48], d^2 averaged over 31 frames and five bands, + 0.5. scratch: (frames - first + 15) 48. */
void v2a_tile_maps(float *maps, size_t stride, float *deviation, const float *levels, size_t width, size_t frames, size_t first,
                   float *scratch);
/* maps [frames, 8, 48] -> a tile's sign by what lies around `frame`, -2 to 2: y = 2 tanh(z / 2),
 * z = sum_h out[h] max(0, w[h] x + bias[h, band]) + w[hidden] x, x [8 maps, 3, 18 times] from the band itself, its two neighbours and
 * theirs. weights: [hidden + 1, x], bias: [hidden, 48]. */
void v2a_tile_network(float *y, const float *maps, size_t frames, size_t frame, const float *weights, const float *bias,
                      const float *out, size_t hidden);
/* y [frames, row]: signs, then deviations of the whole, the middle, the side and the geometric means, 48 each; levels [frames, stride], of
 * which 48; others [frames, stride]: levels of the middle, of the side, over a long window and of the geometric means there, 48 each ->
 * evidence [frames, 48] for the sign of the tile of `slot` frames that begins there: the sign times exp of a network of 14 descriptions
 * of the tile (ReLU; gate: [hidden, 14] weights, bias, weights of the last layer, [48] bias); 0 where the tile is silent in part.
 * settled: 1, less where `frames` are too few for their lowest level to be that of added noise. scratch: 6 frames 48. */
void v2a_tile_evidence(float *out, const float *y, size_t row, const float *levels, const float *others, size_t stride, size_t frames,
                       size_t slot, const float *silence, float settled, const float *gate, size_t hidden, float *scratch);
/* That evidence [frames, 48] for a mark in what stands out, as in sound that was mixed into another: times 0.02 to 1.02, by a logistic
 * function, about a half where the level over the tile's surroundings (30 frames, 17 bands) is 4 dB above the stretch's means.
 * levels: [frames, stride], of which 48; scratch: frames 48. */
void v2a_tile_foreground(float *out, const float *evidence, const float *levels, size_t stride, size_t frames, float *scratch);
/* z[f, s] = sum_b rows[f, b] chips[b, s], at most 64 slots. */
void v2a_tile_products(float *z, const float *rows, const float *chips, size_t frames, size_t slots, size_t bands);

/* A tail-biting convolutional code of 256 states and rate 1/4 against `soft` [4 bits]: the highest correlation of a word by the state
 * where it begins [256], and the correlations of single branches [bits, 512]. outputs: code bits for each of 512 register contents,
 * newest bit highest. scratch: 256 (bits + 1). */
void v2a_tail_biting_best(float *best, float *branches, const float *soft, const uint8_t *outputs, size_t bits, float *scratch);
/* From these, all words that correlate at `least` or more, but at most `capacity`: their messages (first bit highest) and correlations.
 * Returns how many. */
size_t v2a_tail_biting_words(uint64_t *words, float *values, size_t capacity, const float *best, const float *branches, size_t bits,
                             float least, float *scratch);

/* y [side, side]: means over boxes of a plane of luma [height, width], neither of which is less than `side`, with `stride` bytes between rows;
 * `limited`: 16..235 becomes 0..255. Exact but for the last rounding. `columns` holds `width` numbers. */
void v2a_box_luma(uint8_t *y, size_t side, const uint8_t *plane, ptrdiff_t stride, size_t width, size_t height, int limited,
                  uint32_t *columns);

/* Philox4x32-10 (Salmon et al. 2011). */
void v2a_philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2]);
/* n standard normal numbers (Box-Muller): number i comes from block i / 4, counter (i / 4, stream, index low, index high). */
void v2a_normal(float *x, size_t n, uint64_t seed, uint64_t index, uint32_t stream);

/* Half precision. */
void v2a_from_f16(float *y, const void *x, size_t n);
void v2a_from_bf16(float *y, const void *x, size_t n);
/* y = scale x */
void v2a_from_i8(float *y, const int8_t *x, float scale, size_t n);
/* 1 when every element is finite. */
int v2a_all_finite(const float *x, size_t n);

/* Tells the processor that this is a loop that waits. */
static inline void v2a_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
