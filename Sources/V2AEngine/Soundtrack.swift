import CKernels
import V2AModels
import V2AStreaming
import V2ATensor

#if canImport(Glibc)
  import Glibc
#endif

/// Soundtracks from frames to samples: motion tokens, visual prompt, chunked flow matching with overlapping context, decoding.
/// The state does not grow with the length of the stream.
final class Soundtrack: SoundtrackGenerator {
  private let model: VideoToAudioModel
  private let scratch = Scratch()
  /// nil on a machine with one processor.
  private let helper = Helper.threads > 1 ? Helper() : nil
  private var planner: WindowPlanner
  private var visual: VisualMemory
  private var motion: MotionTrack
  private var people = PersonTrack()
  private var tracks: [Variation]
  private var lastFrame: GridFrame?
  private var committed: Int64 = 0
  private let director: Director

  var variations: [SoundtrackSettings] {
    get { tracks.map(\.settings) }
    set {
      for (i, settings) in newValue.enumerated() {
        if i < tracks.count { tracks[i].settings = settings } else { tracks.append(tracks[0].fork(settings)) }
      }
      tracks.removeSubrange(max(1, newValue.count)..<max(1, tracks.count, newValue.count))
      planner.hop = settings.hop
      planner.context = settings.context
    }
  }

  init(model: VideoToAudioModel, settings: SoundtrackSettings) {
    self.model = model
    director = Director(model: model)
    motion = MotionTrack(encoder: model.motionEncoder)
    tracks = [Variation(settings, at: 0)]
    planner = WindowPlanner(hop: settings.hop, context: settings.context)
    visual = VisualMemory(seconds: model.configuration.visualSeconds)
  }

  func removeVariation(_ index: Int) {
    if tracks.count > 1 && tracks.indices.contains(index) { tracks.remove(at: index) }
  }

  func reset() {
    planner = WindowPlanner(hop: settings.hop, context: settings.context)
    visual = VisualMemory(seconds: model.configuration.visualSeconds)
    motion = MotionTrack(encoder: model.motionEncoder)
    people = PersonTrack()
    (watched, isUnwatched) = (nil, false)
    for i in tracks.indices { tracks[i].restart(at: 0) }
    received = 0
    lastProbabilities = nil
    lastFrame = nil
    committed = 0
  }

  func append(_ frame: GridFrame) throws(EngineError) {
    let pixels = GridFrame.lumaSide * GridFrame.lumaSide
    guard frame.index == received, frame.luma.count == pixels else {
      throw .invalidSetting(name: "frame", reason: "\(frame.index) is not the next or has the wrong size")
    }
    received += 1
    let luma = frame.luma.map { Float($0) / 255 }
    motion.append(luma, scratch: scratch)
    watch(luma, frame.whole, at: frame.index)
    if let rgb = frame.rgb, rgb.count == 3 * GridFrame.colourSide * GridFrame.colourSide {
      // A picture that has not changed shows what it showed.
      if rgb == lastFrame?.rgb, let known = lastProbabilities {
        visual.add(known, at: frame.index)
      } else {
        let seen = model.frameEncoder(rgb: rgb, scratch: scratch, helper: helper).probabilities
        visual.add(seen, at: frame.index)
        lastProbabilities = seen
      }
    }
    lastFrame = GridFrame(index: frame.index, luma: frame.luma, rgb: frame.rgb ?? lastFrame?.rgb)
  }

  /// Looks for people in a whole picture, unless it has not changed, and follows them from frame to frame: every half second, where nobody may be
  /// every second. But for the first look, that is done some frames later, when the other network has nothing to look at: a live stream has little
  /// time for each.
  private func watch(_ luma: [Float], _ picture: WholePicture?, at index: Int) {
    let isDue = people.mayBeThere || index % (2 * LatentGrid.semanticInterval) == 0
    if let picture, isDue, picture != watched, picture.rgb.count == 3 * PersonDetector.side * PersonDetector.side {
      (watched, isUnwatched) = (picture, true)
    }
    var found: Person?
    if let watched, isUnwatched, !people.hasLooked || index % LatentGrid.semanticInterval == LatentGrid.semanticInterval / 2 {
      found = model.personDetector?(rgb: watched.rgb, scratch: scratch)
      isUnwatched = false
    }
    people.append(luma, found: found, width: watched?.width ?? 1, height: watched?.height ?? 1)
  }

  /// The latest whole picture in which people are looked for, and whether that is still to be done.
  private var watched: WholePicture?
  private var isUnwatched = false

  /// Frames that have arrived.
  private var received = 0
  private var lastProbabilities: [Float]?
  /// Seconds that decoding the last window took.
  private var decoding = 0.0

  var isReady: Bool { received >= planner.next.framesNeeded }

