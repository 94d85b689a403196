internal import Astronomy
internal import CKernels
public import Computing
internal import Foundation
public import Photometry

/// Photometric numbers that join the image in the encoder: each band's noise and its fluxes in fixed apertures.
///
/// The image input is scaled by its own noise, which survey depth varies by a factor of two; these numbers
/// give the absolute fluxes back. Per band: `log10 sigma_sky`, then `asinh(F / 2b)` (Lupton, Gunn & Szalay
/// 1999) for each aperture, all corrected for Galactic extinction.
public struct ApertureFeatures: Sendable {
    /// Softening b of the asinh magnitudes, nanomaggies: about a 5 sigma point source.
    public static let softening = 0.3
    /// Steps across a pixel when its share of an aperture is counted.
    private static let oversampling = 8

    /// Pixels between each aperture and the next smaller one, in runs of neighbours.
    private let runs: [galatea_aperture_run]
    /// The share of each of those pixels that lies inside.
    private let weights: [Float]
    private let apertureCount: Int
    private let pixelCount: Int
    private let instructionSet: InstructionSet
    /// Flux per summed surface brightness: the pixel's area in native pixels.
    private let areaFactor: Double

    /// Apertures around the centre of a square image.
    ///
    /// - Parameters:
    ///   - radii: Radii in arcsec, ascending; those beyond the image end at its border.
    ///   - imageSize: Side of the image, pixels.
    ///   - pixelScale: Arcsec per pixel.
    ///   - instructionSet: Level of the kernel.
    public init(
        radii: [Double], imageSize: Int, pixelScale: Double, instructionSet: InstructionSet = .detected
    ) {
        precondition(
            zip(radii, radii.dropFirst()).allSatisfy { $0 < $1 }, "ApertureFeatures: radii must ascend")
        pixelCount = imageSize * imageSize
        areaFactor = (pixelScale / GalaxyImage.nativePixelScale) * (pixelScale / GalaxyImage.nativePixelScale)
        let shares = radii.map { Self.shares(radius: $0 / pixelScale, imageSize: imageSize) }
        var runs: [galatea_aperture_run] = []
        var weights: [Float] = []
        for ring in radii.indices {
            var last = -2
            for pixel in 0..<imageSize * imageSize {
                let weight = shares[ring][pixel] - (ring > 0 ? shares[ring - 1][pixel] : 0)
                guard weight > 0 else { continue }
                if pixel != last + 1 {
                    runs.append(
                        galatea_aperture_run(
                            first: Int32(pixel), count: 0, weight: Int32(weights.count), ring: Int32(ring)))
                }
                runs[runs.count - 1].count += 1
                weights.append(weight)
                last = pixel
            }
        }
        self.runs = runs
        self.weights = weights
        apertureCount = radii.count
        self.instructionSet = instructionSet
    }

    /// The features of an image.
    ///
    /// - Parameters:
    ///   - pixels: Surface brightness in nanomaggies per native pixel, shape `[band, y, x]`; values that are
    ///     not finite count as sky.
    ///   - sky: Level and noise of each band in the same unit; a level or noise that is not finite gives NaN.
    ///   - extinction: Galactic extinction of each band, magnitudes.
    /// - Returns: Shape `[band, 1 + apertures]`, dimensionless.
    public func features(pixels: [Float], sky: SkyStatistics, extinction: [Double]) -> [Float] {
        pixels.withUnsafeBytes { features($0, isBigEndian: false, sky, extinction) }
    }

    /// The features of an image as it stands in a FITS file, big-endian float32 of any alignment.
    public func features(bigEndian pixels: RawSpan, sky: SkyStatistics, extinction: [Double]) -> [Float] {
        pixels.withUnsafeBytes { features($0, isBigEndian: true, sky, extinction) }
    }

    private func features(
        _ pixels: UnsafeRawBufferPointer, isBigEndian: Bool, _ sky: SkyStatistics, _ extinction: [Double]
    ) -> [Float] {
        let bands = sky.sigmas.count
        precondition(
            pixels.count == 4 * bands * pixelCount && extinction.count == bands,
            "ApertureFeatures: \(pixels.count) bytes, expected \(bands) x \(pixelCount) pixels")
        guard let start = pixels.baseAddress else { preconditionFailure("ApertureFeatures: no pixels") }
        var features: [Float] = []
        features.reserveCapacity(bands * (1 + apertureCount))
        var annuli = [Double](repeating: 0, count: apertureCount)
        for band in 0..<bands {
            let dereddening = pow(10, 0.4 * extinction[band])
            features.append(Float(log10(max(Double(sky.sigmas[band]) * dereddening, 1e-12))))
            galatea_aperture_sums(
                galatea_level(UInt32(instructionSet.rawValue)), start + 4 * band * pixelCount,
                isBigEndian ? 1 : 0, runs, runs.count, weights, sky.levels[band], &annuli)
            var flux = 0.0
            for annulus in annuli {
                flux += annulus
                features.append(Float(asinh(flux * areaFactor * dereddening / (2 * Self.softening))))
            }
        }
        return features
    }

    /// The share of each pixel inside a circle around the image's centre, shape `[y, x]`.
    private static func shares(radius: Double, imageSize: Int) -> [Float] {
        let centre = Double(imageSize - 1) / 2
        let step = 1 / Double(oversampling)
        return (0..<imageSize * imageSize).map { pixel in
            let x = Double(pixel % imageSize) - centre
            let y = Double(pixel / imageSize) - centre
            let distance = (x * x + y * y).squareRoot()
            if distance + 0.75 < radius { return 1 }
            if distance - 0.75 > radius { return 0 }
            var inside = 0
            for row in 0..<oversampling {
                for column in 0..<oversampling {
                    let dx = x - 0.5 + (Double(column) + 0.5) * step
                    let dy = y - 0.5 + (Double(row) + 0.5) * step
                    if dx * dx + dy * dy < radius * radius { inside += 1 }
                }
            }
            return Float(inside) / Float(oversampling * oversampling)
        }
    }
}
