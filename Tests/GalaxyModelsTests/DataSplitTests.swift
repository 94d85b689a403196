import Astronomy
import Computing
import GalaxyModels
import Testing

@Suite("Data split")
struct DataSplitTests {
    static func survey(_ count: Int) -> [SkyPosition?] {
        var generator = CounterGenerator(seed: 5)
        return (0..<count).map { _ in
            let east = generator.uniform(150...154)
            let north = generator.uniform(0...4)
            return SkyPosition(rightAscension: east, declination: north)
        }
    }

    @Test("The parts have the sizes asked for")
    func fractions() {
        let split = DataSplit(positions: Self.survey(6000), validation: 0.1, test: 0.2, seed: 1)
        #expect(abs(Double(split.rows(of: .test).count) / 6000 - 0.2) < 0.03)
        #expect(abs(Double(split.rows(of: .validation).count) / 6000 - 0.1) < 0.025)
    }

    @Test("No two rows closer than 48 arcsec stand in different parts")
    func noLeak() {
        let positions = Self.survey(3000)
        let split = DataSplit(positions: positions, validation: 0.2, test: 0.2, seed: 3)
        var close = 0
        for first in positions.indices {
            for second in 0..<first {
                guard let a = positions[first], let b = positions[second],
                    abs(a.declination - b.declination) < 0.02, a.separation(b) < DataSplit.linkingLength
                else { continue }
                close += 1
                #expect(split.parts[first] == split.parts[second])
            }
        }
        #expect(close > 20)
    }

    @Test("A row keeps its part when the catalogue is reversed and extended")
    func stable() throws {
        let positions = Self.survey(500)
        let split = DataSplit(positions: positions, validation: 0.2, test: 0.2, seed: 3)
        let far = try #require(SkyPosition(rightAscension: 10, declination: -50))
        let extended = DataSplit(positions: [far] + positions.reversed(), validation: 0.2, test: 0.2, seed: 3)
        #expect(Array(extended.parts.dropFirst().reversed()) == split.parts)
    }

    @Test("Rows without a position are dealt out too, and another seed deals differently")
    func unplaced() {
        let positions = [SkyPosition?](repeating: nil, count: 1000)
        let split = DataSplit(positions: positions, validation: 0.2, test: 0.2, seed: 3)
        #expect((120...280).contains(split.rows(of: .test).count))
        #expect(split != DataSplit(positions: positions, validation: 0.2, test: 0.2, seed: 4))
    }
}
