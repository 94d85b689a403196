internal import Foundation
public import MockSurvey

/// The mock sky beside what is observed: `galatea simulate --check`.
public struct SkyCheck: Sendable {
    /// One figure of the sky.
    public struct Row: Sendable, Equatable {
        /// Name, value, expectation and tolerance, aligned.
        public let line: String
        /// Whether the value lies within its tolerance.
        public let passes: Bool

        /// The row of a figure.
        package init(_ value: CheckValue) {
            let name = "\(value.group.rawValue): \(value.name)"
            let padded = name.padding(toLength: max(72, name.count), withPad: " ", startingAt: 0)
            let numbers = String(
                format: "%11.4g  expected %9.4g +- %-9.3g", value.value, value.expected, value.tolerance)
            line = padded + numbers + (value.passes ? "" : "  OUTSIDE")
            passes = value.passes
        }
    }

    private let seed: UInt64
    private let sampleSize: Int
    private let groups: [CheckValue.Group]

    /// A check of samples of this size, of all groups of figures or of some.
    public init(
        seed: UInt64 = 1, sampleSize: Int = 4000, groups: [CheckValue.Group] = CheckValue.Group.allCases
    ) {
        self.seed = seed
        self.sampleSize = sampleSize
        self.groups = groups
    }

    /// Every figure of the groups: about ten seconds for all of them.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    public func rows() async throws -> [Row] {
        let (groups, values) = (groups, CheckValues(sampleSize: sampleSize, seed: seed))
        return try await BackgroundWork.run { flag in
            try groups.flatMap { group in
                try flag.check()
                return try Self.figures(of: group, in: values).map(Row.init)
            }
        }
    }

    private static func figures(of group: CheckValue.Group, in values: CheckValues) throws -> [CheckValue] {
        switch group {
        case .relations: values.relations()
        case .spectra: values.spectra()
        case .population: try values.population()
        case .classes: values.classes()
        case .images: values.images()
        case .labels: values.labels()
        }
    }
}
