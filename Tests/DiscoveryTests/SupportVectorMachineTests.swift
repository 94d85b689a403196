import Discovery
import Foundation
import TestSupport
import Testing

@Suite("Support vector machine")
struct SupportVectorMachineTests {
    @Test("Two points by hand: alpha = 1 / (1 - K), so f is 1 at one point and -1 at the other")
    func byHand() throws {
        // gamma = ln 2: K(0, 1) = 1/2, alpha = 2, f(x) = 2 (2^-x^2 - 2^-(x - 1)^2).
        let rows = LabelledRows(
            features: FeatureMatrix(dimension: 1, values: [0, 1]), classes: ["a", "b"], labels: [0, 1])
        let machine = try SupportVectorMachine(
            training: rows,
            parameters: SVMParameters(cost: 100, gamma: .value(log(2)), tolerance: 1e-12))
        let decision = machine.decision
        expectClose(
            [0, 1, 2, 0.5].flatMap { decision.values([$0]) }, [1, -1, -0.875, 0], absolute: 1e-10)
        #expect(decision.labels == [0, 1])
    }

    @Test("Decision values and support vectors equal scikit-learn's SVC", arguments: 0..<4)
    func goldens(index: Int) throws {
        let golden = try Goldens.load()
        let expected = golden.machines[index]
        let all = LabelledRows(
            features: FeatureMatrix(dimension: 3, values: golden.rows), classes: ["0", "1", "2"],
            labels: golden.labels)
        let kept = golden.labels.indices.filter { expected.kept.contains(golden.labels[$0]) }
        let training = LabelledRows(
            features: all.features.rows(kept), classOfRow: kept.map { String(golden.labels[$0]) })
        let weights = Dictionary(uniqueKeysWithValues: expected.weights.enumerated().map { (String($0), $1) })
        let machine = try SupportVectorMachine(
            training: training,
            parameters: SVMParameters(
                cost: expected.cost, gamma: expected.isScale ? .scale : .value(expected.gamma),
                classWeights: weights, tolerance: 1e-9))
        let decision = machine.decision
        expectClose([decision.gamma], [expected.gamma], relative: 1e-13)
        let queries = FeatureMatrix(dimension: 3, values: golden.queries)
        expectClose(
            (0..<queries.count).flatMap { decision.values(queries.row($0)) }, expected.values, absolute: 1e-7)
        func key(_ row: [Double]) -> String { "\(row)" }
        #expect(
            Set((0..<decision.supportVectors.count).map { key(decision.supportVectors.row($0)) })
                == Set(expected.supportVectors.map { key(all.features.row($0)) }))
    }

    @Test("Impossible parameters are refused in words")
    func refused() {
        let rows = Samples.clouds([("a", 5), ("b", 5)])
        for parameters in [
            SVMParameters(cost: .nan), SVMParameters(cost: 0), SVMParameters(gamma: .value(-1)),
            SVMParameters(gamma: .value(.nan)), SVMParameters(classWeights: ["a": -1]),
        ] {
            #expect(throws: DiscoveryError.self) {
                try SupportVectorMachine(training: rows, parameters: parameters)
            }
        }
    }

    @Test("The library is the one this was written for")
    func version() {
        #expect(SupportVectorMachine.libraryVersion >= 324)
    }
}
