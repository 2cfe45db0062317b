#include <string.h>

#include "kernels.h"
#include "levels.h"

/* Part of box `box` of `boxes` over `length` pixels that pixel `i` makes up; all parts of a box are `length` in sum. */
static inline size_t part(size_t i, size_t box, size_t boxes, size_t length) {
  const size_t first = box * length, end = first + length, from = i * boxes, to = from + boxes;
  return (to < end ? to : end) - (from > first ? from : first);
}

V2A_LEVELS void v2a_box_luma(uint8_t *y, size_t side, const uint8_t *plane, ptrdiff_t stride, size_t width, size_t height, int limited,
                             uint32_t *columns) {
  const double whole = (double)width * (double)height, scale = limited ? 255.0 / 219.0 : 1.0, black = limited ? 16.0 : 0.0;
  for (size_t row = 0; row < side; row++) {
    memset(columns, 0, width * sizeof *columns);
    for (size_t i = row * height / side; i * side < (row + 1) * height; i++) {
      const uint8_t *pixels = plane + (ptrdiff_t)i * stride;
      const uint32_t weight = (uint32_t)part(i, row, side, height);
      for (size_t x = 0; x < width; x++) columns[x] += weight * pixels[x];
    }
    for (size_t column = 0; column < side; column++) {
      uint64_t sum = 0;
      for (size_t i = column * width / side; i * side < (column + 1) * width; i++) sum += (uint64_t)part(i, column, side, width) * columns[i];
      const double value = ((double)sum / whole - black) * scale + 0.5;
      y[row * side + column] = value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
    }
  }
}
