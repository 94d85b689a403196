import Computing
import GalaxyModels
import TestSupport
import Testing

@Suite("Median correction")
struct MedianCorrectionTests {
    @Test("A bias that changes with the estimate is gone on other rows")
    func bias() throws {
        var generator = CounterGenerator(seed: 3)
        func rows(_ count: Int) -> (estimates: [Double], truths: [Double]) {
            let estimates = (0..<count).map { _ in generator.uniform(0...1) }
            let truths = estimates.map { $0 + 0.1 * ($0 - 0.5) + 0.02 * generator.normal() }
            return (estimates, truths)
        }
        let fitted = rows(3000)
        let correction = try #require(MedianCorrection(estimates: fitted.estimates, truths: fitted.truths))
        #expect(correction.knots.count == 10 && correction.fault == nil)
        let other = rows(3000)
        for third in 0..<3 {
            let members = other.estimates.indices.filter { Int(other.estimates[$0] * 3) == third }
            let errors = members.map { correction.corrected(other.estimates[$0]) - other.truths[$0] }
            #expect(abs(OrderStatistics(errors).median) < 0.004)
        }
    }

    @Test("Between knots the shift is linear, beyond them constant")
    func interpolation() throws {
        // Two groups of 150 rows, shifted by +1 and -1.
        let estimates = (0..<150).map { _ in 0.0 } + (0..<150).map { _ in 10.0 }
        let truths = (0..<150).map { _ in 1.0 } + (0..<150).map { _ in 9.0 }
        let correction = try #require(MedianCorrection(estimates: estimates, truths: truths))
        expectClose(
            [-5, 0, 2.5, 5, 10, 20].map(correction.corrected), [-4, 1, 3, 5, 9, 19], absolute: 1e-12)
    }

    @Test("Too few rows, or estimates that would change their order, give none")
    func refused() {
        #expect(MedianCorrection(estimates: [1, 2], truths: [1, 2]) == nil)
        let estimates = (0..<300).map { Double($0 / 150) }
        #expect(MedianCorrection(estimates: estimates, truths: estimates.map { 5 - 5 * $0 }) == nil)
        let nothing = [Double](repeating: .nan, count: 300)
        #expect(MedianCorrection(estimates: nothing, truths: nothing) == nil)
    }
}
