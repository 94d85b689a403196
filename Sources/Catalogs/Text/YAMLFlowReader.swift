/// A value of the YAML subset that ECSV headers are written in.
indirect enum YAMLValue: Equatable {
    /// A scalar.
    case text(String)
    /// A list.
    case list([YAMLValue])
    /// A mapping.
    case map([String: YAMLValue])

    /// The scalar; `nil` for lists and mappings.
    var text: String? { if case .text(let text) = self { text } else { nil } }

    /// The entry of a mapping, or of a list of mappings (an ordered mapping).
    func entry(_ key: String) -> YAMLValue? {
        switch self {
        case .map(let map): map[key]
        case .list(let items): items.lazy.compactMap { $0.entry(key) }.first
        case .text: nil
        }
    }
}

/// Reads YAML values in flow style: `{a: b, c: [d, 'e']}`, quoted and plain scalars.
struct YAMLFlowReader {
    private let characters: [Character]
    private var index = 0
    private var depth = 0

    /// A reader of `text`, its line ends already made blanks.
    init(_ text: String) { characters = Array(text) }

    /// The next value; `nil` when there is none or it is malformed.
    ///
    /// Outside `{}` and `[]` a plain scalar may hold commas and brackets.
    mutating func value(inFlow: Bool = true) -> YAMLValue? {
        skipBlanks()
        skipTag()
        guard index < characters.count, depth < 64 else { return nil }
        switch characters[index] {
        case "{": return map()
        case "[": return list()
        case "'": return singleQuoted().map(YAMLValue.text)
        case "\"": return doubleQuoted().map(YAMLValue.text)
        default: return .text(plain(inFlow: inFlow))
        }
    }

    private mutating func skipBlanks() {
        while index < characters.count, characters[index] == " " { index += 1 }
    }

    /// Passes over a type tag such as `!!omap`.
    private mutating func skipTag() {
        guard index < characters.count, characters[index] == "!" else { return }
        while index < characters.count, characters[index] != " " { index += 1 }
        skipBlanks()
    }

    private mutating func map() -> YAMLValue? {
        index += 1
        depth += 1
        defer { depth -= 1 }
        var map: [String: YAMLValue] = [:]
        while true {
            skipBlanks()
            guard index < characters.count else { return nil }
            if characters[index] == "}" {
                index += 1
                return .map(map)
            }
            guard let key = value()?.text else { return nil }
            skipBlanks()
            guard index < characters.count, characters[index] == ":" else { return nil }
            index += 1
            guard let entry = value() else { return nil }
            map[key] = entry
            skipBlanks()
            if index < characters.count, characters[index] == "," { index += 1 }
        }
    }

    private mutating func list() -> YAMLValue? {
        index += 1
        depth += 1
        defer { depth -= 1 }
        var items: [YAMLValue] = []
        while true {
            skipBlanks()
            guard index < characters.count else { return nil }
            if characters[index] == "]" {
                index += 1
                return .list(items)
            }
            guard let item = value() else { return nil }
            items.append(item)
            skipBlanks()
            if index < characters.count, characters[index] == "," { index += 1 }
        }
    }

    private mutating func singleQuoted() -> String? {
        var text = ""
        index += 1
        while index < characters.count {
            if characters[index] == "'" {
                guard index + 1 < characters.count, characters[index + 1] == "'" else {
                    index += 1
                    return text
                }
                index += 1
            }
            text.append(characters[index])
            index += 1
        }
        return nil
    }

    private mutating func doubleQuoted() -> String? {
        var text = ""
        index += 1
        while index < characters.count {
            let character = characters[index]
            index += 1
            if character == "\"" { return text }
            guard character == "\\" else {
                text.append(character)
                continue
            }
            guard index < characters.count, let escaped = escape() else { return nil }
            text += escaped
        }
        return nil
    }

    /// The text of the escape sequence behind a backslash.
    private mutating func escape() -> String? {
        let mark = characters[index]
        index += 1
        switch mark {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "0": return "\0"
        case "x", "u", "U":
            let count = mark == "x" ? 2 : mark == "u" ? 4 : 8
            guard index + count <= characters.count,
                let code = UInt32(String(characters[index..<index + count]), radix: 16),
                let scalar = Unicode.Scalar(code)
            else { return nil }
            index += count
            return String(Character(scalar))
        case " ":  // a folded line: its indent is no text
            skipBlanks()
            return characters.indices.contains(index) && characters[index] == "\\" ? "" : " "
        default: return String(mark)
        }
    }

    private mutating func plain(inFlow: Bool) -> String {
        let start = index
        while index < characters.count {
            let character = characters[index]
            if inFlow, character == "," || character == "}" || character == "]" { break }
            if inFlow, character == ":", index + 1 == characters.count || characters[index + 1] == " " {
                break
            }
            index += 1
        }
        return String(
            String(characters[start..<index]).reversed().drop(while: { $0 == " " }).reversed())
    }
}
