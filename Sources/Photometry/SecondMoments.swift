internal import Foundation

/// Centre and second moments of a source's light, in pixels.
struct SecondMoments: Sendable, Hashable {
    var center: SIMD2<Double>
    var xx: Double
    var yy: Double
    var xy: Double

    var trace: Double { xx + yy }
    var determinant: Double { xx * yy - xy * xy }

    /// Variance along the major axis.
    var largest: Double { trace / 2 + hypot((xx - yy) / 2, xy) }
    /// Variance along the minor axis.
    var smallest: Double { trace / 2 - hypot((xx - yy) / 2, xy) }
}

/// Moments under an elliptical Gaussian weight of the source's own shape (Bernstein & Jarvis 2002, AJ 123, 583,
/// section 3), here of twice its size: the weight keeps the farthest outskirts, with their noise and neighbours,
/// from turning the axis, and yet lets a disc prevail over its bulge.
struct AdaptiveMoments: Sendable, Hashable {
    var moments: SecondMoments
    /// Standard error of an ellipticity component.
    var ellipticitySigma: Double

    /// Variance of the weight over that of the source.
    static let weightFactor = 4.0

    /// Iterates `M' = (1 + 1/k) sum(w f d d^T) / sum(w f)`, `w = exp(-d^T M^-1 d / 2k)`, to its fixed point, which
    /// is the covariance of a source that is itself a Gaussian.
    ///
    /// - Parameters:
    ///   - start: First guess.
    ///   - sigma: Noise of a pixel.
    /// - Returns: `nil` when the light is not positive or the iteration leaves the image or does not settle.
    init?(_ image: [Float], width: Int, height: Int, start: SecondMoments, sigma: Double) {
        var current = start
        // A pixel's own extent keeps the weight from slipping between pixels.
        current.xx = max(current.xx, 0.5)
        current.yy = max(current.yy, 0.5)
        if current.determinant <= 0.1 { current.xy = 0 }
        for _ in 0..<100 {
            guard let next = Self.step(image, width, height, current, sigma) else { return nil }
            let shift = next.moments.center - start.center
            guard (shift * shift).sum() < start.largest + 4, next.moments.largest < 9 * start.largest + 40
            else { return nil }
            let change =
                max(
                    abs(next.moments.xx - current.xx), abs(next.moments.yy - current.yy),
                    abs(next.moments.xy - current.xy)) / current.trace
            current = next.moments
            if change < 1e-5 {
                self = next
                return
            }
        }
        return nil
    }

    /// One iteration; the error of e follows from the noise of the weighted sums, which the adaptive weight
    /// enlarges by `1 + 1/k`.
    private static func step(
        _ image: [Float], _ width: Int, _ height: Int, _ shape: SecondMoments, _ sigma: Double
    ) -> AdaptiveMoments? {
        let determinant = shape.determinant * weightFactor
        guard determinant > 0, determinant.isFinite else { return nil }
        let (ixx, iyy, ixy) = (shape.yy / determinant, shape.xx / determinant, -shape.xy / determinant)
        // Four standard deviations of the weight.
        func span(_ center: Double, _ variance: Double, _ length: Int) -> ClosedRange<Int>? {
            let reach = 4 * (weightFactor * variance).squareRoot()
            let low = max(0, Int((center - reach).rounded(.up)))
            let high = min(length - 1, Int((center + reach).rounded(.down)))
            return low <= high ? low...high : nil
        }
        guard let ys = span(shape.center.y, shape.yy, height), let xs = span(shape.center.x, shape.xx, width)
        else { return nil }
        var (sum, spread) = (0.0, 0.0)
        var (sx, sy, sxx, syy, sxy) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for y in ys {
            let dy = Double(y) - shape.center.y
            for x in xs {
                let dx = Double(x) - shape.center.x
                let distance = ixx * dx * dx + iyy * dy * dy + 2 * ixy * dx * dy
                guard distance < 16 else { continue }
                let w = exp(-0.5 * distance)
                let light = w * Double(image[y * width + x])
                let square = dx * dx + dy * dy
                sum += light
                // (u^2 - v^2)^2 + (2 u v)^2 = (u^2 + v^2)^2
                spread += w * w * square * square
                sx += light * dx
                sy += light * dy
                sxx += light * dx * dx
                syy += light * dy * dy
                sxy += light * dx * dy
            }
        }
        return AdaptiveMoments(
            center: shape.center, light: sum, first: SIMD2(sx, sy), second: SIMD3(sxx, syy, sxy),
            spread: spread, sigma: sigma)
    }

    /// The next guess from the weighted sums under this one.
    ///
    /// - Parameters:
    ///   - center: Centre of the weight.
    ///   - light: `sum(w f)`.
    ///   - first: `sum(w f u)`, `sum(w f v)`, from the centre.
    ///   - second: `sum(w f u^2)`, `sum(w f v^2)`, `sum(w f u v)`.
    ///   - spread: `sum(w^2 (u^2 + v^2)^2)`.
    ///   - sigma: Noise of a pixel.
    init?(
        center: SIMD2<Double>, light: Double, first: SIMD2<Double>, second: SIMD3<Double>, spread: Double,
        sigma: Double
    ) {
        guard light > 0 else { return nil }
        let gain = 1 + 1 / Self.weightFactor
        let mean = first / light
        let moments = SecondMoments(
            center: center + gain * mean, xx: gain * (second.x / light - mean.x * mean.x),
            yy: gain * (second.y / light - mean.y * mean.y), xy: gain * (second.z / light - mean.x * mean.y))
        guard moments.determinant > 0.01, moments.xx > 0, moments.determinant.isFinite else { return nil }
        self.moments = moments
        ellipticitySigma = gain * gain * sigma * (spread / 2).squareRoot() / (light * moments.trace)
    }
}
