import CElement
import CGStreamer
import V2AEngine

/// Loading the model takes a third of a second, and longer on a busy machine. So a thread of its own does it: live sound begins on
/// time, with silence, whatever it takes; and applications hear of it by progress messages.
extension Element {
  private static let code = "load-model"

  /// Makes the generator; posts an error and marks the stream as failed when that does not work.
  func loadModel() {
    let (model, wanted, mark) = settings.with { ($0.model, $0.soundtrack, $0.mark) }
    defer { stream.update { $0.isLoaded = true } }
    post(GST_PROGRESS_TYPE_START, "Loading \(model ?? "the embedded model")")
    do throws(EngineError) {
      generator = mark.apply(to: try Self.makeGenerator(model, wanted))
      let isWanted = stream.with { !$0.stopping }
      post(isWanted ? GST_PROGRESS_TYPE_COMPLETE : GST_PROGRESS_TYPE_CANCELED, "Model loaded")
    } catch {
      post(GST_PROGRESS_TYPE_ERROR, error.message)
      ErrorMapping.post(error, on: object)
      fail(epoch: stream.with { $0.epoch })
    }
  }

  private func post(_ type: GstProgressType, _ text: String) {
    gst_element_post_message(
      object, gst_message_new_progress(UnsafeMutableRawPointer(object).assumingMemoryBound(to: GstObject.self), type, Self.code, text))
  }
}
