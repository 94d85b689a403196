import Foundation
import Measurement
import TestSupport
import Testing

@Suite("Peers in processes of their own")
struct PeerProcessTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A peer whose program is a shell script; it sees each request as `$line`.
    private func peer(_ answers: String, patience: Int = 30) throws -> PeerProcess {
        let script = "while read -r line; do case \"$line\" in \(answers) esac; done"
        return try PeerProcess(
            name: "shell", program: "/bin/sh", arguments: ["-c", script], threads: 3,
            logPath: folder.path("log"), patience: patience)
    }

    @Test("A peer is prepared, repeats, and compares with our results")
    func conversation() throws {
        let peer = try peer(
            """
            *'"do":"prepare"'*) printf '%s' "$line" > '\(folder.path("options"))';
                echo "{\\"versions\\": {\\"sh\\": \\"$OMP_NUM_THREADS\\"}, \\"notes\\": [\\"a note\\"]}";;
            *'"do":"repeat"'*) echo '{"seconds": 0.25, "processorSeconds": 0.5}';;
            *'"do":"compare"'*) printf '%s' "$line" > '\(folder.path("compared"))';
                printf '{"agreement": {"largestDifference": 0.5, "largestValue": 2';
                echo ', "quantity": "fluxes"}, "notes": ["another"]}';;
            """)
        try peer.prepare(["batch": 32, "model": "a/b", "share": 0.5, "isFast": true])
        #expect(peer.versions == ["sh": "3"])
        #expect(
            try String(contentsOfFile: folder.path("options"), encoding: .utf8)
                == #"{"batch":32,"do":"prepare","isFast":true,"model":"a/b","share":0.5}"#)
        #expect(try peer.timing() == Timing(wallSeconds: 0.25, processorSeconds: 0.5))
        let agreement = try peer.agreement(withOurs: "ours.npy")
        #expect(agreement == .init(largestDifference: 0.5, largestValue: 2, quantity: "fluxes"))
        #expect(
            try String(contentsOfFile: folder.path("compared"), encoding: .utf8)
                == #"{"do":"compare","ours":"ours.npy"}"#)
        #expect(peer.contender(items: 4).notes == ["a note", "another"])
    }

    @Test("A peer takes part in rounds with its own times")
    func rounds() async throws {
        let peer = try peer("*) echo '{\"seconds\": 0.25, \"processorSeconds\": 0.5}';;")
        let task = try await Comparison(
            "x", unit: "item", threads: 1, contenders: [peer.contender(items: 10)]
        ).run(rounds: 3)
        #expect(task.entries[0].isPeer)
        #expect(task.entries[0].wallSeconds == [0.25, 0.25, 0.25])
        #expect(task.entries[0].microseconds.median == 25000)
    }

    @Test("A peer that cannot do the task says why")
    func refusal() throws {
        let peer = try peer("*) echo '{\"error\": \"no module named torch\"}';;")
        #expect(throws: MeasurementError.peerRefused(peer: "shell", reason: "no module named torch")) {
            try peer.prepare([:])
        }
    }

    @Test("A peer that dies is an error with its last words, in every later request, too")
    func death() throws {
        let peer = try peer("*) echo 'out of memory' >&2; exit 3;;")
        let expected = MeasurementError.peerFailed(
            peer: "shell", reason: "it ended with status 3: out of memory")
        #expect(throws: expected) { try peer.prepare([:]) }
        #expect(throws: expected) { _ = try peer.timing() }
    }

    @Test("A peer that says nothing is given up")
    func silence() throws {
        let peer = try peer("*) sleep 20;;", patience: 1)
        #expect(throws: MeasurementError.peerSilent(peer: "shell", seconds: 1)) { _ = try peer.timing() }
    }

    @Test(
        "An answer that is no answer is an error",
        arguments: ["hello", "{}", #"{"seconds": 0, "processorSeconds": 1}"#, #"{"seconds": 1}"#, "[]", ""])
    func nonsense(answer: String) throws {
        let peer = try peer("*) echo '\(answer)';;")
        #expect {
            _ = try peer.timing()
        } throws: { error in
            if case .peerFailed = error as? MeasurementError { true } else { false }
        }
    }

    @Test("A program that is not there is an error")
    func missing() {
        #expect {
            _ = try PeerProcess(
                name: "none", program: "/no/such/python", arguments: [], threads: 1,
                logPath: folder.path("log"))
        } throws: { error in
            if case .peerNotStarted(peer: "none", _) = error as? MeasurementError { true } else { false }
        }
    }
}
