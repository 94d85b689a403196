import Astronomy
import TestSupport
import Testing

@Suite("Tangent plane")
struct TangentPlaneTests {
    static func plane(
        _ ra: Double, _ dec: Double, crpix: SIMD2<Double>, east: SIMD2<Double>, north: SIMD2<Double>
    ) throws -> TangentPlane {
        let tangentPoint = try #require(SkyPosition(rightAscension: ra, declination: dec))
        return try #require(
            TangentPlane(
                tangentPoint: tangentPoint, referencePixel: crpix - 1, eastPerPixel: east,
                northPerPixel: north))
    }

    static let pixels: [SIMD2<Double>] = [[0, 0], [100.5, -30.25], [400, 900]]

    @Test("Pixels map to the positions that astropy gives, and back")
    func positions() throws {
        let planes = [
            try Self.plane(
                150.1, 2.2, crpix: [64.5, 64.5], east: [-0.262 / 3600, 0], north: [0, 0.262 / 3600]),
            try Self.plane(0.001, -45, crpix: [10.25, 200.5], east: [-5e-5, 3e-5], north: [2e-5, 7e-5]),
            try Self.plane(359.9, 88.9, crpix: [1, 1], east: [6e-5, 1e-5], north: [-2e-5, 7e-5]),
        ]
        let expected: [[Double]] = [
            [
                150.10462478341108, 2.195378603976314, 150.0973052482855, 2.193177080942264,
                150.07549121457663,
                2.2608783815704,
            ],
            [
                359.9931880763856, -45.01414973343553, 359.98479615190416, -45.014256354051255,
                0.0030874293490014883, -44.94314999964372,
            ],
            [359.9, 88.9, 0.19722920963005208, 88.89585764666167, 1.708838677180438, 88.95447911866438],
        ]
        for (plane, values) in zip(planes, expected) {
            let positions = Self.pixels.map(plane.position)
            expectClose(positions.flatMap { [$0.rightAscension, $0.declination] }, values, absolute: 1e-10)
            let back = positions.map { plane.pixel(at: $0) ?? [.nan, .nan] }
            expectClose(back.flatMap { [$0.x, $0.y] }, Self.pixels.flatMap { [$0.x, $0.y] }, absolute: 1e-6)
        }
    }

    @Test("A north-up plane has the survey's parity, scale and centre")
    func northUp() throws {
        let centre = try #require(SkyPosition(rightAscension: 12, declination: -30))
        let plane = TangentPlane(northUpAt: centre, width: 128, height: 128, pixelScale: 0.262)
        #expect(plane.isSkyParity)
        expectClose([plane.pixelScale], [0.262], relative: 1e-12)
        let pixel = try #require(plane.pixel(at: centre))
        expectClose([pixel.x, pixel.y], [63.5, 63.5], absolute: 1e-9)
    }

    @Test("Position angles run from north through east, whatever the parity and rotation")
    func positionAngle() throws {
        let centre = try #require(SkyPosition(rightAscension: 12, declination: -30))
        let northUp = TangentPlane(northUpAt: centre, width: 9, height: 9, pixelScale: 1)
        // East is left: an axis towards upper left lies at 45 degrees.
        let angles = [[0, 1], [-1, 1], [-1, 0], [1, 1]].map {
            northUp.positionAngle(ofAxis: SIMD2($0[0], $0[1])).degrees
        }
        expectClose(angles, [0, 45, 90, 135], absolute: 1e-9)
        let mirrored = try Self.plane(12, -30, crpix: [1, 1], east: [1e-4, 0], north: [0, 1e-4])
        expectClose([mirrored.positionAngle(ofAxis: [1, 1]).degrees], [45], absolute: 1e-9)
        let quarterTurn = try Self.plane(12, -30, crpix: [1, 1], east: [0, 1e-4], north: [1e-4, 0])
        expectClose([quarterTurn.positionAngle(ofAxis: [1, 0]).degrees], [0], absolute: 1e-9)
    }

    @Test("Positions beyond the horizon have no pixel; a singular matrix is refused")
    func refused() throws {
        let centre = try #require(SkyPosition(rightAscension: 0, declination: 0))
        let plane = TangentPlane(northUpAt: centre, width: 9, height: 9, pixelScale: 1)
        let antipode = try #require(SkyPosition(rightAscension: 180, declination: 0))
        #expect(plane.pixel(at: antipode) == nil)
        #expect(
            TangentPlane(
                tangentPoint: centre, referencePixel: [0, 0], eastPerPixel: [1, 1], northPerPixel: [1, 1])
                == nil)
        #expect(
            TangentPlane(
                tangentPoint: centre, referencePixel: [.nan, 0], eastPerPixel: [1, 0], northPerPixel: [0, 1])
                == nil)
    }
}
