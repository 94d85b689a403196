/// Finds objects by identifier: the same text, else the same integer where that is unambiguous.
struct IdentifierIndex {
    private var integers: [Int64: Int32] = [:]
    private var texts: [String: Int32] = [:]
    /// All objects of identifiers that stand more than once, by the first of them.
    private var repeated: [Int32: [Int]] = [:]
    /// Integers that texts write in more than one way (`7` and `007`).
    private var ambiguous: Set<Int64> = []

    init(_ identifiers: CatalogIdentifiers) {
        if case .texts(let values) = identifiers.values {
            texts.reserveCapacity(values.count)
            for (index, text) in values.enumerated() where identifiers.text(at: index) != nil {
                if let first = texts[text] {
                    repeated[first, default: [Int(first)]].append(index)
                    continue
                }
                texts[text] = Int32(index)
                guard let integer = identifiers.integer(at: index) else { continue }
                if integers.updateValue(Int32(index), forKey: integer) != nil { ambiguous.insert(integer) }
            }
        } else {
            integers.reserveCapacity(identifiers.count)
            for index in 0..<identifiers.count {
                guard let integer = identifiers.integer(at: index) else { continue }
                if let first = integers[integer] {
                    repeated[first, default: [Int(first)]].append(index)
                } else {
                    integers[integer] = Int32(index)
                }
            }
        }
    }

    /// The objects with the identifier that object `index` of another list has, in order.
    func find(_ other: CatalogIdentifiers, _ index: Int) -> [Int] {
        if case .texts(let values) = other.values, let first = texts[values[index]] { return all(first) }
        guard let integer = other.integer(at: index) else { return [] }
        if case .integers = other.values, let first = texts["\(integer)"] { return all(first) }
        guard !ambiguous.contains(integer), let first = integers[integer] else { return [] }
        return all(first)
    }

    private func all(_ first: Int32) -> [Int] { repeated[first] ?? [Int(first)] }
}
