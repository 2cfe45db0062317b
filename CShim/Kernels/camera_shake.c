#include <math.h>
#include <string.h>

#include "kernels.h"
#include "levels.h"

#define WIDEST 256 /* pixels of a row */

V2A_LEVELS void v2a_shift_differences(float *out, const float *now, const float *before, size_t side, size_t reach, float doubt) {
  float sums[WIDEST];
  size_t inner = side - 2 * reach, shifts = 2 * reach + 1;
  for (size_t y = 0; y < shifts; y++) {
    for (size_t x = 0; x < shifts; x++) {
      memset(sums, 0, inner * sizeof *sums);
      for (size_t row = 0; row < inner; row++) {
        const float *a = now + (row + reach) * side + reach, *b = before + (row + 2 * reach - y) * side + 2 * reach - x;
        for (size_t i = 0; i < inner; i++) {
          float left = fabsf(a[i] - b[i]);
          sums[i] += left < doubt ? left : doubt;
        }
      }
      double sum = 0;
      for (size_t i = 0; i < inner; i++) sum += sums[i];
      out[y * shifts + x] = (float)(sum / (double)(inner * inner));
    }
  }
}
