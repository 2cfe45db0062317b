/// What the frame encoder looks at, 224 x 224.
enum Picture {
  /// Interleaved RGB.
  case bytes(UnsafeBufferPointer<UInt8>)
  /// Scaled to (x - 127) / 128.
  case planes(UnsafePointer<Float>)

  static let side = FrameEncoder.side
  /// The stem's SAME padding is a row below and a column to the right.
  static let padded = side + 1

  /// Rows of the padded picture [225, 225, 3], scaled.
  func pad(rows: Range<Int>, into image: UnsafeMutablePointer<Float>) {
    let side = Self.side, width = 3 * Self.padded
    for row in rows {
      let out = image + row * width
      if row == side {
        out.update(repeating: 0, count: width)
        continue
      }
      switch self {
      case .bytes(let bytes):
        for i in 0..<3 * side { out[i] = (Float(bytes[row * 3 * side + i]) - 127) / 128 }
      case .planes(let planes):
        let red = planes + row * side, green = red + side * side, blue = green + side * side
        for column in 0..<side {
          out[3 * column] = red[column]
          out[3 * column + 1] = green[column]
          out[3 * column + 2] = blue[column]
        }
      }
      (out + 3 * side).update(repeating: 0, count: 3)
    }
  }
}
