/// Values under names, in a fixed order that checkpoints rely on: `["weight": weight, "bias": bias]`.
///
/// Unlike `KeyValuePairs` it can also be put together at run time, for layers in a sequence or a bias that
/// may be absent. Names are unique and hold no dot.
public struct NamedList<Value>: ExpressibleByDictionaryLiteral, RandomAccessCollection {
    /// A value and its name.
    public typealias Element = (name: String, value: Value)

    private var elements: [Element] = []

    /// A list in the order written.
    public init(dictionaryLiteral elements: (String, Value)...) {
        self.init(elements.map { (name: $0.0, value: $0.1) })
    }

    /// A list in the order given.
    public init(_ elements: [Element]) {
        for element in elements { append(element.value, named: element.name) }
    }

    /// Puts a value at the end.
    public mutating func append(_ value: Value, named name: String) {
        precondition(
            !name.isEmpty && !name.contains(".") && !elements.contains { $0.name == name },
            "NamedList: name '\(name)' is empty, dotted or taken")
        elements.append((name, value))
    }

    /// 0.
    public var startIndex: Int { 0 }
    /// Number of values.
    public var endIndex: Int { elements.count }
    /// The value at a position and its name.
    public subscript(position: Int) -> Element { elements[position] }
}
