import CGStreamer

/// A pipeline of the elements that `description` names, in gst-launch's language, or the reason why there is none.
func launch(_ description: String) -> (pipeline: UnsafeMutablePointer<GstElement>?, reason: String) {
  var error: UnsafeMutablePointer<GError>?
  if let pipeline = gst_parse_launch(description, &error) {
    // GStreamer gives both where it can do without what it did not understand.
    g_clear_error(&error)
    return (pipeline, "")
  }
  defer { g_clear_error(&error) }
  return (nil, error?.pointee.message.map { String(cString: $0) } ?? "GStreamer's base plugins are missing")
}
