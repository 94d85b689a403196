import Astronomy
import Testing

@Suite("Sky groups")
struct SkyGroupsTests {
    static func positions(_ degrees: [(Double, Double)]) throws -> [SkyPosition] {
        try degrees.map { try #require(SkyPosition(rightAscension: $0.0, declination: $0.1)) }
    }

    @Test("A chain of friends is one group, whatever its length")
    func chain() throws {
        let chain = try Self.positions((0..<50).map { (10 + Double($0) * 40 / 3600, 0) } + [(12, 0)])
        let groups = SkyGroups(positions: chain, linkingLength: Angle(arcseconds: 48))
        #expect(groups.count == 2)
        #expect(groups.groupOfPosition == Array(repeating: 0, count: 50) + [1])
    }

    @Test("Right ascension 0 and the poles do not cut groups")
    func seams() throws {
        let pairs = try Self.positions([
            (359.999, 0), (0.001, 0), (10, 89.999), (190, 89.999), (77, -90), (200, -89.9999), (180, 0),
        ])
        let groups = SkyGroups(positions: pairs, linkingLength: Angle(arcseconds: 48))
        #expect(groups.groupOfPosition == [0, 0, 1, 1, 2, 2, 3])
    }

    @Test("The groups equal those of comparing every pair")
    func everyPair() throws {
        let positions = try Self.positions(
            (0..<300).map { index in
                let east = Double((index * 7919) % 1000)
                let north = Double((index * 104_729) % 1000)
                return (150 + east * 2e-4, 2 + north * 2e-4)
            })
        let linking = Angle(arcseconds: 20)
        let groups = SkyGroups(positions: positions, linkingLength: linking)
        for first in positions.indices {
            for second in 0..<first where positions[first].separation(positions[second]) < linking {
                #expect(groups.groupOfPosition[first] == groups.groupOfPosition[second])
            }
        }
        #expect(groups.count > 10 && groups.count < 300)
    }

    @Test("No positions, no groups")
    func empty() {
        #expect(SkyGroups(positions: [], linkingLength: Angle(arcseconds: 1)).count == 0)
    }
}
