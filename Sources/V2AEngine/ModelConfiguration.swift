import V2ACheckpoint
import V2AModels

/// config.json of a model folder: sizes of the networks and default settings. Every value is checked.
struct ModelConfiguration: Sendable {
  let transformer: DiffusionConfig
  let decoderWidth, decoderDepth, decoderInner: Int
  let defaults: SoundtrackSettings
  let guidanceRescale, timeShift: Float
  /// Deviation of the noise that sampling begins with. What a chunk continues was generated and varies a little less than what the network
  /// learnt from: over a still picture, where sounds go on and would fade chunk by chunk, more noise makes up for it; less of it once
  /// guidance is steady (`Told`), which takes less away.
  let noiseScale, stillNoiseScale, settledNoiseScale: Float
  /// How much more guidance counts where a prompt speaks of events: scale 1 + eventGuidance (s - 1) for s. What goes on would get quieter by it,
  /// and joins in music louder.
  let eventGuidance: Float
  /// How much more guidance counts without a prompt in fewer steps than the model's default, see `wordlessGuidance`.
  let fewStepGuidance: Float
  let visualSeconds: Double
  /// How loud parts of a spectrum may be on average over a chunk of a sound that has settled, dB (`Ceiling`).
  let ceiling: [Float]?
  /// What is heard where a picture says nothing, in words that the generator knows; empty: nothing in particular.
  let ambience: String
  /// What is heard of somebody who walks, in such words; empty: nothing.
  let walking: String
  /// How loud the ambience's parts may be, far below the ceiling, dB.
  var hush: [Float]? { ceiling?.map { $0 - 30 } }

  init(_ json: JSON) throws(CheckpointError) {
    func whole(_ json: JSON?, _ key: String, _ range: ClosedRange<Int>) throws(CheckpointError) -> Int {
      guard let value = json?[key]?.integer, range.contains(value) else {
        throw .badConfiguration(key: key, reason: "must be a whole number in \(range)")
      }
      return value
    }
    func real(_ key: String, _ range: ClosedRange<Double>, ifAbsent: Double? = nil) throws(CheckpointError) -> Double {
      if let ifAbsent, json[key] == nil { return ifAbsent }
      guard let value = json[key]?.number, range.contains(value) else {
        throw .badConfiguration(key: key, reason: "must be a number in \(range)")
      }
      return value
    }
    _ = try whole(json, "format", 1...1)
    guard let sizes = json["diffusion_transformer"] else {
      throw .badConfiguration(key: "diffusion_transformer", reason: "is missing")
    }
    transformer = try DiffusionConfig(sizes)
    let decoder = json["audio_decoder"]
    decoderWidth = try whole(decoder, "width", 16...4096)
    decoderDepth = try whole(decoder, "depth", 1...6)
    decoderInner = try whole(decoder, "inner", 16...16384)
    var defaults = SoundtrackSettings()
    defaults.hop = try whole(json, "hop", SoundtrackSettings.hops)
    defaults.context = try whole(json, "context", SoundtrackSettings.contexts)
    defaults.steps = try whole(json, "steps", SoundtrackSettings.steps)
    defaults.guidanceScale = Float(try real("guidance_scale", 0...20))
    self.defaults = defaults
    guidanceRescale = Float(try real("guidance_rescale", 0...1))
    timeShift = Float(try real("time_shift", 0.1...10))
    noiseScale = Float(try real("noise_scale", 0.1...4, ifAbsent: 1))
    stillNoiseScale = Float(try real("still_noise_scale", 0.1...4, ifAbsent: Double(noiseScale)))
    settledNoiseScale = Float(try real("settled_noise_scale", 0.1...4, ifAbsent: Double(stillNoiseScale)))
    eventGuidance = Float(try real("event_guidance", 0...4, ifAbsent: 1))
    fewStepGuidance = Float(try real("few_step_guidance", 0...10, ifAbsent: 0))
    visualSeconds = try real("visual_seconds", 0.1...60)
    ambience = json["ambience"]?.string ?? ""
    walking = json["walking"]?.string ?? ""
    if let listed = json["ceiling"] {
      let levels = (listed.array ?? []).compactMap(\.number).filter { (-120...60).contains($0) }
      guard levels.count == Ceiling.parts, listed.array?.count == Ceiling.parts else {
        throw .badConfiguration(key: "ceiling", reason: "must be \(Ceiling.parts) numbers in -120...60")
      }
      ceiling = levels.map { Float($0) }
    } else {
      ceiling = nil
    }
  }

  /// Deviation of a chunk's first noise.
  func noise(isStill: Bool, hasSettled: Bool) -> Float {
    hasSettled ? settledNoiseScale : isStill ? stillNoiseScale : noiseScale
  }

  /// What guidance counts for without a prompt in n steps, at least 4, where the model's default is m: 1 + fewStepGuidance (1 / n - 1 / m).
  /// Few large steps lose some of what guidance does, and blows get quieter and duller; prompts are followed no less.
  func wordlessGuidance(steps: Int) -> Float {
    let n = max(steps, 4)
    return n < defaults.steps ? 1 + fewStepGuidance * (1 / Float(n) - 1 / Float(defaults.steps)) : 1
  }
}
