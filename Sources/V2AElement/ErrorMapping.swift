import CElement
import CGStreamer
import V2AEngine

/// The one place that chooses GStreamer error domains and codes.
enum ErrorMapping {
  static func post(_ error: EngineError, on element: UnsafeMutablePointer<GstElement>) {
    let kind: V2AErrorKind
    switch error {
    case .modelNotFound: kind = V2A_ERROR_NOT_FOUND
    case .invalidModel: kind = V2A_ERROR_MODEL
    case .invalidSetting: kind = V2A_ERROR_SETTINGS
    case .notFinite: kind = V2A_ERROR_FAILED
    case .cancelled: return
    }
    post(kind, error.message, on: element)
  }

  static func post(_ kind: V2AErrorKind, _ text: String, on element: UnsafeMutablePointer<GstElement>) {
    v2a_post_error(element, kind, text, "v2a: \(text)")
  }
}
