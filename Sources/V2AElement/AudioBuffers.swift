import CGStreamer

/// Interleaved floats of a buffer; nothing when it cannot be read.
func floats(_ buffer: UnsafeMutablePointer<GstBuffer>) -> [Float] {
  let count = Int(gst_buffer_get_size(buffer)) / MemoryLayout<Float>.stride
  guard count > 0 else { return [] }
  return [Float](unsafeUninitializedCapacity: count) { storage, filled in
    let bytes = count * MemoryLayout<Float>.stride
    let got = storage.baseAddress.map { gst_buffer_extract(buffer, 0, UnsafeMutableRawPointer($0), gsize(bytes)) } ?? 0
    filled = Int(got) / MemoryLayout<Float>.stride
  }
}

/// A buffer that holds `samples`; nil when there are none, or no memory.
func audioBuffer(_ samples: [Float]) -> UnsafeMutablePointer<GstBuffer>? {
  let bytes = samples.count * MemoryLayout<Float>.stride
  guard bytes > 0, let buffer = gst_buffer_new_allocate(nil, gsize(bytes), nil) else { return nil }
  _ = samples.withUnsafeBytes { gst_buffer_fill(buffer, 0, $0.baseAddress, gsize(bytes)) }
  return buffer
}
