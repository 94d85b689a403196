internal import CKernels
internal import Computing
internal import Foundation

/// Noise of a cutout from a coadd: each pass is drawn on its own pixel grid, photon noise included, and
/// interpolated with a Lanczos-3 kernel at a random sub-pixel shift; the passes are averaged, and the average
/// is interpolated once more, as a cutout service does around the target's position.
///
/// Interpolation leaves the low frequencies that a point source occupies unchanged, so that the depth of the
/// pixels before it is the depth after it, while neighbouring pixels become correlated and the variance per
/// pixel falls.
struct NoiseModel {
    let width: Int
    let height: Int
    let level: InstructionSet

    /// Extra rows and columns that six taps need.
    private static let margin = 5
    /// Extra rows and columns of a pass, which is interpolated twice.
    private static let passMargin = 10

    /// The six taps of Lanczos-3 interpolation at a shift of -0.5 to 0.5 pixels, normalised to sum 1.
    static func taps(shift: Double) -> [Float] {
        // Between the third and the fourth sample, or exactly on the third at zero shift.
        let fraction = shift < 0 ? shift + 1 : shift
        let values = (0..<6).map { tap -> Double in
            let x = Double(tap) - 2 - fraction
            if abs(x) < 1e-9 { return 1 }
            guard abs(x) < 3 else { return 0 }
            let a = Double.pi * x
            return 3 * sin(a) * sin(a / 3) / (a * a)
        }
        let total = values.reduce(0, +)
        return values.map { Float($0 / total) }
    }

    /// Adds the noise of a band to an image that holds the noiseless signal.
    ///
    /// - Parameters:
    ///   - image: Nanomaggies per pixel.
    ///   - sigma: Sky noise of one pass in a pixel before interpolation.
    ///   - passes: Number of passes averaged.
    ///   - electronsPerNanomaggy: Of one pass.
    ///   - shift: Sub-pixel shift of the cutout against the coadd, -0.5 to 0.5 pixels.
    ///   - generator: The band's own generator; a pass draws from one of its parts.
    func add(
        to image: UnsafeMutableBufferPointer<Float>, sigma: Double, passes: Int,
        electronsPerNanomaggy: Double, shift: SIMD2<Double>, generator: CounterGenerator
    ) {
        guard let start = image.baseAddress else { return }
        let (coaddWidth, coaddHeight) = (width + Self.margin, height + Self.margin)
        let (wide, high) = (width + Self.passMargin, height + Self.passMargin)
        let count = (wide * high + 3) / 4 * 4
        var field = [Float](repeating: 0, count: count)
        var coadd = [Float](repeating: 0, count: coaddWidth * coaddHeight)
        var scratch = [Float](repeating: 0, count: coaddWidth * high)
        let kernel = galatea_level(rawValue: numericCast(level.rawValue))
        let deviations = standardDeviations(
            image, sigma: sigma, electronsPerNanomaggy: electronsPerNanomaggy)
        for pass in 0..<passes {
            var part = generator.split(UInt64(pass))
            let shiftX = part.uniform(-0.5...0.5)
            let shiftY = part.uniform(-0.5...0.5)
            let noise = part.split(0)
            galatea_fill_normals(&field, Int64(count), noise.seed, noise.stream, 0, kernel)
            if let deviations {
                for index in 0..<wide * high { field[index] *= deviations[index] }
            }
            let weight = Float(deviations == nil ? sigma / Double(passes) : 1 / Double(passes))
            galatea_add_interpolated(
                &coadd, Int32(coaddWidth), Int32(coaddHeight), field, Self.taps(shift: shiftX),
                Self.taps(shift: shiftY), weight, &scratch, kernel)
        }
        galatea_add_interpolated(
            start, Int32(width), Int32(height), coadd, Self.taps(shift: shift.x), Self.taps(shift: shift.y),
            1, &scratch, kernel)
    }

    /// Noise of one pass in each pixel of the larger grid; `nil` where the source's photons do not matter.
    private func standardDeviations(
        _ image: UnsafeMutableBufferPointer<Float>, sigma: Double, electronsPerNanomaggy: Double
    ) -> [Float]? {
        let sky = Float(sigma * sigma)
        let perElectron = Float(1 / electronsPerNanomaggy)
        let brightest = image.max() ?? 0
        guard brightest * perElectron > 0.02 * sky else { return nil }
        let wide = width + Self.passMargin
        let border = Self.passMargin / 2
        var result = [Float](repeating: 0, count: wide * (height + Self.passMargin))
        for row in 0..<height + Self.passMargin {
            let source = min(height - 1, max(0, row - border)) * width
            for column in 0..<wide {
                let signal = image[source + min(width - 1, max(0, column - border))]
                result[row * wide + column] = (sky + max(0, signal) * perElectron).squareRoot()
            }
        }
        return result
    }
}
