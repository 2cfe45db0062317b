import Foundation
import Testing
import V2ATensor

@testable import V2AModels

/// Something bright crosses waves before a camera that is where `camera` says, as make_fixtures.py draws it.
enum ShakenPictures {
  static func camera(_ k: Int) -> (x: Double, y: Double) { (2 * sin(1.7 * Double(k)), 1.5 * cos(2.3 * Double(k))) }

  static func picture(_ k: Int) -> [Float] { picture(camera: camera(k), thing: 10 + 1.1 * Double(k)) }

  static func picture(camera: (x: Double, y: Double), thing: Double, waves: Double = 0.15) -> [Float] {
    (0..<4096).map { i in
      let x = Double(i % 64) + camera.x, y = Double(i / 64) + camera.y
      let ground = 0.4 + waves * sin(0.31 * x + 0.17 * y) + waves * sin(0.11 * x - 0.43 * y)
      return Float(ground + 0.3 * exp(-((x - thing) * (x - thing) + (y - 30) * (y - 30)) / 40))
    }
  }
}

@Suite struct CameraShakeTests {
  private let memory = Scratch()
  private var scratch: UnsafeMutablePointer<Float> { memory.buffer(0, 3 * 4096) }

  private func change(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) } / Float(a.count) }

  /// Shifts are found to within a third of a pixel, and less than a fifth of the change is left: the thing that moves.
  @Test func shiftsAreFound() {
    var shake = CameraShake(), shaken: Float = 0, left: Float = 0
    for k in 1..<40 {
      let before = ShakenPictures.picture(k - 1), now = ShakenPictures.picture(k)
      let shift = CameraShake.shift(of: now, against: before, contrast: MotionStatistics.contrast(now), scratch: scratch)
      let (a, b) = (ShakenPictures.camera(k - 1), ShakenPictures.camera(k))
      #expect(abs(Double(shift.x) - (a.x - b.x)) < 0.35 && abs(Double(shift.y) - (a.y - b.y)) < 0.35, "\(k): \(shift)")
      let steady = shake.steadied(before, for: now, contrast: MotionStatistics.contrast(now), scratch: scratch)
      shaken += change(now, before)
      left += change(now, steady)
    }
    print("camera shake: change \(shaken / 39), \(left / 39) when steadied")
    #expect(left < 0.2 * shaken)
  }

  /// A camera that pans, and a thing alone in the picture, are left as they are once they have gone some way.
  @Test(arguments: [(3.0, 0.0), (0.0, 2.5)]) func whatGoesAwayIsNoShake(pan: Double, thing: Double) {
    var shake = CameraShake()
    let picture = { (k: Int) in
      ShakenPictures.picture(camera: (pan * Double(k), 0), thing: 10 + thing * Double(k), waves: pan > 0 ? 0.15 : 0)
    }
    for k in 1..<12 {
      let before = picture(k - 1), now = picture(k)
      let steady = shake.steadied(before, for: now, contrast: MotionStatistics.contrast(now), scratch: scratch)
      #expect((steady == before) == (k > 1), "\(k)")
    }
  }

  /// Equal pictures, plain pictures and noise move nothing.
  @Test func nothingToFollow() {
    var shake = CameraShake()
    let plain = [Float](repeating: 0.5, count: 4096), dark = [Float](repeating: 0, count: 4096)
    let noise = Fixtures.wave(4096, 2.39), other = Fixtures.wave(4096, 1.93)
    for (before, now) in [(plain, plain), (plain, dark), (dark, plain), (noise, noise), (noise, other), (plain, noise)] {
      #expect(shake.steadied(before, for: now, contrast: MotionStatistics.contrast(now), scratch: scratch) == before)
    }
  }
}
