internal import Astronomy
internal import CKernels
internal import Foundation

extension FastMeasurement {
    /// Axis ratio, ellipticity, position angle and the noise of the ellipticity; see `SourceMeasurer.measureShape`.
    func measureShape(
        _ extent: IsophotalEllipse, _ source: galatea_source, into result: inout SourceMeasurement
    ) {
        var moments = extent.moments
        let noise = stackSigma * (zip(weights, noiseCorrelations).filter { $0.0 > 0 }.map(\.1).max() ?? 1)
        if settings.shape == .adaptive, let adaptive = adaptiveMoments(start: moments, sigma: noise) {
            moments = adaptive.moments
            result.ellipticitySigma = adaptive.ellipticitySigma
        } else {
            result.ellipticitySigma = isophotalNoise(moments, flux: source.flux, noise: noise)
        }
        SourceMeasurer.setShape(
            SkyMoments(moments, plane: geometry.plane, pixelScale: geometry.pixelScale), settings,
            into: &result)
    }

    /// The fixed point of `AdaptiveMoments`, reached to 2e-3 and then carried on by the ratio of the last two steps.
    ///
    /// A large source is first brought near it at half the resolution, where a step costs a quarter.
    private func adaptiveMoments(start: SecondMoments, sigma: Double) -> AdaptiveMoments? {
        var guess = start
        var ratio: Double?
        guess.xx = max(guess.xx, 0.5)
        guess.yy = max(guess.yy, 0.5)
        if guess.determinant <= 0.1 { guess.xy = 0 }
        if start.smallest > Self.leastHalved {
            galatea_halve_plane(level, memory.stack, memory.halved)
            if let coarse = fixedPoint(of: start, from: guess, sigma, isHalved: true) {
                guess = coarse.result.moments
                ratio = coarse.ratio
            }
        }
        return fixedPoint(of: start, from: guess, sigma, isHalved: false, ratio: ratio)?.result
    }

    /// Least variance, in pixels, along the minor axis at which half the resolution still tells the shape.
    private static let leastHalved = 6.0
    /// Largest relative step that ends the iteration.
    private static let settled = 2e-3

    /// Largest ratio of two steps that foretells the rest.
    private static let largestRatio = 0.7
    /// Largest relative step that ends it when the steps' ratio is known from half the resolution.
    private static let nearlySettled = 2e-2

    /// Where the iteration ends, and the ratio of its last two steps.
    private func fixedPoint(
        of start: SecondMoments, from guess: SecondMoments, _ sigma: Double, isHalved: Bool,
        ratio known: Double? = nil
    ) -> (result: AdaptiveMoments, ratio: Double)? {
        var current = guess
        var before = Double.infinity
        for _ in 0..<100 {
            guard let next = isHalved ? halvedStep(current) : adaptiveStep(current, sigma) else { return nil }
            let found = next.moments
            let shift = found.center - start.center
            guard (shift * shift).sum() < start.largest + 4, found.largest < 9 * start.largest + 40 else {
                return nil
            }
            let difference = SIMD3(found.xx - current.xx, found.yy - current.yy, found.xy - current.xy)
            let change = max(abs(difference.x), abs(difference.y), abs(difference.z)) / current.trace
            current = found
            let ratio = before.isFinite ? change / before : known ?? 1
            let limit = before.isFinite ? Self.settled : Self.nearlySettled
            // Steps that hardly shrink may lead far yet, or nowhere: those are followed to their end.
            if ratio < Self.largestRatio && change < limit || change < 1e-5 {
                // The steps shrink by a constant factor near the fixed point: the rest is a geometric series.
                let ratio = min(ratio, Self.largestRatio)
                let rest = difference * (ratio / (1 - ratio))
                var result = next
                result.moments.xx += rest.x
                result.moments.yy += rest.y
                result.moments.xy += rest.z
                return (result.moments.determinant > 0.01 ? result : next, ratio)
            }
            before = change
        }
        return nil
    }

    private func adaptiveStep(_ shape: SecondMoments, _ sigma: Double) -> AdaptiveMoments? {
        guard let weight = Self.weight(shape) else { return nil }
        let sums = galatea_gaussian_moments(level, memory.stack, weight, 1)
        return AdaptiveMoments(
            center: shape.center, light: sums.light, first: SIMD2(sums.u, sums.v),
            second: SIMD3(sums.uu, sums.vv, sums.uv), spread: sums.spread, sigma: sigma)
    }

    /// The same from the halved stack, whose pixel `i` lies at `2 i + 1/2`.
    private func halvedStep(_ shape: SecondMoments) -> AdaptiveMoments? {
        let half = SecondMoments(
            center: (shape.center - 0.5) / 2, xx: shape.xx / 4, yy: shape.yy / 4, xy: shape.xy / 4)
        guard let weight = Self.weight(half) else { return nil }
        let sums = galatea_gaussian_moments(level, memory.halved, weight, 0)
        var next = AdaptiveMoments(
            center: half.center, light: sums.light, first: SIMD2(sums.u, sums.v),
            second: SIMD3(sums.uu, sums.vv, sums.uv), spread: sums.spread, sigma: 1)
        if let found = next?.moments {
            next?.moments = SecondMoments(
                center: found.center * 2 + 0.5, xx: found.xx * 4, yy: found.yy * 4, xy: found.xy * 4)
        }
        return next
    }

    /// The weight's ellipse of radius 1 for moments.
    private static func weight(_ shape: SecondMoments) -> galatea_ellipse? {
        let determinant = shape.determinant * AdaptiveMoments.weightFactor
        guard determinant > 0, determinant.isFinite else { return nil }
        return galatea_ellipse(
            x: shape.center.x, y: shape.center.y, xx: shape.yy / determinant, yy: shape.xx / determinant,
            xy: -2 * shape.xy / determinant)
    }

    /// Standard error of an isophotal ellipticity component; see `SourceMeasurer.isophotalNoise`.
    private func isophotalNoise(_ moments: SecondMoments, flux: Double, noise: Double) -> Double {
        let first = (moments.xx - moments.yy) / moments.trace
        let second = 2 * moments.xy / moments.trace
        var sum = 0.0
        for y in 0..<height {
            for x in 0..<width where memory.target[y * memory.words + x / 64] >> UInt64(x % 64) & 1 == 1 {
                let u = Double(x) - moments.center.x
                let v = Double(y) - moments.center.y
                let square = u * u + v * v
                sum += pow(u * u - v * v - first * square, 2) + pow(2 * u * v - second * square, 2)
            }
        }
        return noise * (sum / 2).squareRoot() / (flux * moments.trace)
    }
}
