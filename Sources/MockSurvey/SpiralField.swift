internal import CKernels
internal import Foundation

/// Spiral arms and rings of an inclined disc as a map that is added to its smooth light.
///
/// In the disc's plane the brightness is `I(R) (1 + A r(R) (p(psi) - 1))` with `psi = m (theta - ln R / tan
/// pitch) - phase` and `p = ((1 + cos psi) / 2)^2 / (3/8)`, whose mean over theta is 1, so that arms move
/// light along circles and add none; a ring takes from the disc what it adds. `r` fades the arms in from the
/// centre and out at the rim.
struct SpiralField {
    let arms: GalaxyShape.Arms
    let disc: GalaxyShape.Component
    let shape: GalaxyShape
    let band: Int
    let pixelScale: Double

    /// The map reaches to this many half-light radii.
    private static let reach = 3.2
    private static let nodes = 256

    /// Functions of the radius at even steps: brightness times arm strength, brightness times ring, cosine
    /// and sine of the spiral's angle.
    private struct RadialTable {
        var arm: [Float] = []
        var ring: [Float] = []
        var cosine: [Float] = []
        var sine: [Float] = []
    }

    private func radialTable() -> RadialTable {
        var table = RadialTable()
        let radius = disc.radius[band]
        let scaleLength = radius / 1.678
        let normal = 1 / (2 * .pi * scaleLength * scaleLength * shape.axisRatio)
        let (ringAmplitude, ringRadius) = arms.ring
        let width = 0.16
        // The ring's light, 2 pi R_r sigma sqrt(2 pi) I, is spread over the disc with the opposite sign.
        var ringLight = 0.0
        var discLight = 0.0
        let count = Double(Self.nodes)
        func relative(_ node: Int) -> Double { Self.reach * (Double(node) + 0.5) / count }
        for node in 0..<Self.nodes {
            let r = relative(node)
            let light = exp(-r * 1.678) * r
            let offset = (r - ringRadius) / width
            ringLight += light * exp(-offset * offset / 2)
            discLight += light
        }
        for node in 0..<Self.nodes {
            let r = relative(node)
            let brightness = normal * exp(-r * 1.678)
            let fadeIn = 1 - exp(-(r / 0.5) * (r / 0.5))
            let fadeOut = r < 2.2 ? 1 : max(0, 1 - (r - 2.2) / 1.0)
            table.arm.append(Float(brightness * arms.amplitude[band] * fadeIn * fadeOut))
            let offset = (r - ringRadius) / width
            table.ring.append(
                Float(brightness * ringAmplitude * (exp(-offset * offset / 2) - ringLight / discLight)))
            let angle = Double(arms.count) * log(r) / arms.pitchTangent + arms.phase
            table.cosine.append(Float(cos(angle)))
            table.sine.append(Float(sin(angle)))
        }
        return table
    }

    /// Adds the field of a galaxy of `flux` at `position` (arcsec east, north of the image's centre).
    func add(
        flux: Double, position: SIMD2<Double>, pointSpread: PointSpread,
        to image: UnsafeMutablePointer<Float>, width: Int, height: Int, level: galatea_level
    ) {
        let radius = disc.radius[band]
        // Arms below the resolution leave no trace.
        guard radius > 0.6 * pointSpread.fwhm, flux > 0 else { return }
        let pad = Int((3.2 * pointSpread.components[0].variance.squareRoot() / pixelScale).rounded(.up))
        let reach = Self.reach * radius / pixelScale + Double(pad)
        let x = Double(width - 1) / 2 - position.x / pixelScale
        let y = Double(height - 1) / 2 + position.y / pixelScale
        let columns = Self.overlap(centre: x, reach: reach, count: width)
        let rows = Self.overlap(centre: y, reach: reach, count: height)
        guard !columns.isEmpty, !rows.isEmpty else { return }
        let (wide, high) = (columns.count + 2 * pad, rows.count + 2 * pad)
        var map = [Float](repeating: 0, count: wide * high)
        fill(
            &map, width: wide, height: high,
            centre: SIMD2(x - Double(columns.lowerBound - pad), y - Double(rows.lowerBound - pad)),
            flux: flux * disc.share[band])
        var box = [Float](repeating: 0, count: columns.count * rows.count)
        var scratch = [Float](repeating: 0, count: columns.count * high)
        for component in pointSpread.components {
            let sigma = component.variance.squareRoot() / pixelScale
            let taps = Self.taps(sigma: sigma, weight: component.weight, limit: pad)
            // A narrower Gaussian needs fewer taps: it reads the middle of the map.
            let inner = Self.crop(map, width: wide, height: high, by: pad - (taps.count - 1))
            galatea_add_convolved(
                &box, Int32(columns.count), Int32(rows.count), inner, taps, Int32(taps.count - 1), &scratch,
                level)
        }
        for row in 0..<rows.count {
            let target = image + (row + rows.lowerBound) * width + columns.lowerBound
            for column in 0..<columns.count { target[column] += box[row * columns.count + column] }
        }
    }

