import Astronomy
import Catalogs
import Computing
import Foundation
import TestSupport
import Testing

/// Which cutout belongs to which row.
struct CatalogMatchTests {
    private func objects(_ ids: CatalogIdentifiers?, _ positions: [(Double, Double)]) -> SkyObjects {
        SkyObjects(
            identifiers: ids, rightAscension: positions.map(\.0), declination: positions.map(\.1))
    }

    private func unplaced(_ ids: CatalogIdentifiers) -> SkyObjects {
        objects(ids, Array(repeating: (.nan, .nan), count: ids.count))
    }

    private let second = 1.0 / 3600

    @Test("By identifier: integers, text, and integers written as text")
    func identifiers() throws {
        let rows = unplaced(CatalogIdentifiers([3, 1, 9_007_199_254_740_993, 5]))
        let cutouts = unplaced(CatalogIdentifiers([1, 2, 3, 9_007_199_254_740_992, 9_007_199_254_740_993]))
        let match = try CatalogMatch(rows: rows, cutouts: cutouts)
        #expect(match.cutoutOfRow == [2, 0, 4, nil])
        #expect(match.unmatchedCutouts == [1, 3])
        #expect(match.report.matchedByIdentifier == 3)
        #expect(match.report.unmatchedRows == [.identifierUnknown: 1])
        #expect(match.report.firstUnmatchedRows == [.identifierUnknown: ["5"]])

        let texts = unplaced(CatalogIdentifiers(["007", "b", "", "8"]))
        #expect(
            try CatalogMatch(rows: texts, cutouts: unplaced(CatalogIdentifiers([7, 8]))).cutoutOfRow == [
                0, nil, nil, 1,
            ])
        let written = unplaced(CatalogIdentifiers(["b", "7", "08", "8"]))
        #expect(try CatalogMatch(rows: texts, cutouts: written).cutoutOfRow == [1, 0, nil, 3])
        let numbers = unplaced(CatalogIdentifiers([7, 8]))
        #expect(try CatalogMatch(rows: numbers, cutouts: texts).cutoutOfRow == [0, 3])
    }

    @Test("An integer that texts write in two ways matches neither of them")
    func ambiguousText() throws {
        let cutouts = unplaced(CatalogIdentifiers(["07", "007"]))
        #expect(
            try CatalogMatch(rows: unplaced(CatalogIdentifiers([7])), cutouts: cutouts).cutoutOfRow == [nil])
        #expect(
            try CatalogMatch(rows: unplaced(CatalogIdentifiers(["007"])), cutouts: cutouts).cutoutOfRow == [1]
        )
    }

    @Test("Duplicates: rows share the cutout of their identifier, the nearest of several cutouts is taken")
    func duplicates() throws {
        let rows = objects(CatalogIdentifiers([1, 1, 2]), [(10, 0), (10, 0), (20, 0)])
        let cutouts = objects(CatalogIdentifiers([1, 2, 2]), [(10, 0), (20, 5 * second), (20, second)])
        let match = try CatalogMatch(rows: rows, cutouts: cutouts)
        #expect(match.cutoutOfRow == [0, 0, 2])
        #expect(match.report.sharedCutouts == 1 && match.report.ambiguous == 1)
        #expect(match.report.firstAmbiguous == ["2"])
        #expect(match.unmatchedCutouts == [1])
        expectClose(match.separation, [0, 0, 1], absolute: 1e-4)
    }

    @Test("Equal identifiers far apart on the sky are no match")
    func elsewhere() throws {
        let rows = objects(CatalogIdentifiers([1, 2]), [(10, 0), (20, 0)])
        let cutouts = objects(CatalogIdentifiers([2, 1]), [(10, 0), (100, 0)])
        let match = try CatalogMatch(rows: rows, cutouts: cutouts)
        #expect(match.cutoutOfRow == [0, nil], "row 1 is matched by position with the cutout named 2")
        #expect(match.report.unmatchedRows == [.identifierElsewhere: 1])
        #expect(match.report.matchedByPosition == 1)
    }

    @Test("By position: nearest within the radius, over the wrap of right ascension and at the poles")
    func positions() throws {
        let rows = objects(nil, [(359.9999, 0), (0.0001, 10), (123, 90), (77, -89.9999), (50, 0), (.nan, 0)])
        let cutouts = objects(
            nil, [(0.0001, 0), (0, 10), (300, 90), (257, -89.9999), (50, 1.01 * second), (50, 3 * second)])
        let near = try CatalogMatch(rows: rows, cutouts: cutouts)
        #expect(near.cutoutOfRow == [0, 1, 2, 3, nil, nil])
        expectClose(near.separation, [0.72, 0.35454, 0, 0.72, .nan, .nan], absolute: 2e-3)
        #expect(near.report.unmatchedRows == [.nothingNearby: 1, .noIdentifierNoPosition: 1])
        let wide = try CatalogMatch(
            rows: rows, cutouts: cutouts, options: .init(radius: Angle(arcseconds: 5)))
        #expect(wide.cutoutOfRow[4] == 4)
        #expect(wide.report.ambiguous == 1)
    }

    @Test("By position a cutout goes to one row, the nearest")
    func contested() throws {
        let rows = objects(nil, [(10, 0), (10, 0.5 * second), (10, 0.5 * second)])
        let cutouts = objects(nil, [(10, 0.6 * second)])
        let match = try CatalogMatch(rows: rows, cutouts: cutouts)
        #expect(match.cutoutOfRow == [nil, 0, nil])
        #expect(match.report.unmatchedRows == [.cutoutTaken: 2])
        #expect(match.report.lines.contains { $0.contains("nearer to another row") })
    }

    @Test("A cutout matched by identifier is not given to another row by position")
    func claimed() throws {
        let rows = objects(CatalogIdentifiers([1, 2]), [(10, 0.2 * second), (10, 0)])
        let cutouts = objects(CatalogIdentifiers([1]), [(10, 0)])
        #expect(try CatalogMatch(rows: rows, cutouts: cutouts).cutoutOfRow == [0, nil])
    }

    @Test("Nothing on one side")
    func empty() throws {
        let none = objects(nil, [])
        let one = objects(nil, [(1, 1)])
        #expect(try CatalogMatch(rows: none, cutouts: one).unmatchedCutouts == [0])
        #expect(try CatalogMatch(rows: one, cutouts: none).report.unmatchedRows == [.nothingNearby: 1])
    }

    @Test("The index finds what a comparison with every position finds", arguments: [1.0, 60, 3600, 36000])
    func bruteForce(_ arcseconds: Double) throws {
        var state: UInt64 = 42
        func uniform() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / 9_007_199_254_740_992
        }
        // Crowded at the poles and at the wrap, where mistakes live.
        var places: [(Double, Double)] = []
        for number in 0..<600 {
            let scale = 3 * arcseconds / 3600
            switch number % 3 {
            case 0: places.append((uniform() * 360, 90 - uniform() * scale))
            case 1: places.append((uniform() * 360, -90 + uniform() * scale))
            default: places.append(((360 + (uniform() - 0.5) * scale), (uniform() - 0.5) * scale))
            }
        }
        let targets = objects(nil, Array(places[..<300]))
        let index = PositionIndex(targets, radius: Angle(arcseconds: arcseconds))
        for place in places[300...] {
            let position = try #require(SkyPosition(rightAscension: place.0, declination: place.1))
            let separations = (0..<300).map { position.separation(targets.position($0)!).arcseconds }
            let inside = separations.indices.filter { separations[$0] <= arcseconds }
            let nearest = index.nearest(to: position)
            #expect(nearest?.count ?? 0 == inside.count)
            #expect(nearest?.index == inside.min { separations[$0] < separations[$1] })
            if let nearest {
                expectClose([nearest.separation.arcseconds], [separations[nearest.index]], relative: 1e-9)
            }
        }
    }

    @Test("A hundred thousand rows and cutouts, the same on one thread and on three")
    func many() throws {
        let count = 100_000
        let places = (0..<count).map { (index: Int) -> (Double, Double) in
            let column = Double(index % 1000)
            let row = Double(index / 1000)
            return (column * 0.359, row * 1.7 - 84)
        }
        let cutouts = objects(nil, places.reversed())
        let rows = objects(nil, places.map { ($0.0, $0.1 + 0.3 / 3600) })
        let one = try CatalogMatch(rows: rows, cutouts: cutouts)
        let three = try CatalogMatch(rows: rows, cutouts: cutouts, loop: ParallelLoop(threads: 3))
        #expect(one.report.matchedByPosition == count)
        #expect(one.cutoutOfRow == (0..<count).reversed().map(Optional.init))
        #expect(three.cutoutOfRow == one.cutoutOfRow && three.report == one.report)
    }

    @Test("Names decide alone only where every row has exactly one cutout of its name")
    func namesAlone() {
        func objects(_ names: [String]) -> SkyObjects {
            let nowhere = [Double](repeating: .nan, count: names.count)
            return SkyObjects(
                identifiers: CatalogIdentifiers(names), rightAscension: nowhere, declination: nowhere)
        }
        let cutouts = objects(["a", "7", "c", "c"])
        #expect(CatalogMatch.cutoutsByName(rows: objects(["7", "a"]), cutouts: cutouts) == [1, 0])
        #expect(CatalogMatch.cutoutsByName(rows: objects(["007", "a", "a"]), cutouts: cutouts) == [1, 0, 0])
        #expect(CatalogMatch.cutoutsByName(rows: objects(["a", "b"]), cutouts: cutouts) == nil)
        #expect(CatalogMatch.cutoutsByName(rows: objects(["a", "c"]), cutouts: cutouts) == nil)
        #expect(CatalogMatch.cutoutsByName(rows: objects(["a", ""]), cutouts: cutouts) == nil)
        let unnamed = SkyObjects(identifiers: nil, rightAscension: [1], declination: [2])
        #expect(CatalogMatch.cutoutsByName(rows: unnamed, cutouts: cutouts) == nil)
    }
}
