internal import CStellarSpectra
internal import Foundation

/// A table of numbers parsed from one of the compiled-in text files: comma-separated, `#` starts a comment
/// line.
struct NumericTable {
    /// The tables in the program.
    enum Source {
        case spectra, models, nebular
    }

    /// Values of each row after the other.
    let values: [Double]
    let columnCount: Int

    var rowCount: Int { values.count / columnCount }

    init(_ source: Source) {
        var length = 0
        let start =
            switch source {
            case .spectra: galatea_stellar_spectra(&length)
            case .models: galatea_stellar_models(&length)
            case .nebular: galatea_nebular_emission(&length)
            }
        guard let start else { preconditionFailure("NumericTable: no bytes for \(source)") }
        let text = String(
            decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
        self.init(text: text)
    }

    init(text: String) {
        var values: [Double] = []
        var columns = 0
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) where line.first != UInt8(ascii: "#") {
            let before = values.count
            for field in line.split(separator: UInt8(ascii: ",")) {
                let word = String(Substring(field)).trimmingCharacters(in: .whitespaces)
                guard let value = Double(word) else {
                    preconditionFailure("NumericTable: '\(word)' is no number")
                }
                values.append(value)
            }
            let width = values.count - before
            if columns == 0 { columns = width }
            precondition(width == columns, "NumericTable: a row of \(width) values among rows of \(columns)")
        }
        precondition(columns > 0, "NumericTable: no rows")
        self.values = values
        columnCount = columns
    }

    subscript(row: Int, column: Int) -> Double { values[row * columnCount + column] }

    func column(_ column: Int) -> [Double] { (0..<rowCount).map { self[$0, column] } }
}
