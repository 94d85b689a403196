import Computing
import FITS
import Foundation
import TestSupport
import Testing

@Suite("Values in headers")
struct HeaderNumberTests {
    /// The values of cards with these fields; `nil` for one that is refused.
    private func values(_ fields: [String]) throws -> [HeaderValue?] {
        let cards = fields.enumerated().map { index, field in
            RawFITS.line("K\(index)".padding(toLength: 8, withPad: " ", startingAt: 0) + "= " + field)
        }
        let header = try FITSFile(
            bytes: RawFITS.header(RawFITS.cards(bitpix: 8, axes: []) + cards), name: "x"
        ).units[0].header
        return fields.indices.map { index in
            do throws(FITSError) { return try header.value("K\(index)") } catch { return nil }
        }
    }

    /// A number of up to 20 digits with a point somewhere.
    private func notation(_ generator: inout CounterGenerator) -> String {
        let shift = UInt64.random(in: 0...63, using: &generator)
        let digits = String(UInt64.random(in: 0 ... .max, using: &generator) >> shift)
        let point = Int.random(in: 0...digits.count, using: &generator)
        let sign = ["", "-", "+"][Int.random(in: 0..<3, using: &generator)]
        let power =
            Bool.random(using: &generator) ? "" : "E\(Int.random(in: -40...40, using: &generator))"
        return sign + digits.prefix(point) + "." + digits.dropFirst(point) + power
    }

    @Test("Decimal notations give the nearest double, to the bit")
    func nearest() throws {
        var generator = CounterGenerator(seed: 11)
        var fields = (0..<6000).map { _ in notation(&generator) }
        // Halfway between two doubles, the borders of what one multiplication gives, zeros with a sign.
        fields += [
            "9007199254740993.0", "9007199254740992.0", "9007199254740991.E22", "1.E22", "1.E23", "1.E-22",
            "1.E-23", "-0.0", "0.E0", "000000000000000000000.5", "4.9E-324", "2.2250738585072011E-308",
            "1.7976931348623157E308", "123456789012345678.9", ".1E1", "5.E+001",
        ]
        for (field, value) in zip(fields, try values(fields)) {
            guard case .real(let number)? = value else {
                #expect(Bool(false), "\(field): \(value as Any)")
                continue
            }
            #expect(number.bitPattern == Double(field)?.bitPattern, "\(field)")
        }
    }

    @Test("Whole numbers stay whole up to 64 bits; D and small letters are exponents too")
    func whole() throws {
        let cases: [(field: String, value: HeaderValue)] = [
            ("0", .integer(0)), ("-0", .integer(0)), ("+7", .integer(7)), ("007", .integer(7)),
            ("999999999999999999", .integer(999_999_999_999_999_999)),
            ("1000000000000000000", .integer(1_000_000_000_000_000_000)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .real(9_223_372_036_854_775_808)), ("1E2", .real(100)),
            ("1d2", .real(100)), ("1.5e-1", .real(0.15)), ("2D+0", .real(2)),
        ]
        for (found, (field, value)) in zip(try values(cases.map(\.field)), cases) {
            #expect(found == value, "\(field)")
        }
    }

    @Test("What is no value is refused")
    func refused() throws {
        let fields = [
            "1.2.3", "1E", "E5", "1E5E5", "--1", "1-2", "+", ".", "-.", "1 2", "0x10", "nan", "inf", "1.E999",
            "1E1.5", "1,5", "TF", "1.5F", "(1, 2", "'text", "'a'b",
        ]
        for (found, field) in zip(try values(fields), fields) { #expect(found == nil, "\(field)") }
    }

    @Test("Texts keep their quotes and blanks, and comments stay with their values")
    func texts() throws {
        let cards = [
            RawFITS.line("A       = '''it''''s'''   /  a 'comment' / more  "),
            RawFITS.line("B       = ''"), RawFITS.line("C       = '  x  '/y"), RawFITS.line("D       = T/"),
            RawFITS.line("E       =/ e"), RawFITS.line("F       = 'one&'    / first"),
            RawFITS.line("CONTINUE  'two'  / second"),
            RawFITS.line("G       = '" + String(repeating: "g", count: 68) + "'"),
        ]
        let header = try FITSFile(
            bytes: RawFITS.header(RawFITS.cards(bitpix: 8, axes: []) + cards), name: "x"
        ).units[0].header
        #expect(try header.string("A") == "'it''s'")
        #expect(try header.string("B") == "" && header.string("C") == "  x")
        #expect(try header.logical("D") == true && header.value("E") == .undefined)
        #expect(try header.string("F") == "onetwo")
        #expect(try header.string("G") == String(repeating: "g", count: 68))
        #expect(
            header.cards.suffix(7).map(\.comment) == [
                "a 'comment' / more", "", "y", "", "", "firstsecond", "",
            ])
    }
}
