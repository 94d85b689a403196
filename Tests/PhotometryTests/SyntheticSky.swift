import Astronomy
import Computing
import Foundation

/// Sersic galaxies seen through a Moffat profile, rendered for these tests alone.
struct SyntheticSky {
    /// One galaxy; angles are position angles, east of north, on a stamp with north up and east left.
    struct Galaxy {
        var flux = 30.0
        var index = 1.0
        /// Semi-major half-light radius, arcsec.
        var radius = 1.5
        var axisRatio = 0.5
        var positionAngle = 0.6
        /// Offset from the stamp's centre, pixels.
        var offset = SIMD2(0.0, 0.0)
    }

    var side = 128
    var pixelScale = 0.262
    /// Full width at half maximum of the seeing, arcsec.
    var seeing = 1.2
    /// Fine points per pixel.
    static let over = 2

    /// The galaxies' light per pixel of this grid, no noise, shape `[y, x]`.
    func render(_ galaxies: [Galaxy]) -> [Double] {
        let fine = side * Self.over
        var image = [Double](repeating: 0, count: fine * fine)
        for galaxy in galaxies { add(galaxy, to: &image) }
        // A Moffat profile is a mixture of Gaussians of variance alpha^2 / 2t, t from the gamma distribution
        // of shape beta - 1; these are the midpoints of its six sextiles for beta = 3.5.
        let alpha = seeing / (2 * (pow(2, 1 / 3.5) - 1).squareRoot()) / pixelScale * Double(Self.over)
        var seen = [Double](repeating: 0, count: side * side)
        for t in [0.73429, 1.3373, 1.88381, 2.49678, 3.31284, 4.86378] {
            let smooth = Self.smoothed(image, side: fine, sigma: alpha / (2 * t).squareRoot())
            for y in 0..<fine {
                for x in 0..<fine {
                    seen[(y / Self.over) * side + x / Self.over] += smooth[y * fine + x] / 6
                }
            }
        }
        return seen
    }

    private func add(_ galaxy: Galaxy, to image: inout [Double]) {
        let n = galaxy.index
        // Ciotti & Bertin 1999, eq. 18.
        let b = 2 * n - 1.0 / 3 + 4 / (405 * n) + 46 / (25515 * n * n)
        let shape = 2 * Double.pi * n * exp(b) * pow(b, -2 * n) * tgamma(2 * n)
        let peak = galaxy.flux / (galaxy.radius * galaxy.radius * galaxy.axisRatio * shape)
        let step = pixelScale / Double(Self.over)
        let middle = SIMD2(repeating: Double(side - 1) / 2) + galaxy.offset
        // North is +y and east is -x.
        let axis = SIMD2(-sin(galaxy.positionAngle), cos(galaxy.positionAngle))
        let fine = side * Self.over
        for y in 0..<fine {
            for x in 0..<fine {
                let at = SIMD2(Double(x) + 0.5, Double(y) + 0.5) / Double(Self.over) - 0.5 - middle
                let distance = (at * at).sum().squareRoot() * Double(Self.over)
                // The cusp is averaged over a finer grid.
                let parts = distance < 2 ? 15 : distance < 8 ? 5 : 1
                var sum = 0.0
                for part in 0..<parts * parts {
                    let inside = SIMD2(Double(part % parts), Double(part / parts)) + 0.5
                    let shift = (inside / Double(parts) - 0.5) / Double(Self.over)
                    let position = (at + shift) * pixelScale
                    let u = (position * axis).sum()
                    let v = position.x * axis.y - position.y * axis.x
                    let radius = hypot(u, v / galaxy.axisRatio) / galaxy.radius
                    sum += exp(-b * (pow(radius, 1 / n) - 1))
                }
                image[y * fine + x] += peak * sum / Double(parts * parts) * step * step
            }
        }
    }

    private static func smoothed(_ image: [Double], side: Int, sigma: Double) -> [Double] {
        let half = Int((3.5 * sigma).rounded(.up))
        var kernel = (-half...half).map { exp(-0.5 * pow(Double($0) / sigma, 2)) }
        let sum = kernel.reduce(0, +)
        for index in kernel.indices { kernel[index] /= sum }
        var rows = [Double](repeating: 0, count: side * side)
        var result = rows
        // Both passes run along rows of memory, so that they vectorise.
        for y in 0..<side {
            for (tap, weight) in kernel.enumerated() {
                let source = y + tap - half
                guard source >= 0, source < side else { continue }
                for x in 0..<side { rows[y * side + x] += weight * image[source * side + x] }
            }
        }
        for y in 0..<side {
            for (tap, weight) in kernel.enumerated() {
                let shift = tap - half
                for x in max(0, -shift)..<min(side, side - shift) {
                    result[y * side + x] += weight * rows[y * side + x + shift]
                }
            }
        }
        return result
    }

    /// A stamp with each galaxy's light times `colours` in g, r, z, with sky noise and a sky residual.
    func stamp(
        _ galaxies: [Galaxy], colours: [Double] = [0.5, 1, 1.5], noise: [Double] = [0.0066, 0.0113, 0.0208],
        residual: Double = 0.3, generator: inout CounterGenerator
    ) -> GalaxyImage {
        let light = render(galaxies)
        var pixels: [Float] = []
        for (colour, sigma) in zip(colours, noise) {
            for value in light {
                let photons = (sigma * sigma + max(0, value * colour) / 3600).squareRoot()
                pixels.append(
                    Float(value * colour + generator.normal(mean: residual * sigma, sigma: photons)))
            }
        }
        return GalaxyImage(
            bands: ["g", "r", "z"], width: side, height: side, pixels: pixels, pixelScale: pixelScale)
    }
}
