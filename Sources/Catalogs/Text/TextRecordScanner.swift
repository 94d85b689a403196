/// Cuts the bytes of a text table into records and their fields, without making text of them.
///
/// A record ends at LF, CR LF or CR outside quotes. A field that begins with `"` ends at the next single `"`;
/// two of them stand for one. Records longer than `longestRecord` bytes are refused.
final class TextRecordScanner {
    /// Where a field lies in the scanner's bytes, without blanks around it and without its quotes.
    struct Field {
        /// First byte.
        var start: Int
        /// Behind the last byte.
        var end: Int
        /// Whether it stood in quotes.
        var isQuoted: Bool
        /// Whether it holds doubled quotes, which stand for single ones.
        var hasDoubledQuotes: Bool
    }

    /// The most bytes a record may have.
    static let longestRecord = 1 << 26

    /// The fields of the current record, valid until the next call of `next`.
    private(set) var fields: [Field] = []
    /// Line (from 1) on which the current record begins.
    private(set) var line = 0
    /// Bytes from the beginning of the file to behind the current record.
    var offsetBehindRecord: Int { consumed + position }
    /// Whether a line end closes the current record, and not the end of the file.
    var endsWithNewline: Bool { position > 0 && buffer[position - 1] == 0x0A }
    /// The bytes that the fields point into.
    var bytes: UnsafePointer<UInt8> { UnsafePointer(buffer) }

    private let input: TextInput
    private let delimiter: UInt8  // 0: blanks
    private let comment: [UInt8]
    private var buffer: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var filled = 0
    private var position = 0
    private var consumed = 0
    private var atEnd = false
    private var nextLine = 1

    /// A scanner from the beginning of `input`; `delimiter` `nil` means blanks.
    init(
        input: TextInput, delimiter: UInt8?, comment: String?, skippedLines: Int, capacity: Int = 1 << 20
    ) throws(CatalogError) {
        self.input = input
        self.delimiter = delimiter ?? 0
        self.comment = Array((comment ?? "").utf8)
        self.capacity = max(16, capacity)
        buffer = .allocate(capacity: self.capacity)
        try input.rewind()
        try refill()
        if filled >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF { position = 3 }
        for _ in 0..<skippedLines { try skipLine() }
    }

    deinit { buffer.deallocate() }

    /// Moves on to the next record that is neither empty nor a comment.
    ///
    /// - Returns: Whether there was one.
    func next() throws(CatalogError) -> Bool {
        while true {
            if position == filled {
                if atEnd { return false }
                try refill()
                continue
            }
            switch skipEmptyOrComment() {
            case .skipped: continue
            case .needMore:
                try refill()
                continue
            case .record: break
            }
            line = nextLine
            switch cut() {
            case .complete: return true
            case .needMore: try refill()
            case .fault(let reason): throw .malformed(path: input.path, line: line, reason: reason)
            }
        }
    }

    /// The text of a field; `nil` when it is not UTF-8.
    func text(_ field: Field) -> String? {
        let raw = UnsafeBufferPointer(start: bytes + field.start, count: field.end - field.start)
        guard let text = String(validating: raw, as: UTF8.self) else { return nil }
        guard field.hasDoubledQuotes else { return text }
        return text.replacing("\"\"", with: "\"")
    }

    private enum Skip { case skipped, needMore, record }
    private enum Cut { case complete, needMore, fault(String) }

    /// Passes over an empty line or a comment line at the current position.
    private func skipEmptyOrComment() -> Skip {
        var index = position
        while index < filled, buffer[index] == 0x20 || (buffer[index] == 0x09 && delimiter != 0x09) {
            index += 1
        }
        if index == filled {
            if !atEnd { return .needMore }
            position = filled
            return .skipped
        }
        if buffer[index] == 0x0A || buffer[index] == 0x0D { return endLine(at: index) ? .skipped : .needMore }
        guard !comment.isEmpty else { return .record }
        if index + comment.count > filled, !atEnd { return .needMore }
        guard index + comment.count <= filled,
            comment.indices.allSatisfy({ buffer[index + $0] == comment[$0] })
        else { return .record }
        while index < filled, buffer[index] != 0x0A, buffer[index] != 0x0D { index += 1 }
        if index == filled {
            if !atEnd { return .needMore }
            position = filled
            return .skipped
        }
        return endLine(at: index) ? .skipped : .needMore
    }

