import Astronomy
import Foundation
import Photometry
import TestSupport
import Testing

@Suite("Measurements against peers")
struct MeasurementGoldenTests {
    struct Scene: Decodable {
        struct Peer: Decodable {
            var x, y, theta, ratio, a: Double
            var sources: Int
            var edge, r50, r80: Double?
            var flux: [Double]?
        }
        struct Photutils: Decodable {
            var angle, ratio, flux: Double
        }
        var sep: Peer
        var photutils: Photutils?
    }

    /// The peers' kind of moments.
    static var measurer: SourceMeasurer {
        var settings = SourceMeasurer.Settings()
        settings.shape = .isophotal
        return SourceMeasurer(settings: settings)
    }

    static func stamps() throws -> [GalaxyImage] {
        let values = try Golden.data("stamps.bin").withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map {
                Float(
                    bitPattern: UInt32(
                        littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
            }
        }
        return (0..<4).map { index in
            GalaxyImage(
                bands: ["g", "r"], width: 64, height: 64,
                pixels: Array(values[index * 2 * 4096..<(index + 1) * 2 * 4096]), pixelScale: 0.262)
        }
    }

    /// SEP's angle from +x to a position angle with north up, east left.
    static func positionAngle(_ theta: Double) -> Angle { Angle(radians: theta - .pi / 2).foldedAxis }

    @Test("Ellipse, aperture and curve of growth are those of sep 1.4.1 with the same steps")
    func sep() throws {
        let scenes = try Golden.read("measurements.json", as: [Scene].self)
        for (scene, stamp) in zip(scenes, try Self.stamps()) {
            let found = Self.measurer.measure(stamp)
            #expect(found.flags == [])
            let aperture = try #require(found.aperture)
            expectClose([aperture.center.x, aperture.center.y], [scene.sep.x, scene.sep.y], absolute: 5e-3)
            let angle = Angle(radians: found.positionAngle)
            #expect(angle.axisSeparation(Self.positionAngle(scene.sep.theta)).degrees < 0.1)
            #expect(abs(found.axisRatio - scene.sep.ratio) < 1e-3)
            guard let edge = scene.sep.edge, let flux = scene.sep.flux, let r50 = scene.sep.r50,
                let r80 = scene.sep.r80
            else { continue }
            expectClose([aperture.semiMajor], [edge * scene.sep.a], relative: 5e-3)
            let share = ApertureCorrection.share(concentration: r80 / r50)
            #expect(abs(found.apertureFraction - share) < 3e-3)
            // The sky is measured again without the source, which moves fluxes by a fraction of their error.
            for band in 0..<2 {
                let difference = found.fluxes[band] * found.apertureFraction - flux[band]
                #expect(abs(difference) < 0.7 * found.fluxSigmas[band] + 2e-3 * flux[band])
            }
        }
    }

    @Test("Angle within 0.2 degrees, axis ratio within 0.002 and Kron flux within 3 % of photutils 3.0.0")
    func photutils() throws {
        let scenes = try Golden.read("measurements.json", as: [Scene].self)
        var compared = 0
        for (scene, stamp) in zip(scenes, try Self.stamps()) {
            guard let peer = scene.photutils else { continue }
            let found = Self.measurer.measure(stamp)
            let angle = Angle(radians: found.positionAngle)
            #expect(angle.axisSeparation(Self.positionAngle(peer.angle * .pi / 180)).degrees < 0.2)
            #expect(abs(found.axisRatio - peer.ratio) < 0.002)
            #expect(abs(found.fluxes[1] * found.apertureFraction / peer.flux - 1) < 0.03)
            compared += 1
        }
        #expect(compared == 3)
    }
}
