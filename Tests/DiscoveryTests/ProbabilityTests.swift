import Discovery
import Foundation
import TestSupport
import Testing

@Suite("Class probabilities")
struct ProbabilityTests {
    @Test("Platt's sigmoid equals the minimum found by scipy", arguments: 0..<3)
    func platt(index: Int) throws {
        let golden = try Goldens.load().sigmoids[index]
        let sigmoid = PlattScaling(fitting: golden.values, isMember: golden.isMember)
        expectClose([sigmoid.slope, sigmoid.offset], [golden.slope, golden.offset], absolute: 2e-6)
    }

    @Test("Separable and constant decision values give finite sigmoids")
    func plattExtremes() {
        let separable = PlattScaling(fitting: [-2, -1, 1, 2], isMember: [false, false, true, true])
        #expect(separable.slope < 0 && separable.slope.isFinite)
        let constant = PlattScaling(fitting: [1, 1, 1, 1], isMember: [false, true, true, true])
        // The targets' mean: (3 * 4/5 + 1/3) / 4.
        expectClose([constant.probability(1)], [(3 * 0.8 + 1.0 / 3) / 4], absolute: 1e-6)
        #expect(PlattScaling(slope: -1, offset: 0).probability(1e6) == 1)
        #expect(PlattScaling(slope: -1, offset: 0).probability(-1e6) == 0)
    }

    @Test("Coupled probabilities equal the minimum found by scipy", arguments: 0..<3)
    func coupling(index: Int) throws {
        let golden = try Goldens.load().couplings[index]
        expectClose(
            PairwiseCoupling.probabilities(pairs: golden.pairs, classes: golden.classes),
            golden.probabilities, absolute: 1e-6)
    }

    @Test("Pairs that agree with probabilities give these; two classes give the pair; certainty stays finite")
    func couplingByHand() {
        let truth = [0.5, 0.3, 0.2]
        let pairs = [0.5 / 0.8, 0.5 / 0.7, 0.3 / 0.5]
        expectClose(PairwiseCoupling.probabilities(pairs: pairs, classes: 3), truth, absolute: 1e-12)
        expectClose(PairwiseCoupling.probabilities(pairs: [0.9], classes: 2), [0.9, 0.1], absolute: 1e-12)
        for pairs in [[0.0, 0, 0], [1, 1, 1], [1, 0, 1]] {
            let probabilities = PairwiseCoupling.probabilities(pairs: pairs, classes: 3)
            #expect(probabilities.allSatisfy { $0.isFinite && $0 >= 0 })
            expectClose([probabilities.reduce(0, +)], [1], absolute: 1e-12)
        }
    }
}
