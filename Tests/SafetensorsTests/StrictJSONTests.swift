import Safetensors
import Testing

@Suite("Strict JSON")
struct StrictJSONTests {
    @Test("A document of every kind of value is read in its order")
    func everyKind() throws {
        let text = """
             {"b": [null, true, false, -0.5e+3, 12], "a": {"": "\\u00e9\\uD83D\\uDE00\\n\\"\\\\\\/"}, "c": []}
            """
        let root = try #require(try StrictJSON.parse(text).object)
        #expect(root.members.map(\.key) == ["b", "a", "c"])
        let list = try #require(root["b"]?.array)
        #expect(list[0] == .null && list[1].bool == true && list[2].bool == false)
        #expect(list[3].number?.double == -500 && list[3].number?.int == nil)
        #expect(list[4].number?.int == 12 && list[4].number?.literal == "12")
        #expect(root["a"]?.object?[""]?.string == "\u{e9}\u{1F600}\n\"\\/")
        #expect(root["c"]?.array == [] && root["d"] == nil)
    }

    @Test("A 64-bit integer keeps every digit, a larger one is no Int")
    func integers() throws {
        #expect(try StrictJSON.parse("9223372036854775807").number?.int == Int.max)
        #expect(try StrictJSON.parse("9223372036854775808").number?.int == nil)
        #expect(try StrictJSON.parse("-0").number?.int == nil)
        #expect(try StrictJSON.parse("1e999").number?.double == nil)
    }

    @Test(
        "Text outside RFC 8259 is refused",
        arguments: [
            "", " ", "{", "[1", "[1,]", "{\"a\":1,}", "{a:1}", "{'a':1}", "01", "+1", ".5", "1.", "1e", "-",
            "NaN", "Infinity", "nul", "truee", "[1 2]", "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"",
            "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"a\nb\"", "\"open", "\"\\", "1 1", "{} x", "// c\n1",
            "\u{feff}1", "{\"a\" 1}", "[,1]", "{\"a\":}", "1x",
        ])
    func refused(text: String) {
        #expect(throws: JSONError.self) { try StrictJSON.parse(text) }
    }

    @Test("Bytes that are not UTF-8 are refused", arguments: [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]])
    func notUTF8(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try StrictJSON.parse([0x22] + bytes + [0x22]) }
    }

    @Test("A duplicate key is refused where it stands, however it is spelled")
    func duplicates() throws {
        let first = #expect(throws: JSONError.self) { try StrictJSON.parse("{\"a\":1,\n  \"a\":2}") }
        #expect(first?.reason == .duplicateKey("a") && first?.line == 2 && first?.column == 3)
        #expect(first?.description == "line 2, column 3: duplicate key \"a\"")
        let escaped = #expect(throws: JSONError.self) { try StrictJSON.parse("{\"a\":1,\"\\u0061\":2}") }
        #expect(escaped?.reason == .duplicateKey("a"))
        let composed = "{\"\u{e9}\":1,\"e\u{301}\":2}"
        #expect(throws: JSONError.self) { try StrictJSON.parse(composed) }
        _ = try StrictJSON.parse("{\"a\":{\"a\":1},\"b\":{\"a\":1}}")
    }

    @Test("Depth and number of values are limited")
    func limits() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try StrictJSON.parse(nested(64))
        let deep = #expect(throws: JSONError.self) { try StrictJSON.parse(nested(65)) }
        #expect(deep?.reason == .tooDeep(limit: 64))
        #expect(throws: JSONError.self) { try StrictJSON.parse(String(repeating: "[", count: 1_000_000)) }
        let limits = StrictJSON.Limits(values: 4)
        _ = try StrictJSON.parse("[1,2,3]", limits: limits)
        let many = #expect(throws: JSONError.self) { try StrictJSON.parse("[1,2,3,4]", limits: limits) }
        #expect(many?.reason == .tooManyValues(limit: 4))
    }

    @Test("Quoted text reads back as itself")
    func quoting() throws {
        let text = "\u{0}\u{1f}\u{7f}\"\\/\t\r\n\u{e9}\u{1F600}"
        #expect(try StrictJSON.parse(JSONText.quoted(text)).string == text)
        #expect(JSONText.quoted("a\u{1}\"") == "\"a\\u0001\\\"\"")
    }
}
