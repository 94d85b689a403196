public import Foundation

/// A run: where it was made, and what was measured. One JSON file each.
public struct MeasurementReport: Sendable, Equatable, Codable {
    /// Version of the file's layout.
    public var format = 1
    /// Where and with what.
    public var machine: MachineDescription
    /// The tasks in the order they were run.
    public var tasks: [MeasuredTask]

    /// A run of these tasks.
    public init(machine: MachineDescription, tasks: [MeasuredTask]) {
        self.machine = machine
        self.tasks = tasks
    }

    /// The file's text: keys in order.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return try encoder.encode(self) + Data("\n".utf8)
    }

    /// Reads a file's text.
    public init(json data: Data) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(MeasurementReport.self, from: data)
    }

    /// Writes the file: complete or not at all.
    public func write(to path: String) throws {
        do {
            try json().write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw MeasurementError.unwritable(path: path, reason: error.localizedDescription)
        }
    }
}
