import Discovery
import TestSupport
import Testing

@Suite("Feature scaler")
struct FeatureScalerTests {
    @Test("By hand: 1, 3 becomes -1, 1; a constant column its distance from the constant")
    func byHand() throws {
        let scaler = try FeatureScaler(fitting: FeatureMatrix(dimension: 2, values: [1, 0.1, 3, 0.1]))
        #expect(scaler.mean == [2, 0.1])
        #expect(scaler.deviation == [1, 1])
        let scaled = scaler.scaled(FeatureMatrix(dimension: 2, values: [1, 0.1, 3, 0.6]))
        expectClose(scaled.values, [-1, 0, 1, 0.5], absolute: 1e-15)
    }

    @Test("Mean and deviation equal scikit-learn's StandardScaler")
    func golden() throws {
        let golden = try Goldens.load()
        let scaler = try FeatureScaler(fitting: FeatureMatrix(dimension: 3, values: golden.rows))
        expectClose(scaler.mean, golden.mean, absolute: 1e-15, relative: 1e-14)
        expectClose(scaler.deviation, golden.deviation, relative: 1e-14)
    }

    @Test("A row that is not finite is named")
    func notFinite() {
        let error = #expect(throws: DiscoveryError.self) {
            try FeatureScaler(fitting: FeatureMatrix(dimension: 2, values: [1, 2, 3, .nan]))
        }
        #expect(error?.description == "row 1: feature 1 is nan; only finite features can be used")
        #expect(throws: DiscoveryError.self) {
            try FeatureScaler(fitting: FeatureMatrix(dimension: 1, values: [1e308, -1e308]))
        }
        #expect(throws: DiscoveryError.noRows(purpose: "scaling features")) {
            try FeatureScaler(fitting: FeatureMatrix(dimension: 1, values: []))
        }
    }
}
