import Foundation

/// FITS bytes put together by hand, so that the reader is tested against something else than the writer.
enum RawFITS {
    /// A card with its value in fixed format; `value` as it stands in the file.
    static func card(_ keyword: String, _ value: String) -> String {
        let text =
            value.hasPrefix("'") ? value : String(repeating: " ", count: max(0, 20 - value.count)) + value
        return line(keyword.padding(toLength: 8, withPad: " ", startingAt: 0) + "= " + text)
    }

    /// Eighty characters.
    static func line(_ text: String) -> String { text.padding(toLength: 80, withPad: " ", startingAt: 0) }

    /// A header of whole blocks.
    static func header(_ cards: [String], end: Bool = true) -> [UInt8] {
        padded(Array((cards.joined() + (end ? line("END") : "")).utf8), with: 0x20)
    }

    /// `bytes` padded to whole blocks.
    static func padded(_ bytes: [UInt8], with filler: UInt8 = 0) -> [UInt8] {
        bytes + [UInt8](repeating: filler, count: (2880 - bytes.count % 2880) % 2880)
    }

    /// The mandatory cards of a primary image.
    static func cards(bitpix: Int, axes: [String]) -> [String] {
        [card("SIMPLE", "T"), card("BITPIX", "\(bitpix)"), card("NAXIS", "\(axes.count)")]
            + axes.enumerated().map { card("NAXIS\($0.offset + 1)", $0.element) }
    }

    /// A primary image with extra cards.
    static func image(bitpix: Int, axes: [Int], data: [UInt8], _ extra: [String] = []) -> [UInt8] {
        header(cards(bitpix: bitpix, axes: axes.map(String.init)) + extra) + padded(data)
    }

    /// An image extension with extra cards.
    static func imageExtension(bitpix: Int, axes: [Int], data: [UInt8], _ extra: [String] = []) -> [UInt8] {
        let mandatory =
            [card("XTENSION", "'IMAGE   '")] + cards(bitpix: bitpix, axes: axes.map(String.init)).dropFirst()
            + [card("PCOUNT", "0"), card("GCOUNT", "1")]
        return header(mandatory + extra) + padded(data)
    }

    /// A primary unit without data.
    static let emptyPrimary = header(cards(bitpix: 8, axes: []))

    /// The big-endian bytes of floats.
    static func bytes(_ floats: [Float]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * floats.count)
        for value in floats {
            for shift in [24, 16, 8, 0] as [UInt32] {
                bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
            }
        }
        return bytes
    }

    /// The folder of the golden files.
    static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Golden")

    /// The path of a golden file.
    static func golden(_ name: String) -> String { golden.appendingPathComponent(name).path }
}
