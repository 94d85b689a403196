import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("Content hash")
struct ContentHashTests {
    @Test("SHA-256 of the published test vectors")
    func vectors() {
        let empty = ContentHash()
        #expect(empty.hexadecimal() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        var abc = ContentHash()
        abc.update(Array("a".utf8))
        abc.update(Array("bc".utf8))
        #expect(abc.hexadecimal() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("A file hashes as its bytes; a missing one is an error that names it")
    func file() throws {
        let folder = try TemporaryFolder()
        try Data("abc".utf8).write(to: URL(fileURLWithPath: folder.path("a")))
        #expect(try ContentHash.ofFile(folder.path("a")).hasPrefix("ba7816bf"))
        #expect {
            try ContentHash.ofFile(folder.path("missing"))
        } throws: { ($0 as? PipelineError)?.message.contains("missing") == true }
    }
}
