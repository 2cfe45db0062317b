import CElement
import CGStreamer
import CKernels
import V2AEngine

/// A picture of the stream, held until the next one says how long it was shown.
final class HeldPicture {
  let buffer: UnsafeMutablePointer<GstBuffer>

  /// Takes over the caller's reference.
  init(_ buffer: UnsafeMutablePointer<GstBuffer>) { self.buffer = buffer }

  deinit { gst_buffer_unref(buffer) }
}

/// Reduces pictures of one format to what the networks look at, with GstVideoConverter.
final class PictureReducer {
  let info: GstVideoInfo
  /// nil where boxes are used.
  private let luma: OpaquePointer?
  private let colour: OpaquePointer
  private var lumaInfo = GstVideoInfo()
  /// A number for each column where luma lies in a plane of bytes and is not enlarged: its boxes' means are exact, as in training, and take
  /// less than a tenth of the converter's work. Otherwise empty.
  private var columns: [UInt32] = []
  private var colourInfo = GstVideoInfo()
  private let whole: OpaquePointer
  private var wholeInfo = GstVideoInfo()
  /// What of the square around it the whole picture takes.
  private let extent: (width: Float, height: Float)

  /// nil when GStreamer has no converter for the format.
  init?(_ info: GstVideoInfo) {
    var info = info
    // Fields lie woven in one picture, which is looked at as it is: reduced to a few lines, none of them can be told from the other.
    info.interlace_mode = GST_VIDEO_INTERLACE_MODE_PROGRESSIVE
    self.info = info
    var width: gint = 1, height: gint = 1
    let square = gint(GridFrame.colourSide)
    guard let colour = v2a_colour_converter(&info, &colourInfo) else { return nil }
    guard let whole = v2a_whole_converter(&info, &wholeInfo, square, &width, &height) else {
      gst_video_converter_free(colour)
      return nil
    }
    (self.colour, self.whole) = (colour, whole)
    extent = (Float(width) / Float(square), Float(height) / Float(square))
    let side = gint(GridFrame.lumaSide), hasBoxes = v2a_has_luma_plane(&info) != 0 && info.width >= side && info.height >= side
    if hasBoxes { columns = Array(repeating: 0, count: Int(info.width)) }
    luma = hasBoxes ? nil : v2a_luma_converter(&info, &lumaInfo)
    if !hasBoxes && luma == nil { return nil }
  }

  deinit {
    if let luma { gst_video_converter_free(luma) }
    gst_video_converter_free(colour)
    gst_video_converter_free(whole)
  }

  /// Luma 64 x 64, and when asked for RGB 224 x 224 of the centre and of the whole; nil when the buffer does not hold a picture.
  func reduce(_ picture: HeldPicture, colour wantsColour: Bool) -> (luma: [UInt8], rgb: [UInt8]?, whole: WholePicture?)? {
    var info = info
    var frame = GstVideoFrame()
    guard gst_video_frame_map(&frame, &info, picture.buffer, GST_MAP_READ) != 0 else { return nil }
    defer { gst_video_frame_unmap(&frame) }
    let y = luma.map { convert(&frame, $0, &lumaInfo, side: GridFrame.lumaSide, channels: 1) } ?? boxes(&frame)
    guard let y else { return nil }
    let rgb = wantsColour ? convert(&frame, colour, &colourInfo, side: GridFrame.colourSide, channels: 3) : nil
    let all = wantsColour ? convert(&frame, whole, &wholeInfo, side: GridFrame.colourSide, channels: 3) : nil
    return (y, rgb, all.map { WholePicture(rgb: $0, width: extent.width, height: extent.height) })
  }

  /// Means of the luma plane.
  private func boxes(_ frame: inout GstVideoFrame) -> [UInt8]? {
    guard let plane = v2a_frame_plane(&frame, 0) else { return nil }
    let side = GridFrame.lumaSide, stride = Int(v2a_frame_stride(&frame, 0))
    let isLimited = info.colorimetry.range == GST_VIDEO_COLOR_RANGE_16_235
    return [UInt8](unsafeUninitializedCapacity: side * side) { y, count in
      v2a_box_luma(y.baseAddress, side, plane, stride, Int(info.width), Int(info.height), isLimited ? 1 : 0, &columns)
      count = side * side
    }
  }

  private func convert(
    _ source: inout GstVideoFrame, _ converter: OpaquePointer, _ info: inout GstVideoInfo, side: Int, channels: Int
  ) -> [UInt8]? {
    guard let target = gst_buffer_new_allocate(nil, info.size, nil) else { return nil }
    defer { gst_buffer_unref(target) }
    var frame = GstVideoFrame()
    guard gst_video_frame_map(&frame, &info, target, GST_MAP_WRITE) != 0 else { return nil }
    gst_video_converter_frame(converter, &source, &frame)
    var out: [UInt8] = []
    out.reserveCapacity(side * side * channels)
    if let plane = v2a_frame_plane(&frame, 0) {
      let stride = Int(v2a_frame_stride(&frame, 0))
      for row in 0..<side { out += UnsafeBufferPointer(start: plane + row * stride, count: side * channels) }
    }
    gst_video_frame_unmap(&frame)
    return out.count == side * side * channels ? out : nil
  }
}
