import Astronomy
import GalaxyModels
import TestSupport
import Testing

@Suite("From latents to quantities")
struct TargetScaleTests {
    @Test("Training labels get mean 0 and variance 1; NaN labels are left out")
    func fitting() throws {
        let scale = try #require(TargetScale(fitting: [9, .nan, 10, 11], transform: .identity))
        expectClose([scale.mean, scale.deviation], [10, 1], relative: 1e-14)
        expectClose([scale.latent(of: 11), scale.latentSigma(of: 0.2, at: 11)], [1, 0.2], relative: 1e-14)
        #expect(scale.latent(of: .nan).isNaN)
    }

    @Test("No spread, no scale", arguments: [[], [1], [2, 2, 2], [.nan, .nan, 1]])
    func refused(labels: [Double]) {
        #expect(TargetScale(fitting: labels, transform: .identity) == nil)
    }

    @Test("A logarithmic redshift comes back with errors that grow with 1 + z")
    func redshift() {
        let scale = TargetScale(transform: .logOnePlus, mean: 0.25, deviation: 0.1)
        let estimate = scale.estimate(latent: scale.latent(of: 0.5), sigma: 0.2, lowerBound: 0)
        expectClose([estimate.value], [0.5], relative: 1e-9)
        // sigma of ln(1 + z) is 0.02, so that of z is 0.03 (to second order).
        expectClose([estimate.standardDeviation], [0.03], relative: 1e-3)
        #expect(
            estimate.interval68.contains(0.5)
                && estimate.interval95.lowerBound < estimate.interval68.lowerBound)
        expectClose([scale.latentSigma(of: 0.03, at: 0.5)], [0.2], relative: 1e-12)
    }

    @Test("No interval reaches below redshift 0", arguments: [-50.0, -2.5, 0, 1])
    func positive(latent: Double) {
        let scale = TargetScale(transform: .logOnePlus, mean: 0.2, deviation: 0.1)
        let estimate = scale.estimate(latent: latent, sigma: 1, lowerBound: 0)
        #expect(estimate.interval95.lowerBound >= 0)
        #expect(estimate.interval95.upperBound.isFinite && estimate.standardDeviation > 0)
    }

    @Test(
        "Position angles come out of the doubled angle without a seam",
        arguments: [0.0, 1, 44, 90, 135, 179.5])
    func orientation(degrees: Double) throws {
        let doubled = Angle(degrees: 2 * degrees).radians
        let estimate = OrientationEstimate(
            cosine: 0.5 * cosine(doubled), sine: 0.5 * cosine(doubled - .pi / 2), cosineSigma: 0.05,
            sineSigma: 0.05)
        let angle = try #require(estimate.positionAngle)
        #expect(angle.axisSeparation(Angle(degrees: degrees)).degrees < 1e-4)
        // sigma_e / 2e = 0.05 radians, slightly less with the uniform limit joined in.
        expectClose([estimate.standardDeviation.radians], [0.05], relative: 0.01)
    }

    @Test("A round source has no axis, and the error of a uniform one")
    func round() {
        let estimate = OrientationEstimate(cosine: 0.001, sine: 0, cosineSigma: 0.05, sineSigma: 0.05)
        #expect(estimate.positionAngle == nil)
        expectClose([estimate.standardDeviation.radians], [Double.pi / 12.squareRoot()], relative: 0.01)
    }

    /// cos by its series, independent of the library's.
    private func cosine(_ x: Double) -> Double {
        var sum = 1.0
        var term = 1.0
        for n in 1...30 {
            term *= -x * x / Double((2 * n - 1) * 2 * n)
            sum += term
        }
        return sum
    }
}
