import Astronomy
import TestSupport
import Testing

@Suite("Cosmology")
struct CosmologyTests {
    static let redshifts = [0.01, 0.1, 0.3, 0.8, 1.0, 3.0]

    @Test("Luminosity distances equal astropy's FlatLambdaCDM(70, 0.3)")
    func luminosityDistance() {
        expectClose(
            Self.redshifts.map(Cosmology.standard.luminosityDistance),
            [
                43.158235071933476, 460.2999363904721, 1552.7159306297958, 5017.805885986414,
                6607.6576117749355,
                25422.741745189862,
            ], relative: 1e-9)
    }

    @Test("Ages equal astropy's")
    func age() {
        expectClose(
            Self.redshifts.map(Cosmology.standard.age),
            [
                13.328306024086649, 12.165686389517033, 10.048674692274822, 6.63942842321134,
                5.751646943448282,
                2.112527190892693,
            ], relative: 1e-7)
    }

    @Test("Volume elements equal astropy's")
    func volume() {
        expectClose(
            Self.redshifts.map(Cosmology.standard.comovingVolumeElement),
            [
                7784706.653856262, 715255174.4752667, 5240759976.0748205, 21264627490.842052,
                26550755712.253193,
                38781170556.8849,
            ], relative: 1e-9)
    }

    @Test("Kiloparsecs per arcsec as tabulated for z = 0.1, 0.3, 0.5, 0.8")
    func angularScale() {
        expectClose(
            [0.1, 0.3, 0.5, 0.8].map(Cosmology.standard.kiloparsecPerArcsecond), [1.84, 4.45, 6.10, 7.51],
            absolute: 0.006)
    }

    @Test("At redshift zero nothing is away")
    func here() {
        #expect(Cosmology.standard.comovingDistance(redshift: 0) == 0)
    }
}
