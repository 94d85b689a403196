internal import Foundation
internal import MockSurvey

/// The mock sky beside what is observed: `galatea simulate --check`.
public struct SkyCheck: Sendable {
    /// One figure of the sky.
    public struct Row: Sendable, Equatable {
        /// Name, value, expectation and tolerance, aligned.
        public let line: String
        /// Whether the value lies within its tolerance.
        public let passes: Bool
    }

    private let seed: UInt64
    private let sampleSize: Int

    /// A check of samples of this size.
    public init(seed: UInt64 = 1, sampleSize: Int = 4000) {
        self.seed = seed
        self.sampleSize = sampleSize
    }

    /// Every figure: about ten seconds.
    public func rows() async throws -> [Row] {
        let (seed, sampleSize) = (seed, sampleSize)
        return try await BackgroundWork.run { _ in
            try CheckValues(sampleSize: sampleSize, seed: seed).all().map(Self.row)
        }
    }

    private static func row(_ value: CheckValue) -> Row {
        let name = "\(value.group.rawValue): \(value.name)"
        let padded = name.padding(toLength: max(72, name.count), withPad: " ", startingAt: 0)
        let numbers = String(
            format: "%11.4g  expected %9.4g +- %-9.3g", value.value, value.expected, value.tolerance)
        return Row(line: padded + numbers + (value.passes ? "" : "  OUTSIDE"), passes: value.passes)
    }
}
