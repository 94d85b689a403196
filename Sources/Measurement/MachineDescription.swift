internal import Computing
internal import Foundation
internal import Pipeline
internal import Tensors

/// Where and with what a run was made: no figure means anything without it.
public struct MachineDescription: Sendable, Equatable, Codable {
    /// The processor's name, as the system gives it.
    public var processor: String
    /// Cores that the process may use.
    public var cores: Int
    /// The operating system.
    public var system: String
    /// The level that kernels run at.
    public var instructionSet: String
    /// Rates of multiply-adds of one core at each level.
    public var peaks: [FloatingPointPeak]
    /// 512-bit multiply-add units of a core as the rates tell; `nil` where they do not.
    public var wideUnits: Int?
    /// Version and core of the BLAS library.
    public var blas: String
    /// The system's load when the run began: other work makes every figure doubtful.
    public var load: Double
    /// Version and commit of Galatea.
    public var galatea: String
    /// When the run began, UTC.
    public var date: String
    /// Versions of peers by name.
    public var peers: [String: String]

    /// A machine that is known.
    public init(
        processor: String, cores: Int, system: String, instructionSet: String, peaks: [FloatingPointPeak],
        wideUnits: Int?, blas: String, load: Double, galatea: String, date: String, peers: [String: String]
    ) {
        self.processor = processor
        self.cores = cores
        self.system = system
        self.instructionSet = instructionSet
        self.peaks = peaks
        self.wideUnits = wideUnits
        self.blas = blas
        self.load = load
        self.galatea = galatea
        self.date = date
        self.peers = peers
    }

    /// Looks at this machine; takes a second for the rates.
    public static func current(peers: [String: String] = [:]) -> MachineDescription {
        let blas = BLASInformation.current
        var load = [0.0, 0, 0]
        getloadavg(&load, 3)
        let peaks = InstructionSet.available.map { FloatingPointPeak.measured(at: $0) }
        return MachineDescription(
            processor: processorName(), cores: ProcessorCount.active,
            system: ProcessInfo.processInfo.operatingSystemVersionString,
            instructionSet: InstructionSet.detected.description, peaks: peaks,
            wideUnits: FloatingPointPeak.wideUnits(peaks), blas: "\(blas.version), core \(blas.core)",
            load: load[0], galatea: Version.text,
            date: Date.now.formatted(.iso8601), peers: peers)
    }

    /// The name in `/proc/cpuinfo`; elsewhere the architecture.
    private static func processorName() -> String {
        if let text = FileManager.default.contents(atPath: "/proc/cpuinfo") {
            for line in String(decoding: text, as: UTF8.self).split(separator: "\n")
            where line.hasPrefix("model name") {
                if let colon = line.firstIndex(of: ":") {
                    return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                }
            }
        }
        #if arch(x86_64)
            return "x86-64"
        #else
            return "arm64"
        #endif
    }

    /// The description as lines for people.
    public var lines: [String] {
        let rates = peaks.map { "\($0.instructionSet) \(Int($0.gigaflops.rounded()))" }
        let units = wideUnits.map { $0 == 2 ? ", two 512-bit units" : ", one 512-bit or two 256-bit units" }
        return [
            "\(processor), \(cores) cores, \(system)",
            "instruction set \(instructionSet); GFLOP/s a core: \(rates.joined(separator: ", "))\(units ?? "")",
            "\(blas); load \(String(format: "%.1f", load)); galatea \(galatea); \(date)",
        ]
            + (peers.isEmpty
                ? []
                : ["peers: " + peers.sorted { $0.key < $1.key }.map { "\($0) \($1)" }.joined(separator: ", ")])
    }
}
