internal import Astronomy
internal import CKernels
internal import Foundation

extension FastMeasurement {
    /// Axis ratio, ellipticity, position angle and the noise of the ellipticity; see `SourceMeasurer.measureShape`.
    func measureShape(
        _ extent: IsophotalEllipse, _ source: galatea_source, into result: inout SourceMeasurement
    ) {
        var moments = extent.moments
        // The correlation is 1 at least.
        let noise = stackSigma * bands.reduce(1) { $1.weight > 0 ? max($0, $1.noiseCorrelation) : $0 }
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

    /// The fixed point of `AdaptiveMoments`.
    ///
    /// A source of some size is brought near it at half the resolution, where a step costs a quarter; a large one is
    /// left there, since its light hardly changes from one pixel to the next.
    private func adaptiveMoments(start: SecondMoments, sigma: Double) -> AdaptiveMoments? {
        var guess = start
        var ratio: Double?
        guess.xx = max(guess.xx, 0.5)
        guess.yy = max(guess.yy, 0.5)
        if guess.determinant <= 0.1 { guess.xy = 0 }
        if start.smallest > Self.leastHalved {
            galatea_halve_plane(level, memory.stack, memory.halved)
            if let coarse = fixedPoint(of: start, from: guess, sigma, isHalved: true) {
                if coarse.result.moments.smallest > Self.leastLarge { return coarse.result }
                guess = coarse.result.moments
                ratio = coarse.ratio
            }
        }
        return fixedPoint(of: start, from: guess, sigma, isHalved: false, ratio: ratio)?.result
    }

    /// Least variance, in pixels, along the minor axis at which half the resolution still tells the shape.
    private static let leastHalved = 6.0
    /// Least variance from which half the resolution is enough.
    private static let leastLarge = 30.0
    /// Largest relative step that ends the iteration.
    private static let settled = 2e-3
    /// Largest ratio of two steps that foretells the rest.
    private static let largestRatio = 0.7
    /// The usual ratio of two steps.
    private static let usualRatio = 0.37
    /// Largest relative step that ends it when the steps' ratio is known from half the resolution.
    private static let nearlySettled = 2e-2

    /// Where the iteration ends, and the ratio of its steps.
    ///
    /// Near the fixed point the steps shrink by a constant factor: the rest of the way is a geometric series, which is
    /// gone at once. The ratio comes from how much of its length the step lost on the way from the last guess.
    private func fixedPoint(
        of start: SecondMoments, from guess: SecondMoments, _ sigma: Double, isHalved: Bool,
        ratio known: Double? = nil
    ) -> (result: AdaptiveMoments, ratio: Double)? {
        var current = guess
        var ratio = known
        var last: (shape: SIMD3<Double>, step: SIMD3<Double>)?
        for _ in 0..<100 {
            guard let next = isHalved ? halvedStep(current, sigma) : adaptiveStep(current, sigma) else {
                return nil
            }
            let found = next.moments
            let shift = found.center - start.center
            guard (shift * shift).sum() < start.largest + 4, found.largest < 9 * start.largest + 40 else {
                return nil
            }
            let shape = SIMD3(current.xx, current.yy, current.xy)
            let step = SIMD3(found.xx, found.yy, found.xy) - shape
            let change = max(abs(step.x), abs(step.y), abs(step.z)) / current.trace
            if let last {
                let way = shape - last.shape
                ratio = max(0, 1 - ((last.step - step) * way).sum() / (way * way).sum())
            }
            let rest = step * Self.series(min(ratio ?? Self.usualRatio, Self.largestRatio))
            var further = found
            further.xx += rest.x
            further.yy += rest.y
            further.xy += rest.z
            if further.determinant <= 0.01 || further.xx <= 0 { further = found }
            let limit = last == nil ? Self.nearlySettled : Self.settled
            // Steps that hardly shrink may lead far yet, or nowhere: those are followed to their end.
            if let ratio, ratio < Self.largestRatio && change < limit || change < 1e-5 {
                var result = next
                result.moments = further
                return (result, ratio)
            }
            if change < 1e-5 { return (next, Self.usualRatio) }
            last = (shape, step)
            current = further
        }
        return nil
    }

    /// `r + r^2 + ...`
    private static func series(_ ratio: Double) -> Double { ratio / (1 - ratio) }

    private func adaptiveStep(_ shape: SecondMoments, _ sigma: Double) -> AdaptiveMoments? {
        guard let weight = Self.weight(shape) else { return nil }
        let spread = spread(of: shape)
        let sums = galatea_gaussian_moments(level, memory.stack, weight, spread == nil ? 1 : 0)
        return AdaptiveMoments(
            center: shape.center, light: sums.light, first: SIMD2(sums.u, sums.v),
            second: SIMD3(sums.uu, sums.vv, sums.uv), spread: spread ?? sums.spread, sigma: sigma)
    }

    /// What four pixels in one add to the variances, in pixels: `(2^2 - 1) / 12`.
    private static let halvedWidth = 0.25

    /// The same from the halved stack, whose pixel `i` lies at `2 i + 1/2`.
    private func halvedStep(_ shape: SecondMoments, _ sigma: Double) -> AdaptiveMoments? {
        let half = SecondMoments(
            center: (shape.center - 0.5) / 2, xx: (shape.xx + Self.halvedWidth) / 4,
            yy: (shape.yy + Self.halvedWidth) / 4, xy: shape.xy / 4)
        guard let weight = Self.weight(half) else { return nil }
        let spread = spread(of: shape).map { $0 / 64 }
        let sums = galatea_gaussian_moments(level, memory.halved, weight, spread == nil ? 1 : 0)
        // The noise of four pixels in one is twice theirs.
        var next = AdaptiveMoments(
            center: half.center, light: sums.light, first: SIMD2(sums.u, sums.v),
            second: SIMD3(sums.uu, sums.vv, sums.uv), spread: spread ?? sums.spread, sigma: 2 * sigma)
        if let found = next?.moments {
            let moments = SecondMoments(
                center: found.center * 2 + 0.5, xx: found.xx * 4 - Self.halvedWidth,
                yy: found.yy * 4 - Self.halvedWidth, xy: found.xy * 4)
            guard moments.determinant > 0.01, moments.xx > 0 else { return nil }
            next?.moments = moments
        }
        return next
    }

    /// `sum w^2 (u^2 + v^2)^2` under the weight of a shape, as an integral, which the weight is wide enough for; `nil`
    /// where the image's border cuts it.
    private func spread(of shape: SecondMoments) -> Double? {
        // Of w^2, whose covariance is half the weight's.
        let factor = AdaptiveMoments.weightFactor / 2
        let (xx, yy, xy) = (factor * shape.xx, factor * shape.yy, factor * shape.xy)
        let reach = SIMD2(xx, yy).squareRoot() * 4
        let (low, high) = (shape.center - reach, shape.center + reach)
        guard low.min() >= -0.5, high.x <= Double(width) - 0.5, high.y <= Double(height) - 0.5 else {
            return nil
        }
        let determinant = xx * yy - xy * xy
        guard determinant > 0 else { return nil }
        let square = (xx + yy) * (xx + yy) + 2 * (xx * xx + yy * yy + 2 * xy * xy)
        return 2 * .pi * determinant.squareRoot() * square
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
