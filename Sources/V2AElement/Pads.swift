import CElement
import CGStreamer

extension Element {
  /// Takes up a source pad. It gets sound from the next window on.
  func add(_ pad: UnsafeMutablePointer<GstPad>) {
    let line = Line(pad, self)
    stream.update { $0.lines.append(line) }
  }

  /// Gives a source pad up, which has been deactivated.
  func remove(_ pad: UnsafeMutablePointer<GstPad>) {
    stream.update { s in s.lines.removeAll { $0.pad == pad && $0.isVariation } }
  }

  func activate(_ pad: UnsafeMutablePointer<GstPad>, _ active: Bool) -> Bool {
    // A pad that is released while the element's state changes is no reason for the change to fail.
    guard let line = lines.first(where: { $0.pad == pad }) else { return true }
    stream.update { _ in line.isActive = active }
    if active {
      line.startTask()
      return true
    }
    return gst_pad_stop_task(pad) != 0
  }
}