    /// The pixels of `0..<count` within `reach` of `centre`.
    private static func overlap(centre: Double, reach: Double, count: Int) -> Range<Int> {
        let low = max(0, (centre - reach).rounded(.down))
        let high = min(Double(count), (centre + reach).rounded(.up) + 1)
        return high > low ? Int(low)..<Int(high) : 0..<0
    }

    private static func crop(_ map: [Float], width: Int, height: Int, by shift: Int) -> [Float] {
        guard shift > 0 else { return map }
        var result: [Float] = []
        result.reserveCapacity((width - 2 * shift) * (height - 2 * shift))
        for row in shift..<height - shift {
            result += map[(row * width + shift)..<((row + 1) * width - shift)]
        }
        return result
    }

    /// One half of a normalised Gaussian's taps whose square product carries `weight`.
    private static func taps(sigma: Double, weight: Double, limit: Int) -> [Float] {
        let radius = min(limit, max(1, Int((3.2 * sigma).rounded(.up))))
        let values = (0...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
        let total = values[0] + 2 * values.dropFirst().reduce(0, +)
        let factor = weight.squareRoot() / total
        return values.map { Float($0 * factor) }
    }

    /// Evaluates the field at the pixel centres of a map in which the galaxy stands at `centre`.
    private func fill(
        _ map: inout [Float], width: Int, height: Int, centre: SIMD2<Double>, flux: Double
    ) {
        let table = radialTable()
        let radius = disc.radius[band]
        let (x0, y0) = (Float(centre.x), Float(centre.y))
        let unit = Float(pixelScale / radius)
        let (s, c) = (Float(sin(shape.positionAngle)), Float(cos(shape.positionAngle)))
        let minor = 1 / Float(shape.axisRatio)
        let step = Float(Self.nodes) / Float(Self.reach)
        let scale = Float(flux * pixelScale * pixelScale)
        let three = arms.count == 3
        map.withUnsafeMutableBufferPointer { map in
            for row in 0..<height {
                let north = (Float(row) - y0) * unit
                for column in 0..<width {
                    let east = (x0 - Float(column)) * unit
                    let along = east * s + north * c
                    let across = (east * c - north * s) * minor
                    let square = along * along + across * across
                    let place = square.squareRoot() * step - 0.5
                    guard place < Float(Self.nodes - 1), square > 1e-6 else { continue }
                    let node = max(0, Int(place))
                    // cos and sin of 2 theta (or 3 theta) without trigonometry.
                    let cosine2 = (along * along - across * across) / square
                    let sine2 = 2 * along * across / square
                    var (cosineM, sineM) = (cosine2, sine2)
                    if three {
                        let inverse = 1 / square.squareRoot()
                        let (c1, s1) = (along * inverse, across * inverse)
                        (cosineM, sineM) = (cosine2 * c1 - sine2 * s1, sine2 * c1 + cosine2 * s1)
                    }
                    let half = 0.5 + 0.5 * (cosineM * table.cosine[node] + sineM * table.sine[node])
                    let pattern = half * half * (8.0 / 3) - 1
                    map[row * width + column] = scale * (table.arm[node] * pattern + table.ring[node])
                }
            }
        }
    }
}