  func generateVariations(timeLeft: () -> Double?, isCancelled: () -> Bool) throws(EngineError) -> [AudioChunk] {
    let begun = now()
    for track in tracks { try track.settings.validate() }
    let window = try nextWindow()
    motion.update(for: window, scratch: scratch)
    people.update(for: window)
    for i in tracks.indices { tracks[i].arrange(director.layers(of: tracks[i].settings)) }
    // Layers of all soundtracks in turn.
    var layers = tracks.flatMap(\.layers)
    let from = layers.reduce(max(window.context.lowerBound, motion.start)) { max($0, $1.latents.start) }
    // After a window that was given up there is nothing to generate again.
    let overlap = from <= window.overlap.lowerBound ? window.overlap : window.chunk.lowerBound..<window.chunk.lowerBound
    let available = min(from, overlap.lowerBound)..<overlap.lowerBound, generated = overlap.lowerBound..<window.chunk.upperBound
    let probabilities = visual.mean(before: window.chunk.upperBound)
    let isStill = !motion.moves(before: window.chunk.upperBound)
    let happens = motion.happens(before: window.chunk.upperBound)
    let seen = Seen(probabilities, table: model.visualPrompts, people: model.people, isStill: isStill, somebody: people.presence)
    let told = tracks.flatMap { director.directions($0, seen, isStill: isStill, happens: happens, settings) }
    let hasSettled = layers.indices.map { layers[$0].hasSettled(told[$0].asked, at: window.chunk.lowerBound) && !available.isEmpty }
    func tokens(_ range: Range<Int>, _ layer: Layer, _ happening: Happening) -> [Float] {
      let seen = motion.tokens(range, of: happening, seed: layer.seed)
      return happening.isOfSteps ? people.steps(range, or: seen) : seen
    }
    func tokens(_ range: Range<Int>) -> [Float] { zip(layers, told).flatMap { tokens(range, $0, $1.happening) } }
    let chunk = model.transformer.prepare(
      context: layers.flatMap { $0.latents[available] }, contextMotion: tokens(available), motion: tokens(generated),
      sets: told.map { $0.branches }, scratch: scratch, helper: helper)
    let size = generated.count * Codec.latent
    var x = [Float](repeating: 0, count: layers.count * size)
    let guidance = zip(told, hasSettled).map { Guidance(scale: $0.scale, rescale: model.configuration.guidanceRescale, isSteady: $1) }
    let sampler = FlowMatchingSampler(steps: settings.steps, guidance: guidance, timeShift: model.configuration.timeShift)
    var steps = 0, sampling = now()
    func sample() -> Bool {
      sampling = now()
      return x.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return false }
        for (i, layer) in layers.enumerated() {
          let isCalm = isStill || told[i].branches.first?.motion == .rest
          let scale = model.configuration.noise(isStill: isCalm, hasSettled: hasSettled[i])
          layer.noise(of: generated, scale: scale, into: base + i * size)
        }
        return sampler.sample(
          base, with: model.transformer, chunk: chunk, scratch: scratch, helper: helper, isCancelled: isCancelled,
          isLate: { step in
            steps = step + 1
            guard step > 0, let left = timeLeft() else { return false }
            // Another step, and one after it, and decoding must fit.
            return left < 2 * (now() - sampling) / Double(step) + decoding
          })
      }
    }
    var done = sample()
    // Some noise leads to silence where something should be heard: once more with other noise, if there is time.
    while done, timeLeft().map({ $0 > 2 * (now() - sampling) + decoding }) ?? true {
      let silent = layers.indices.filter {
        let own = told[$0].happening, mayRetry = own.isKnown && layers[$0].retries < Layer.mostRetries
        guard mayRetry, isSilence(x[$0 * size..<($0 + 1) * size], rows: generated.count) else { return false }
        return own.pace == nil || MotionTrack.happens(tokens(generated, layers[$0], own))
      }
      if silent.isEmpty { break }
      for i in silent { layers[i].retries += 1 }
      done = sample()
    }
    guard done else { throw .cancelled }
    guard v2a_all_finite(x, x.count) == 1 else { throw .notFinite(stage: "diffusion transformer") }
    planner.advance()
    let first = committed
    committed = max(first, window.committed)
    let decodingBegun = now()
    for i in layers.indices {
      var latents = Array(x[i * size..<(i + 1) * size])
      if told[i].isAmbience {
        model.hush?.apply(to: &latents, rows: generated.count, most: .infinity)
        // Its partials would whistle where the noise around them has been brought down.
        for row in 0..<generated.count {
          for slot in row * Codec.latent + Codec.envelope..<(row + 1) * Codec.latent { latents[slot] = 0 }
        }
      } else if hasSettled[i] {
        model.ceiling?.apply(to: &latents, rows: generated.count)
      }
      layers[i].append(latents, overlap: overlap, share: window.share)
    }
    var decoded: [[Float]] = []
    for i in tracks.indices {
      var samples = [Float](repeating: 0, count: 2 * Int(committed - first))
      tracks[i].layers = Array(layers.prefix(tracks[i].layers.count))
      layers.removeFirst(tracks[i].layers.count)
      for k in tracks[i].layers.indices {
        var sound = try decode(first..<committed, of: &tracks[i].layers[k])
        tracks[i].layers[k].fadeIn(&sound)
        Self.add(sound, to: &samples)
      }
      try fade(tracks[i].leaving, from: first, until: window.chunk, into: &samples)
      tracks[i].leaving = []
      SoftClip.apply(to: &samples)
      decoded.append(samples)
    }
    decoding = now() - decodingBegun
    forget()
    var report = WindowReport()
    report.steps = steps
    report.seconds = now() - begun
    report.sight = Sight(probabilities, names: model.classNames)
    var words = told.map(\.asked.prompt)[...]
    return zip(tracks, decoded).map { track, samples in
      report.prompt = track.settings.prompt
      report.layers = Array(words.prefix(track.layers.count))
      words.removeFirst(track.layers.count)
      return AudioChunk(firstSample: first, samples: samples, report: report)
    }
  }

  private func isSilence(_ latents: ArraySlice<Float>, rows: Int) -> Bool {
    latents.withUnsafeBufferPointer { $0.baseAddress.map { model.ceiling?.isSilence($0, rows: rows) == true } ?? false }
  }

  func skipVariations() throws(EngineError) -> [AudioChunk] {
    let begun = now()
    let window = try nextWindow()
    motion.update(for: window, scratch: scratch)
    people.update(for: window)
    let sight = Sight(visual.mean(before: window.chunk.upperBound), names: model.classNames)
    planner.advance()
    let first = committed
    // Silence needs no latents after it, so it reaches the chunk's end.
    committed = max(first, Int64(window.chunk.upperBound) * LatentGrid.samplesPerLatent)
    var chunks: [AudioChunk] = []
    for i in tracks.indices {
      var samples = [Float](repeating: 0, count: 2 * Int(committed - first))
      try fade(tracks[i].layers + tracks[i].leaving, from: first, until: window.chunk, into: &samples)
      SoftClip.apply(to: &samples)
      tracks[i].restart(at: window.chunk.upperBound, afterSilence: true)
      var report = WindowReport()
      report.sight = sight
      report.seconds = now() - begun
      report.prompt = tracks[i].settings.prompt
      chunks.append(AudioChunk(firstSample: first, samples: samples, report: report))
    }
    forget()
    return chunks
  }

  private func nextWindow() throws(EngineError) -> Window {
    let window = planner.next
    guard received >= window.framesNeeded else {
      throw .invalidSetting(name: "frames", reason: "are missing for the next window")
    }
    return window
  }

  func finishVariations(totalSamples: Int64, isCancelled: () -> Bool, emit: ([AudioChunk]) -> Void) throws(EngineError) {
    guard let last = lastFrame else { return }
    while committed < totalSamples {
      while !isReady {
        let index = received
        let rgb = index % LatentGrid.semanticInterval == 0 ? lastFrame?.rgb : nil
        try append(GridFrame(index: index, luma: last.luma, rgb: rgb))
      }
      let chunks = try generateVariations(timeLeft: { nil }, isCancelled: isCancelled)
      emit(chunks.map { $0.prefix(upTo: totalSamples) }.filter { !$0.samples.isEmpty })
    }
  }

  /// Interleaved samples of `range`, from the latents around it.
  private func decode(_ range: Range<Int64>, of layer: inout Layer) throws(EngineError) -> [Float] {
    guard !range.isEmpty else { return [] }
    let hop = LatentGrid.samplesPerLatent
    let latents = layer.latents
    let from = max(latents.start, Int(range.lowerBound / hop) - AudioDecoder.lookBack)
    let planar = model.decoder(
      latents[from..<latents.end], first: from, final: planner.next.overlap.lowerBound, noise: NoiseSource(seed: layer.seed),
      partials: &layer.partials, scratch: scratch, helper: helper)
    let length = planar.count / 2
    let skip = Int(range.lowerBound - Int64(from) * hop)
    var out = [Float](repeating: 0, count: 2 * range.count)
    var finite = true
    for i in 0..<range.count {
      for channel in 0..<2 {
        let x = planar[channel * length + skip + i]
        finite = finite && x.isFinite
        out[2 * i + channel] = x
      }
    }
    guard finite else { throw .notFinite(stage: "audio decoder") }
    return out
  }

  /// Adds the sound of layers that get no further latents than those before a chunk, from sample number `first` on and fading out, to samples
  /// that begin there.
  private func fade(_ layers: [Layer], from first: Int64, until chunk: Range<Int>, into samples: inout [Float]) throws(EngineError) {
    let known = min(committed, max(first, Int64(chunk.lowerBound) * LatentGrid.samplesPerLatent))
    for var layer in layers where !layer.latents.isEmpty {
      var end = try decode(first..<known, of: &layer)
      layer.fadeIn(&end)
      Layer.fadeOut(&end)
      Self.add(end, to: &samples)
    }
  }

  private static func add(_ other: [Float], to samples: inout [Float]) {
    for i in 0..<min(other.count, samples.count) { samples[i] += other[i] }
  }

  private func forget() {
    let next = planner.position, context = planner.next.context.lowerBound
    let decoded = Int(committed / LatentGrid.samplesPerLatent) - AudioDecoder.lookBack
    for i in tracks.indices {
      for k in tracks[i].layers.indices { tracks[i].layers[k].latents.forget(before: min(context, decoded)) }
    }
    motion.forget(next: next, before: context)
    people.forget(next: next, before: context)
    visual.forget(before: next)
  }

  private func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