    /// Moves behind the line end at `index`; false when its second byte has not been read yet.
    private func endLine(at index: Int) -> Bool {
        var behind = index + 1
        if buffer[index] == 0x0D {
            if behind == filled, !atEnd { return false }
            if behind < filled, buffer[behind] == 0x0A { behind += 1 }
        }
        position = behind
        nextLine += 1
        return true
    }

    /// Cuts the record at the current position into fields.
    private func cut() -> Cut {
        fields.removeAll(keepingCapacity: true)
        var index = position
        var newlines = 0
        let blanks = delimiter == 0
        while true {
            while index < filled, buffer[index] == 0x20 || (buffer[index] == 0x09 && delimiter != 0x09) {
                index += 1
            }
            if index == filled, !atEnd { return .needMore }
            if blanks, index == filled || isLineEnd(buffer[index]) { break }
            var field = Field(start: index, end: index, isQuoted: false, hasDoubledQuotes: false)
            if index < filled, buffer[index] == 0x22 {
                field.isQuoted = true
                field.start += 1
                index += 1
                switch closeQuote(&index, &field, &newlines) {
                case .complete: break
                case let other: return other
                }
            } else {
                index = endOfPlainField(from: index)
                if index == filled, !atEnd { return .needMore }
                field.end = index
                while field.end > field.start, isBlank(buffer[field.end - 1]) { field.end -= 1 }
            }
            fields.append(field)
            if index == filled || isLineEnd(buffer[index]) { break }
            index += 1  // the delimiter
        }
        if index < filled {
            guard endLine(at: index) else { return .needMore }
        } else {
            position = index
        }
        nextLine += newlines
        return .complete
    }

    /// The end of an unquoted field: a delimiter, a line end or the end of the bytes.
    private func endOfPlainField(from start: Int) -> Int {
        let pointer = UnsafePointer(buffer)
        let (end, delimiter) = (filled, delimiter)
        var index = start
        if delimiter == 0 {
            while index < end, pointer[index] > 0x20 || !isBlankOrLineEnd(pointer[index]) { index += 1 }
        } else {
            while index < end {
                let byte = pointer[index]
                if byte == delimiter || byte == 0x0A || byte == 0x0D { break }
                index += 1
            }
        }
        return index
    }

    /// Finds the closing quote of a field and what follows it.
    private func closeQuote(_ index: inout Int, _ field: inout Field, _ newlines: inout Int) -> Cut {
        while true {
            while index < filled, buffer[index] != 0x22 {
                if buffer[index] == 0x0A { newlines += 1 }
                index += 1
            }
            if index == filled { return atEnd ? .fault("a quote is never closed") : .needMore }
            if index + 1 == filled, !atEnd { return .needMore }
            if index + 1 < filled, buffer[index + 1] == 0x22 {
                field.hasDoubledQuotes = true
                index += 2
                continue
            }
            break
        }
        field.end = index
        index += 1
        while index < filled, delimiter != 0, isBlank(buffer[index]), buffer[index] != delimiter {
            index += 1
        }
        if index == filled { return atEnd ? .complete : .needMore }
        let byte = buffer[index]
        if isLineEnd(byte) || byte == delimiter || (delimiter == 0 && isBlank(byte)) { return .complete }
        return .fault("text follows a closing quote")
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
    private func isBlankOrLineEnd(_ byte: UInt8) -> Bool { isBlank(byte) || isLineEnd(byte) }

    private func skipLine() throws(CatalogError) {
        while true {
            var index = position
            while index < filled, !isLineEnd(buffer[index]) { index += 1 }
            if index < filled, endLine(at: index) { return }
            if atEnd {
                position = filled
                return
            }
            try refill()
        }
    }

    /// Moves what is left to the front and reads behind it; grows when a record fills everything.
    private func refill() throws(CatalogError) {
        let rest = filled - position
        if rest == capacity {
            guard capacity < Self.longestRecord else {
                throw .malformed(
                    path: input.path, line: nextLine,
                    reason: "longer than \(Self.longestRecord >> 20) MiB; is a quote left open?")
            }
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2)
            larger.update(from: buffer + position, count: rest)
            buffer.deallocate()
            buffer = larger
            capacity *= 2
        } else if position > 0 {
            buffer.update(from: buffer + position, count: rest)
        }
        consumed += position
        position = 0
        filled = rest
        let got = try input.read(
            into: UnsafeMutableRawBufferPointer(start: buffer + rest, count: capacity - rest))
        filled += got
        if got < capacity - rest { atEnd = true }
    }
}
