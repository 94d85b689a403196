import Computing
import Foundation
import MockSurvey
import Pipeline
import TestSupport
import Testing

@Suite("What this machine and the mock sky are")
struct DiagnosisTests {
    @Test("The diagnosis names version, system, threads, instruction set and BLAS, aligned")
    func diagnosis() throws {
        let findings = Diagnosis().findings
        #expect(findings.map(\.name) == ["galatea", "system", "threads", "instruction set", "BLAS"])
        #expect(findings.allSatisfy { !$0.value.isEmpty })
        #expect(findings[0].value.hasPrefix(Version.number) && findings[0].value.contains(Version.commit))
        #expect(findings[2].value == "\(ProcessorCount.active)")
        #expect(findings[3].value.hasPrefix("\(InstructionSet.detected) "))
        for level in InstructionSet.available { #expect(findings[3].value.contains("\(level)")) }
        #expect(findings[4].value.contains("core ") && findings[4].value.contains("1 thread a call"))
        let lines = Diagnosis().lines
        for (line, finding) in zip(lines, findings) {
            #expect(line.dropFirst(17) == finding.value[...] && line.hasPrefix(finding.name + "  "))
        }
    }

    @Test("The mock sky's relations and spectra lie within their tolerances and are told with them")
    func sky() async throws {
        let rows = try await SkyCheck(groups: [.relations, .spectra]).rows()
        let values = CheckValues().relations() + CheckValues().spectra()
        #expect(rows.count == values.count && rows.count > 40)
        for (row, value) in zip(rows, values) {
            #expect(row.passes, "\(row.line)")
            #expect(row.line.hasPrefix("\(value.group.rawValue): \(value.name)"))
            let numbers = row.line.split(separator: " ").suffix(5)
            let parts = numbers.compactMap { Double($0) }
            #expect(numbers.dropFirst().first == "expected" && numbers.dropFirst(3).first == "+-")
            expectClose(
                parts, [value.value, value.expected, value.tolerance], absolute: 1e-9, relative: 1e-3)
        }
        let first = try #require(rows.first?.line)
        #expect(
            first
                == "relations: luminosity distance at z = 0.1, Mpc".padding(
                    toLength: 72, withPad: " ", startingAt: 0)
                + String(format: "%11.4g", values[0].value) + "  expected       460 +- 1        ")
    }

    @Test("A value outside its tolerance, or none at all, is told as such")
    func outside() {
        let far = SkyCheck.Row(CheckValue(.images, "noise", 3, expected: 1, tolerance: 0.5))
        #expect(!far.passes && far.line.hasSuffix("3  expected         1 +- 0.5        OUTSIDE"))
        let none = SkyCheck.Row(CheckValue(.images, "noise", .nan, expected: 1, tolerance: 0.5))
        #expect(!none.passes && none.line.hasSuffix("OUTSIDE"))
        let edge = SkyCheck.Row(CheckValue(.images, "noise", 1.5, expected: 1, tolerance: 0.5))
        #expect(edge.passes && !edge.line.contains("OUTSIDE"))
    }
}
