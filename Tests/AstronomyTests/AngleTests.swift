import Astronomy
import TestSupport
import Testing

@Suite("Angles")
struct AngleTests {
    @Test(
        "Axes fold into [0, 180) degrees",
        arguments: [(-10.0, 170.0), (180, 0), (360, 0), (190, 10), (-1e-20, 0)])
    func axis(degrees: Double, folded: Double) {
        expectClose([Angle(degrees: degrees).foldedAxis.degrees], [folded], absolute: 1e-12)
        #expect(Angle(degrees: degrees).foldedAxis.degrees < 180)
    }

    @Test("Axes a hair apart across north are close")
    func wrap() {
        let separation = Angle(degrees: 179.5).axisSeparation(Angle(degrees: 0.5))
        expectClose([separation.degrees], [1], absolute: 1e-12)
        expectClose([Angle(degrees: 10).axisSeparation(Angle(degrees: 100)).degrees], [90], absolute: 1e-12)
    }

    @Test("Units convert")
    func units() {
        expectClose(
            [Angle(arcseconds: 3600).degrees, Angle(degrees: 180).radians], [1, .pi], relative: 1e-15)
    }
}
