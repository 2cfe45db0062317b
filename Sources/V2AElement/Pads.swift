import CElement
import CGStreamer

extension Element {
  /// Takes up a source pad; a stream that has begun is closed to new ones, for they would miss its start.
  func add(_ pad: UnsafeMutablePointer<GstPad>) -> Bool {
    let line = Line(pad, self)
    let added = stream.update { s -> Bool in
      if s.started { return false }
      s.lines.append(line)
      return true
    }
    if !added { v2a_post_warning(object, "\(line.name): variations have to be asked for before the stream begins") }
    return added
  }

  /// Gives a source pad up, which has been deactivated.
  func remove(_ pad: UnsafeMutablePointer<GstPad>) {
    stream.update { s in s.lines.removeAll { $0.pad == pad && $0.isVariation } }
  }

  func activate(_ pad: UnsafeMutablePointer<GstPad>, _ active: Bool) -> Bool {
    guard let line = lines.first(where: { $0.pad == pad }) else { return !active }
    stream.update { _ in line.isActive = active }
    if active {
      line.startTask()
      return true
    }
    return gst_pad_stop_task(pad) != 0
  }
}
