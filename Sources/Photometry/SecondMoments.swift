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
/// section 3): the weight keeps the outskirts, with their noise and neighbours, from turning the axis.
struct AdaptiveMoments: Sendable, Hashable {
    var moments: SecondMoments
    /// Weighted flux over its noise.
    var signalToNoise: Double

    /// Iterates `M' = 2 sum(w f d d^T) / sum(w f)`, `w = exp(-d^T M^-1 d / 2)`, to its fixed point, which is the
    /// covariance of a source that is itself a Gaussian.
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
            guard (shift * shift).sum() < start.largest + 4, next.moments.largest < 40 * start.largest + 40
            else { return nil }
            let scale = current.trace
            let change =
                max(
                    abs(next.moments.xx - current.xx), abs(next.moments.yy - current.yy),
                    abs(next.moments.xy - current.xy)) / scale
            current = next.moments
            if change < 1e-6 {
                self = next
                return
            }
        }
        return nil
    }

    private init(moments: SecondMoments, signalToNoise: Double) {
        self.moments = moments
        self.signalToNoise = signalToNoise
    }

    private static func step(
        _ image: [Float], _ width: Int, _ height: Int, _ weight: SecondMoments, _ sigma: Double
    ) -> AdaptiveMoments? {
        let determinant = weight.determinant
        guard determinant > 0, determinant.isFinite else { return nil }
        let (ixx, iyy, ixy) = (weight.yy / determinant, weight.xx / determinant, -weight.xy / determinant)
        // Four standard deviations: a weight of 3e-4 is left out.
        func rows(_ center: Double, _ variance: Double, _ length: Int) -> ClosedRange<Int>? {
            let reach = 4 * variance.squareRoot()
            let low = max(0, Int((center - reach).rounded(.up)))
            let high = min(length - 1, Int((center + reach).rounded(.down)))
            return low <= high ? low...high : nil
        }
        guard let ys = rows(weight.center.y, weight.yy, height),
            let xs = rows(weight.center.x, weight.xx, width)
        else { return nil }
        var (sum, squares) = (0.0, 0.0)
        var (sx, sy, sxx, syy, sxy) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for y in ys {
            let dy = Double(y) - weight.center.y
            for x in xs {
                let dx = Double(x) - weight.center.x
                let distance = ixx * dx * dx + iyy * dy * dy + 2 * ixy * dx * dy
                guard distance < 16 else { continue }
                let w = exp(-0.5 * distance)
                let light = w * Double(image[y * width + x])
                sum += light
                squares += w * w
                sx += light * dx
                sy += light * dy
                sxx += light * dx * dx
                syy += light * dy * dy
                sxy += light * dx * dy
            }
        }
        guard sum > 0 else { return nil }
        let (mx, my) = (sx / sum, sy / sum)
        let moments = SecondMoments(
            center: weight.center + 2 * SIMD2(mx, my), xx: 2 * (sxx / sum - mx * mx),
            yy: 2 * (syy / sum - my * my), xy: 2 * (sxy / sum - mx * my))
        guard moments.determinant > 0.01, moments.xx > 0, moments.determinant.isFinite else { return nil }
        return AdaptiveMoments(moments: moments, signalToNoise: sum / (sigma * squares.squareRoot()))
    }
}
