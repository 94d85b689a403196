import MockSurvey
import Testing

@Suite("Check values of the mock sky")
struct CheckValueTests {
    private func expectAllPass(_ values: [CheckValue], atLeast count: Int) {
        #expect(values.count >= count)
        for value in values where !value.passes {
            Issue.record(
                "\(value.name): \(value.value), expected \(value.expected) +- \(value.tolerance)")
        }
    }

    @Test("Relations give the values that were checked against independent copies")
    func relations() { expectAllPass(CheckValues().relations(), atLeast: 40) }

    @Test("Spectra give the published colours, mass-to-light ratios and H-alpha luminosities")
    func spectra() { expectAllPass(CheckValues().spectra(), atLeast: 30) }

    @Test("Counts, redshifts, colours and brightness of the population lie within their tolerances")
    func population() throws { expectAllPass(try CheckValues(sampleSize: 1500).population(), atLeast: 40) }

    @Test("Green Peas and Red Spirals have the properties of the published samples")
    func classes() { expectAllPass(CheckValues().classes(), atLeast: 15) }

    @Test("Pixels keep flux, and noise has the depth and the correlation of a coadd")
    func images() { expectAllPass(CheckValues().images(), atLeast: 9) }

    @Test("Labels have the errors of a catalogue")
    func labels() { expectAllPass(CheckValues().labels(), atLeast: 4) }

    @Test("A value outside its tolerance fails, NaN included")
    func failing() {
        #expect(!CheckValue(.labels, "x", 1.2, expected: 1, tolerance: 0.1).passes)
        #expect(!CheckValue(.labels, "x", .nan, expected: 1, tolerance: 0.1).passes)
        #expect(CheckValue(.labels, "x", 1.05, expected: 1, tolerance: 0.1).passes)
    }
}
