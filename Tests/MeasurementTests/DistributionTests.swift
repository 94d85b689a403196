import Measurement
import Testing

@Suite("Distributions of measurements")
struct DistributionTests {
    @Test("An odd number of values has its middle one for median")
    func odd() {
        let distribution = Distribution(of: [5, 1, 4, 2, 30])
        #expect(distribution.minimum == 1)
        #expect(distribution.median == 4)
        #expect(distribution.maximum == 30)
    }

    @Test("An even number of values has the mean of the two in the middle")
    func even() { #expect(Distribution(of: [8, 1, 2, 5]).median == 3.5) }

    @Test("One value is everything")
    func single() {
        let distribution = Distribution(of: [7])
        #expect(distribution.minimum == 7 && distribution.median == 7 && distribution.maximum == 7)
    }
}
