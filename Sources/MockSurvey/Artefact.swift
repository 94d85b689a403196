internal import CKernels
internal import Computing
internal import Foundation

/// What spoils an image of class `artefact`.
enum Artefact: Sendable {
    /// A satellite's trail in one band: direction, distance from the centre, sigma in pixels, peak in
    /// nanomaggies.
    case trail(band: Int, angle: Double, distance: Double, sigma: Double, peak: Double)
    /// A saturated star: offset in arcsec, magnitude, half-width and half-length of its bleed in pixels,
    /// saturation level.
    case bleed(
        offset: SIMD2<Double>, magnitude: Double, halfWidth: Int, halfLength: Int, isVertical: Bool,
        saturation: Double)
    /// Columns or rows without data in some bands.
    case chipGap(bands: [Int], lanes: Range<Int>, isVertical: Bool)
    /// A band that is zero everywhere.
    case lostBand(Int)
    /// A band whose calibration is wrong by a factor.
    case zeroPointError(band: Int, factor: Double)

    /// Draws an artefact; each kind is equally likely.
    init(
        bandCount: Int, side: Int, skyNoise: [Double], using generator: inout some RandomNumberGenerator
    ) {
        let band = min(bandCount - 1, Int(generator.uniform() * Double(bandCount)))
        let isVertical = generator.uniform() < 0.5
        switch Int(generator.uniform() * 5) {
        case 0:
            self = .trail(
                band: band, angle: generator.uniform() * .pi,
                distance: Double(side) * generator.uniform(-0.3...0.3),
                sigma: generator.uniform(1.4...2.6),
                peak: skyNoise[band] * pow(10, generator.uniform(0.7...1.6)))
        case 1:
            self = .bleed(
                offset: SIMD2(generator.uniform(-10...10), generator.uniform(-10...10)),
                magnitude: generator.uniform(9.5...12.5), halfWidth: 1 + Int(generator.uniform() * 3),
                halfLength: side / 5 + Int(generator.uniform() * Double(side) * 0.6),
                isVertical: isVertical, saturation: generator.uniform(60...150))
        case 2:
            let width = 6 + Int(generator.uniform() * Double(side) * 0.4)
            let start = Int(generator.uniform() * Double(side - width))
            self = .chipGap(
                bands: generator.uniform() < 0.5 ? [band] : Array(0..<bandCount),
                lanes: start..<start + width, isVertical: isVertical)
        case 3:
            self = .lostBand(band)
        default:
            let size = generator.uniform(0.5...1.2)
            self = .zeroPointError(
                band: band, factor: pow(10, 0.4 * (generator.uniform() < 0.5 ? -size : size)))
        }
    }

    /// Adds the artefact's light to a noiseless band.
    func addLight(to image: UnsafeMutableBufferPointer<Float>, band: Int, width: Int, height: Int) {
        guard case .trail(band, let angle, let distance, let sigma, let peak) = self else { return }
        let (s, c) = (sin(angle), cos(angle))
        for row in 0..<height {
            for column in 0..<width {
                let x = Double(column) - Double(width - 1) / 2
                let y = Double(row) - Double(height - 1) / 2
                let offset = (x * c + y * s - distance) / sigma
                if abs(offset) < 5 {
                    image[row * width + column] += Float(peak * exp(-offset * offset / 2))
                }
            }
        }
    }

    /// Changes the finished pixels of a band: saturation, gaps, wrong calibration.
    func spoil(
        _ image: UnsafeMutableBufferPointer<Float>, band: Int, width: Int, height: Int, pixelScale: Double
    ) {
        switch self {
        case .trail: break
        case .bleed(let offset, _, let halfWidth, let halfLength, let isVertical, let saturation):
            let x = Int((Double(width - 1) / 2 - offset.x / pixelScale).rounded())
            let y = Int((Double(height - 1) / 2 + offset.y / pixelScale).rounded())
            for row in 0..<height {
                for column in 0..<width {
                    let (across, along) = isVertical ? (column - x, row - y) : (row - y, column - x)
                    let index = row * width + column
                    if abs(across) <= halfWidth, abs(along) <= halfLength {
                        image[index] = Float(saturation)
                    }
                    image[index] = min(image[index], Float(saturation))
                }
            }
        case .chipGap(let bands, let lanes, let isVertical):
            guard bands.contains(band) else { return }
            for row in 0..<height {
                for column in 0..<width where lanes.contains(isVertical ? column : row) {
                    image[row * width + column] = 0
                }
            }
        case .lostBand(band): image.update(repeating: 0)
        case .lostBand: break
        case .zeroPointError(band, let factor):
            for index in image.indices { image[index] *= Float(factor) }
        case .zeroPointError: break
        }
    }
}
