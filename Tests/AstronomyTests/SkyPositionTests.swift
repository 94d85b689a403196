import Astronomy
import TestSupport
import Testing

@Suite("Sky positions")
struct SkyPositionTests {
    @Test(
        "Right ascension folds into [0, 360)",
        arguments: [(360.0, 0.0), (-0.1, 359.9), (725, 5), (-1e-18, 0)])
    func fold(given: Double, folded: Double) throws {
        let position = try #require(SkyPosition(rightAscension: given, declination: 0))
        expectClose([position.rightAscension], [folded], absolute: 1e-9)
        #expect((0..<360).contains(position.rightAscension))
    }

    @Test(
        "Impossible positions are refused",
        arguments: [(Double.nan, 0.0), (.infinity, 0), (0, .nan), (0, 90.1), (0, -91)])
    func refused(rightAscension: Double, declination: Double) {
        #expect(SkyPosition(rightAscension: rightAscension, declination: declination) == nil)
    }

    @Test("Separations across a pole and across RA 0 equal astropy's")
    func separation() throws {
        let nearPole = try #require(SkyPosition(rightAscension: 10, declination: 89.99))
        let beyond = try #require(SkyPosition(rightAscension: 200, declination: 89.98))
        expectClose([nearPole.separation(beyond).arcseconds], [107.6347684999231], relative: 1e-9)
        let west = try #require(SkyPosition(rightAscension: 359.9999, declination: 0))
        let east = try #require(SkyPosition(rightAscension: 0.0001, declination: 0))
        expectClose([west.separation(east).arcseconds], [0.72], relative: 1e-8)
        #expect(west.separation(west).radians == 0)
    }
}
