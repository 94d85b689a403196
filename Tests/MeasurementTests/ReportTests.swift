import Foundation
import Measurement
import TestSupport
import Testing

@Suite("Reports of runs")
struct ReportTests {
    /// A task of two contenders whose numbers are known.
    private func task() async throws -> MeasuredTask {
        func contender(_ name: String, isPeer: Bool, milliseconds: Double) -> Contender {
            Contender(name, items: 2, isPeer: isPeer) {
                Timing(wallSeconds: 1e-3 * milliseconds, processorSeconds: 1e-3 * milliseconds)
            }
        }
        var peer = contender("the peer", isPeer: true, milliseconds: 3)
        peer.notes = ["recall 0.98"]
        peer.agreement = .init(largestDifference: 1e-6, largestValue: 2, quantity: "latents")
        return try await Comparison(
            "encoder, batch 1", unit: "galaxy", threads: 1,
            contenders: [contender("galatea", isPeer: false, milliseconds: 0.5), peer],
            notes: ["no other peer"]
        ).run(rounds: 2)
    }

    private let machine = MachineDescription(
        processor: "P", cores: 2, system: "S", instructionSet: "AVX2",
        peaks: [FloatingPointPeak(instructionSet: "AVX2", gigaflops: 100)], wideUnits: nil, blas: "B",
        load: 0.5, galatea: "0.1.0 (abc)", date: "2026-01-02T03:04:05Z", peers: ["torch": "2.13.0"])

    @Test("A table names every contender with microseconds an item, ratio, difference and notes")
    func table() async throws {
        let lines = try await task().table.split(separator: "\n").map(String.init)
        #expect(lines[0] == "encoder, batch 1: us per galaxy, 1 thread, 2 rounds")
        #expect(lines[2].split(separator: " ") == "galatea 250 250 250 250 1".split(separator: " "))
        let peer = "the peer 1500 1500 1500 1500 6.00 (6.00..6.00) 1.0e-06 of 2.0e+00, latents"
        #expect(lines[3].split(separator: " ") == peer.split(separator: " "))
        #expect(lines[4...] == ["  * the peer: recall 0.98", "  * no other peer"])
        #expect(lines.allSatisfy { !$0.hasSuffix(" ") })
    }

    @Test("Numbers stand beneath each other")
    func columns() async throws {
        let lines = try await task().table.split(separator: "\n").map(String.init)
        func end(of text: String, in line: String) -> Int? {
            line.range(of: text).map { line.distance(from: line.startIndex, to: $0.upperBound) }
        }
        #expect(end(of: "250", in: lines[2]) == end(of: "1500", in: lines[3]))
        #expect(end(of: "min", in: lines[1]) == end(of: "1500", in: lines[3]))
    }

    @Test("A run that is written and read again is the same")
    func roundTrip() async throws {
        let folder = try TemporaryFolder()
        let report = MeasurementReport(machine: machine, tasks: [try await task()])
        try report.write(to: folder.path("run.json"))
        let data = try Data(contentsOf: folder.url.appendingPathComponent("run.json"))
        #expect(try MeasurementReport(json: data) == report)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object["format"] as? Int == 1)
        let machine = try #require(object["machine"] as? [String: Any])
        #expect(machine["instruction_set"] as? String == "AVX2")
        let tasks = try #require(object["tasks"] as? [[String: Any]])
        let entries = try #require(tasks[0]["entries"] as? [[String: Any]])
        #expect(entries[1]["wall_seconds"] as? [Double] == [0.003, 0.003])
    }

    @Test("A folder that is not there is an error with the path")
    func unwritable() async throws {
        let report = MeasurementReport(machine: machine, tasks: [])
        do {
            try report.write(to: "/nowhere/at/all/run.json")
            Issue.record("it was written")
        } catch let error as MeasurementError {
            #expect(error.description.contains("'/nowhere/at/all/run.json'"))
        }
    }

    @Test("This machine has a processor, cores, a commit and a rate at every level")
    func thisMachine() {
        let machine = MachineDescription.current()
        #expect(!machine.processor.isEmpty && machine.cores >= 1 && machine.galatea.contains("("))
        #expect(machine.date.hasSuffix("Z"))
        #expect(machine.peaks.count >= 1 && machine.peaks.allSatisfy { $0.gigaflops > 0.1 })
        #expect(machine.lines.count == 3)
    }

    @Test("20 billion galaxies at 60 us are 333 core-hours")
    func cost() {
        #expect(Int(SurveyCost(microseconds: 60).coreHours.rounded()) == 333)
        #expect(abs(SurveyCost(galaxies: 3.6e9, microseconds: 1).coreHours - 1) < 1e-12)
    }
}
