internal import Astronomy
internal import CKernels
internal import Foundation

/// The ellipse of a source's isophotal moments: standard deviations along its axes, as SExtractor's.
struct IsophotalEllipse: Sendable {
    var moments: SecondMoments
    var semiMajor: Double
    var semiMinor: Double
    /// From +x towards +y.
    var angle: Double

    init(_ source: galatea_source) {
        moments = SecondMoments(
            center: SIMD2(source.x, source.y), xx: source.xx, yy: source.yy, xy: source.xy)
        // A line of pixels has a pixel's own extent.
        if moments.determinant < 0.00694 {
            moments.xx += 1.0 / 12
            moments.yy += 1.0 / 12
        }
        semiMajor = moments.largest.squareRoot()
        semiMinor = max(moments.smallest, 1e-3).squareRoot()
        angle = atan2(2 * moments.xy, moments.xx - moments.yy) / 2
    }

    /// Radius 1 on the ellipse.
    var radii: galatea_ellipse { Self.radii(moments.center, semiMajor, semiMinor, angle) }

    /// The radius that is 1 on an ellipse.
    static func radii(
        _ center: SIMD2<Double>, _ semiMajor: Double, _ semiMinor: Double, _ angle: Double
    ) -> galatea_ellipse {
        let (sine, cosine) = (sin(angle), cos(angle))
        let (major, minor) = (1 / (semiMajor * semiMajor), 1 / (semiMinor * semiMinor))
        return galatea_ellipse(
            x: center.x, y: center.y, xx: cosine * cosine * major + sine * sine * minor,
            yy: sine * sine * major + cosine * cosine * minor, xy: 2 * cosine * sine * (major - minor))
    }
}

/// Light inside growing ellipses, from sums in rings.
struct RingGrowth: Sendable {
    /// Light inside ring `i`'s inner edge.
    private var sums = [0.0]
    /// Width of a ring.
    private let step: Double

    /// The curve up to radius `limit`.
    init(rings: [Double], limit: Double) {
        sums.reserveCapacity(rings.count + 1)
        for ring in rings { sums.append(sums[sums.count - 1] + ring) }
        step = limit / Double(rings.count)
    }

    /// The first radius that holds a share of the light inside the end; NaN for light that is not positive. A share
    /// the curve never reaches gives the end.
    func radius(share: Double) -> Double {
        let total = sums[sums.count - 1]
        guard total > 0, total.isFinite else { return .nan }
        let wanted = share * total
        for ring in 0..<sums.count - 1 where sums[ring + 1] >= wanted {
            let here = sums[ring + 1] - sums[ring]
            let part = here > 0 ? min(1, max(0, (wanted - sums[ring]) / here)) : 0
            return (Double(ring) + part) * step
        }
        return Double(sums.count - 1) * step
    }
}

extension FastMeasurement {
    /// Rings of a curve of growth.
    private static let ringCount = 96
    /// Kron radii are taken within this radius of the isophotal ellipse.
    private static let kronLimit = 6.0

    /// Kron's radius; 0 where the light is not positive.
    private func kronRadius(_ ellipse: galatea_ellipse) -> Double {
        var (first, light) = (0.0, 0.0)
        galatea_kron_sums(level, memory.stack, ellipse, Self.kronLimit, &first, &light)
        return first > 0 && light > 0 ? first / light : 0
    }

    /// Light in rings out to a radius.
    private func rings(_ ellipse: galatea_ellipse, limit: Double) -> [Double] {
        [Double](unsafeUninitializedCapacity: Self.ringCount) { buffer, count in
            galatea_ring_sums(
                level, memory.stack, ellipse, limit, Int32(Self.ringCount), buffer.baseAddress)
            count = Self.ringCount
        }
    }

    /// Total fluxes, their errors and the half-light radius.
    mutating func measureLight(_ extent: IsophotalEllipse, into result: inout SourceMeasurement) {
        let ellipse = extent.radii
        let factor = max(settings.kronFactor * kronRadius(ellipse), settings.minimumApertureFactor)
        let growth = RingGrowth(rings: rings(ellipse, limit: factor), limit: factor)
        let concentration = growth.radius(share: 0.8) / growth.radius(share: 0.5)
        result.apertureFraction = ApertureCorrection.share(concentration: concentration)
        let half = growth.radius(share: 0.5 / result.apertureFraction)
        let onSky = SkyMoments(extent.moments, plane: geometry.plane, pixelScale: geometry.pixelScale)
        result.halfLightRadius = half * onSky.semiMajor
        result.aperture = EllipticalAperture(
            center: extent.moments.center, semiMajor: extent.semiMajor, semiMinor: extent.semiMinor,
            angle: extent.angle
        ).scaled(by: factor)
        let twice = Self.twice(extent.moments.center)
        let replacement = galatea_replacement(
            others: memory.others, gaps: hasGaps ? UnsafePointer(memory.gaps) : nil,
            words: words, mirrors: 1, twice_x: twice.x, twice_y: twice.y)
        sumBands(ellipse, radius: factor, replacement, into: &result)
    }

    /// Fluxes where nothing was detected: in a circle of two seeing widths around the target, uncorrected.
    mutating func measureForced(into result: inout SourceMeasurement) {
        let radius = 2 * settings.seeing / geometry.pixelScale
        let replacement = galatea_replacement(
            others: nil, gaps: hasGaps ? UnsafePointer(memory.gaps) : nil, words: words,
            mirrors: 0, twice_x: 0, twice_y: 0)
        result.apertureFraction = 1
        sumBands(
            galatea_ellipse(x: target.x, y: target.y, xx: 1, yy: 1, xy: 0), radius: radius, replacement,
            into: &result)
        result.apertureFraction = .nan
    }

    /// Fluxes through one aperture, with the errors of `SourceMeasurer.sumBands`.
    private mutating func sumBands(
        _ ellipse: galatea_ellipse, radius: Double, _ how: galatea_replacement,
        into result: inout SourceMeasurement
    ) {
        let unit = pow(geometry.pixelScale / GalaxyImage.nativePixelScale, 2) / result.apertureFraction
        // In units of the noise, which keeps float32 sums in range.
        for (band, known) in bands.enumerated() {
            memory.levels[band] = known.level
            memory.factors[band] = known.weight > 0 ? 1 / known.noise : 0
            memory.sums[band] = 0
        }
        var how = how
        let area = galatea_aperture_light(
            level, &cutout, memory.levels, memory.factors, ellipse, radius, &how, memory.sums)
        guard area > 0 else { return }
        for band in 0..<bandCount where bands[band].weight > 0 {
            let flux = memory.sums[band] / Double(memory.factors[band]) * unit
            let pixel = Double(bands[band].sigma) * bands[band].noiseCorrelation
            // 1.2533: the standard error of a median over that of a mean.
            let level = 1.2533 * pixel * area / Double(bands[band].count).squareRoot()
            var variance = (area * pixel * pixel + level * level) * unit * unit
            if let electrons = settings.electronsPerNanomaggy, electrons.indices.contains(band),
                electrons[band] > 0
            {
                variance += max(0, flux) / electrons[band] / result.apertureFraction
            }
            let sigma = variance.squareRoot()
            guard abs(flux) <= Self.largestFlux, sigma.isNaN || sigma <= Self.largestFlux else {
                result.flags.insert(.refusedInput)
                continue
            }
            result.fluxes[band] = flux
            result.fluxSigmas[band] = sigma
            result.signalToNoise[band] = flux / sigma
        }
    }

    /// What a catalogue's 32-bit column holds.
    private static let largestFlux = Double(Float.greatestFiniteMagnitude)
}
