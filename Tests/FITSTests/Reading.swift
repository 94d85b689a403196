import FITS

/// Reads all that a file holds, as a program that trusts the header would.
enum Reading {
    /// Every image and every column of every table.
    static func everything(in file: FITSFile) throws(FITSError) {
        for unit in file.units {
            _ = unit.header.cards
            _ = try unit.worldCoordinates()
            switch unit.kind {
            case .image:
                _ = try pixels(of: unit, in: file)
                _ = try file.doubles(of: unit)
            case .binaryTable:
                let table = try file.table(in: unit)
                _ = try table.allColumns()
                for column in table.columns where column.isVariableLength {
                    _ = try table.variableLengthColumn(column.name)
                }
            case .compressedImage, .empty, .other: break
            }
        }
    }

    /// The pixels of an image unit.
    static func pixels(of unit: HeaderDataUnit, in file: FITSFile) throws(FITSError) -> [Float] {
        try file.floats(of: unit)
    }
}
