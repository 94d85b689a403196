import Computing
import FITS
import Foundation
import TestSupport
import Testing

@Suite("Mutated FITS files")
struct MutationTests {
    @Test(
        "Flipped, overwritten, cut and spliced bytes give values or typed errors, never a crash",
        arguments: [
            "images.fits", "table.fits", "scaled.fits", "compressed.fits.fz", "images.fits.gz", "packed",
        ])
    func mutations(name: String) throws {
        let original =
            try name == "packed"
            ? packed() : Array(Data(contentsOf: URL(fileURLWithPath: RawFITS.golden(name))))
        var generator = CounterGenerator(
            seed: 20_260_101, stream: UInt64(name.utf8.reduce(0) { $0 + UInt64($1) }))
        var (read, refused) = (0, 0)
        for _ in 0..<1000 {
            let bytes = mutated(original, &generator)
            do throws(FITSError) {
                let file = try FITSFile(bytes: bytes, name: name, limits: .init(decompressedBytes: 1 << 22))
                // Layouts fail early on most files; what they throw does not end the reading.
                for attempt in [Attempt.everything, .legacy, .packed] { try attempt.run(file) }
                read += 1
            } catch {
                #expect(!error.description.isEmpty && !error.description.contains("\n"))
                refused += 1
            }
        }
        // Both outcomes occur, or the mutations test nothing.
        #expect(refused > 50, "\(read) read, \(refused) refused")
    }

    private enum Attempt {
        case everything, legacy, packed

        func run(_ file: FITSFile) throws(FITSError) {
            switch self {
            case .everything: try Reading.everything(in: file)
            case .legacy: do { _ = try LegacyCutout(file, assumedBands: ["r"]) } catch { return }
            case .packed:
                do {
                    let packed = try PackedCutouts(file)
                    for index in 0..<min(3, packed.count) { _ = try packed.image(at: index) }
                } catch { return }
            }
        }
    }

    /// One to eight changes, most of them in headers, where they hurt.
    private func mutated(_ original: [UInt8], _ generator: inout CounterGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...8, using: &generator) where !bytes.isEmpty {
            let position = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes[position] = UInt8.random(in: 0...255, using: &generator)
            case 2: bytes[position] = UInt8(ascii: "9")
            case 3:
                // A digit inside a card's value field.
                let card = position / 80 * 80
                let digit = UInt8.random(in: UInt8(ascii: "-")...UInt8(ascii: "9"), using: &generator)
                if card + 29 < bytes.count {
                    bytes[card + Int.random(in: 10..<30, using: &generator)] = digit
                }
            case 4: if Int.random(in: 0..<8, using: &generator) == 0 { bytes.removeSubrange(position...) }
            default:
                let length = min(80, bytes.count - position)
                let source = Int.random(in: 0...bytes.count - length, using: &generator)
                bytes.replaceSubrange(
                    position..<position + length, with: Array(bytes[source..<source + length]))
            }
        }
        return bytes
    }

    /// A small packed file.
    private func packed() throws -> [UInt8] {
        let folder = try TemporaryFolder()
        let path = folder.path("p.fits")
        let writer = try PackedCutoutsWriter(
            path: path, bands: ["g", "r"], width: 6, height: 5, pixelScale: 0.262,
            layers: Set(PackedLayer.allCases))
        for index in 0..<4 {
            try writer.append(
                PackedObject(
                    id: .integer(Int64(index)), rightAscension: 1, declination: 2, pixelScale: 0.262,
                    bands: ["g", "r"]),
                pixels: (0..<60).map { Float($0) }, inverseVariance: Array(repeating: 1, count: 60),
                maskBits: Array(repeating: 0, count: 60))
        }
        try writer.finish()
        return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}
