internal import Computing
internal import Foundation
internal import Tensors

/// What a report of a fault, or a question about speed, should start from.
public struct Diagnosis: Sendable {
    /// A fact and its value.
    public struct Finding: Sendable, Equatable {
        /// What was looked at.
        public var name: String
        /// What was found.
        public var value: String
    }

    /// The facts, most general first.
    public let findings: [Finding]

    /// Looks at this process and its machine.
    public init() {
        let blas = BLASInformation.current
        findings = [
            Finding(name: "galatea", value: Version.text),
            Finding(name: "system", value: ProcessInfo.processInfo.operatingSystemVersionString),
            Finding(name: "threads", value: "\(ProcessorCount.active)"),
            Finding(
                name: "instruction set",
                value: "\(InstructionSet.detected) (available: "
                    + InstructionSet.available.map(\.description).joined(separator: ", ") + ")"),
            Finding(
                name: "BLAS",
                value: "\(blas.version), core \(blas.core)"
                    + (blas.core == blas.detectedCore ? "" : " (by itself it chose \(blas.detectedCore))")
                    + ", \(blas.threads) thread a call"),
        ]
    }

    /// One line a fact, values aligned.
    public var lines: [String] {
        let width = findings.map(\.name.count).max() ?? 0
        return findings.map { $0.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.value }
    }
}
