internal import Astronomy
internal import Foundation

extension SourceMeasurer {
    /// Total fluxes, their errors and the half-light radius.
    func measureLight(
        of source: SourceExtraction.Source, in frame: inout MeasurementFrame,
        into result: inout SourceMeasurement
    ) {
        let ellipse = EllipticalAperture(
            center: source.center, semiMajor: source.semiMajor, semiMinor: source.semiMinor,
            angle: source.angle)
        let kron =
            ellipse.kronRadius(
                frame.stack, width: frame.width, height: frame.height, limit: 6) ?? 0
        let factor = max(settings.kronFactor * kron, settings.minimumApertureFactor)
        let aperture = ellipse.scaled(by: factor)
        result.aperture = aperture
        let growth = CurveOfGrowth(frame.stack, width: frame.width, height: frame.height, aperture: aperture)
        let concentration = growth.radius(share: 0.8) / growth.radius(share: 0.5)
        result.apertureFraction = ApertureCorrection.share(concentration: concentration)
        let half = growth.radius(share: 0.5 / result.apertureFraction)
        result.halfLightRadius = half * factor * frame.onSky(source.moments).semiMajor
        result.sky = frame.sky
        sumBands(aperture, frame, into: &result)
    }

    /// Fluxes where nothing was detected: in a circle of two seeing widths around the target, uncorrected.
    ///
    /// A faint or blended target keeps a flux with its error; size and shape stay NaN.
    func measureForced(in frame: MeasurementFrame, into result: inout SourceMeasurement) {
        let radius = 2 * settings.seeing / frame.pixelScale
        let aperture = EllipticalAperture(
            center: frame.target, semiMajor: radius, semiMinor: radius, angle: 0)
        result.apertureFraction = 1
        result.sky = frame.sky
        sumBands(aperture, frame, into: &result)
        result.apertureFraction = .nan
    }

    /// Fluxes through one aperture.
    ///
    /// `sigma_f^2 = A k^2 sigma^2 + (A sigma_level)^2 + f / g` inside an aperture of `A` pixels: noise of the sky
    /// with the correlation `k` of its pixels measured in the stamp, error of the sky's level, and photon noise
    /// of the source when the electrons `g` per nanomaggy are known.
    private func sumBands(
        _ aperture: EllipticalAperture, _ frame: MeasurementFrame, into result: inout SourceMeasurement
    ) {
        let unit = pow(frame.pixelScale / GalaxyImage.nativePixelScale, 2) / result.apertureFraction
        for band in frame.bands.indices where frame.weights[band] > 0 {
            let sum = aperture.sum(frame.bands[band], width: frame.width, height: frame.height)
            guard sum.flux.isFinite, sum.area > 0 else { continue }
            let pixel = Double(frame.sky.sigmas[band]) * frame.noiseCorrelations[band]
            // 1.2533: the standard error of a median over that of a mean.
            let level = 1.2533 * pixel * sum.area / Double(frame.skyCounts[band]).squareRoot()
            var variance = (sum.area * pixel * pixel + level * level) * unit * unit
            let flux = sum.flux * unit
            if let electrons = settings.electronsPerNanomaggy, electrons.indices.contains(band),
                electrons[band] > 0
            {
                variance += max(0, flux) / electrons[band] / result.apertureFraction
            }
            result.fluxes[band] = flux
            result.fluxSigmas[band] = variance.squareRoot()
            result.signalToNoise[band] = flux / variance.squareRoot()
        }
    }
}

/// How the light of a source grows with the size of an ellipse.
struct CurveOfGrowth: Sendable {
    /// Light inside `(i + 1) / count` of the aperture.
    private let sums: [Double]

    /// The curve up to `aperture`, in 48 steps.
    init(_ image: [Float], width: Int, height: Int, aperture: EllipticalAperture) {
        sums = (1...48).map { step in
            aperture.scaled(by: Double(step) / 48).sum(image, width: width, height: height).flux
        }
    }

    /// The first size, in units of the aperture, that holds a share of the aperture's light; NaN for light that is
    /// not positive. A share the curve never reaches gives 1.
    func radius(share: Double) -> Double {
        guard let total = sums.last, total > 0, total.isFinite else { return .nan }
        var before = 0.0
        for (index, sum) in sums.enumerated() {
            if sum >= share * total {
                let part = sum > before ? (share * total - before) / (sum - before) : 0
                return (Double(index) + part) / Double(sums.count)
            }
            before = sum
        }
        return 1
    }
}
