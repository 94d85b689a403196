/// The headers of a cutout's file, by which the next one is known to be alike: the files of a survey differ in a
/// few cards.
///
/// A file is alike when it is as long, all keywords stand where they stood, and every card that was looked at in
/// reading the first file is the same but for the numbers of CRVAL and CRPIX. Then it says what that one said, at
/// its own place on the sky. Any other is to be read in full: here nothing is judged, and no fault is told.
final class CutoutPattern: Sendable {
    /// What may become of a card.
    private enum Role {
        /// Nobody asks what stands on it.
        case free
        /// It is the same.
        case fixed
        /// It holds another number.
        case referenceValue(axis: Int), referencePixel(axis: Int)
    }

    private struct Card {
        var offset: Int
        var role: Role
    }

    /// Bytes of the file.
    private let size: Int
    /// The file's bytes up to the pixels.
    private let bytes: [UInt8]
    /// The cards of all headers, those of END among them.
    private let cards: [Card]
    /// CRVAL and CRPIX, where there is a plane.
    private let reference: ReferencePoint
    private let header: CutoutHeader
    /// Where the pixels begin.
    let dataOffset: Int

    /// Longest headers that are kept, together with what lies between them.
    private static let longest = 1 << 16

    /// The pattern of a file that was read while its asked cards were noted.
    ///
    /// - Returns: `nil` for one that holds more than headers and plain pixels.
    init?(_ cutout: CutoutUnit, in file: FITSFile) throws(FITSError) {
        let unit = cutout.unit
        let end = unit.dataOffset + unit.paddedLength
        guard cutout.isPlain(in: file), file.source.isInMemory, unit.dataOffset <= Self.longest,
            file.units.count == unit.index + 1, file.source.size <= end
        else { return nil }
        size = file.source.size
        dataOffset = unit.dataOffset
        header = cutout.header
        let hasPlane = header.coordinates.plane != nil
        // Without a plane nobody asked for the point, which may then be broken.
        reference = try (hasPlane ? ReferencePoint(unit.header) : nil) ?? ReferencePoint()
        bytes = try file.source.bytes(at: 0, count: dataOffset)
        var cards: [Card] = []
        for other in file.units {
            guard let isAsked = other.header.askedCards else { return nil }
            let isMovable = hasPlane && other.index == unit.index
            for card in 0...other.header.cardCount {
                let offset = other.headerOffset + card * FITSHeader.cardLength
                let isFree = card == other.header.cardCount || !isAsked[card]
                let number = isMovable ? Self.number(Keyword(bytes, offset / FITSHeader.cardLength)) : nil
                cards.append(Card(offset: offset, role: isFree ? .free : number ?? .fixed))
            }
        }
        self.cards = cards
    }

    /// The role of a card whose number may be another one.
    private static func number(_ keyword: Keyword) -> Role? {
        switch keyword {
        case .referenceValue1: .referenceValue(axis: 0)
        case .referenceValue2: .referenceValue(axis: 1)
        case .referencePixel1: .referencePixel(axis: 0)
        case .referencePixel2: .referencePixel(axis: 1)
        default: nil
        }
    }

    /// What the header of another file says; `nil` when the file is not alike.
    func header(of source: ByteSource) throws(FITSError) -> CutoutHeader? {
        guard source.isInMemory, source.size == size else { return nil }
        return try source.withBytes(at: 0, count: dataOffset) { found in
            header(found.bindMemory(to: UInt8.self).span)
        }
    }

    private func header(_ found: Span<UInt8>) -> CutoutHeader? {
        let (bytes, cards) = (bytes, cards)
        let known = bytes.span
        var reference = reference
        var isMoved = false
        for card in cards {
            let place = card.offset..<card.offset + FITSHeader.cardLength
            let other = found.extracting(place)
            let own = known.extracting(place)
            if other.isSameCard(as: own) { continue }
            guard Keyword(card: other) == Keyword(card: own) else { return nil }
            switch card.role {
            case .free: continue
            case .fixed: return nil
            case .referenceValue(let axis):
                guard let number = ValueField(card: other)?.number else { return nil }
                reference.value[axis] = number
            case .referencePixel(let axis):
                guard let number = ValueField(card: other)?.number else { return nil }
                reference.pixel[axis] = number
            }
            isMoved = true
        }
        guard isMoved else { return header }
        return header.coordinates.moved(to: reference).map { header.at($0) }
    }
}

extension Span<UInt8> {
    /// Whether two cards are equal byte for byte.
    fileprivate func isSameCard(as other: Span<UInt8>) -> Bool {
        var difference: UInt64 = 0
        for place in stride(from: 0, to: FITSHeader.cardLength, by: 8) {
            difference |=
                bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self)
                ^ other.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self)
        }
        return difference == 0
    }
}
