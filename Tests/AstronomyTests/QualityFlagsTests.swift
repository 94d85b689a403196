import Astronomy
import Testing

@Suite("Quality flags")
struct QualityFlagsTests {
    @Test("Every bit has one name and the value that databases rely on")
    func contract() {
        let values = QualityFlags.names.map(\.flag.rawValue)
        #expect(values == (0..<13).map { Int32(1) << $0 })
        #expect(Set(QualityFlags.names.map(\.name)).count == 13)
    }

    @Test("Padding, resampling, a round galaxy and missing extinction are no faults")
    func informative() {
        #expect(QualityFlags.informative.rawValue == 16 + 64 + 256 + 4096)
    }
}
