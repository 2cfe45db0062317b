import CElement
import CGStreamer
import V2AEngine

extension Element {
  /// The element message `v2a-window`: what was seen, asked for and computed.
  func postWindow(_ line: Line, _ chunk: AudioChunk, _ settings: SoundtrackSettings, _ place: WindowPlace) {
    let sight = chunk.report.sight
    let classes = sight.things.map { "\($0.name):\(Float(Int($0.probability * 1000)) / 1000)" }.joined(separator: ", ")
    let layers = chunk.report.layers.joined(separator: " | ")
    line.name.withCString { pad in
      classes.withCString { classes in
        settings.prompt.withCString { prompt in
          settings.negativePrompt.withCString { negative in
            layers.withCString { layers in
              var window = V2AWindow()
              window.pad = pad
              window.pts = place.pts
              window.duration = place.duration
              window.running_time = place.running
              window.stream_time = place.streamTime
              window.steps = gint(clamping: chunk.report.steps)
              window.seconds = chunk.report.seconds
              window.seed = guint64(settings.seed)
              window.classes = classes
              window.confidence = Double(sight.confidence)
              window.prompt = prompt
              window.negative_prompt = negative
              window.layers = layers
              v2a_post_window(object, &window)
            }
          }
        }
      }
    }
  }
}
