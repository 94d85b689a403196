import Astronomy
import Testing

@Suite("Sky cells")
struct SkyCellTests {
    static let positions: [(Double, Double)] = [
        (0.1, 0.1), (10, 41.9), (45.3, -41.7), (100.5, 66.4), (200.2, -75.3), (359.9, 89.5),
        (271.3, -89.9), (123.45, 6.78), (305.2, 41.0), (88.8, -41.0),
    ]

    @Test(
        "Nested numbers equal those of astropy-healpix 2.0.1",
        arguments: [
            (0, [4, 0, 8, 1, 10, 3, 11, 5, 3, 8]),
            (3, [304, 42, 538, 122, 642, 255, 704, 343, 229, 533]),
            (8, [311296, 43354, 551595, 125526, 658348, 262135, 720896, 352059, 235142, 546166]),
            (
                12,
                [
                    79_691_841, 11_098_835, 141_208_364, 32_134_725, 168_537_098, 67_106_677, 184_549_504,
                    90_127_313, 60_196_515, 139_818_603,
                ]
            ),
        ] as [(Int, [Int64])])
    func nestedNumbers(order: Int, expected: [Int64]) throws {
        let cells = try Self.positions.map {
            let position = try #require(SkyPosition(rightAscension: $0, declination: $1))
            return SkyCell(order: order, containing: position)
        }
        #expect(cells.map(\.index) == expected)
    }
}
