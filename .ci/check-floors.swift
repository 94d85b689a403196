import Foundation

// Compares the target dependencies of `swift package dump-package` with the floors of the house.

/// The floors from the ground up; a target may depend only on lower floors.
let floors: [[String]] = [
    ["Computing", "Safetensors", "Astronomy", "CKernels"],
    ["Tensors", "FITS", "Photometry", "MockSurvey", "ImageFiles"],
    ["NeuralNetworks", "Discovery", "Catalogs"],
    ["GalaxyModels", "AnomalyModels"],
    ["Pipeline"],
    ["Service", "Surveys", "Reports", "Measurement"],
    ["galatea", "Benchmarks"],
]

/// Neighbours on a floor that one may lean on the other, each with its reason.
let stairs: Set<[String]> = [
    ["Computing", "CKernels"]  // the parallel loop and dispatch sit directly on our C
]

/// One target of the manifest: its name, type and the targets it depends on.
struct Target: Decodable {
    var name: String
    var type: String
    var dependencies: [[String: [DependencyName?]]]

    /// A dependency's name, or the platform condition that may follow it.
    enum DependencyName: Decodable {
        case name(String)
        case condition

        init(from decoder: any Decoder) throws {
            let text = try? decoder.singleValueContainer().decode(String.self)
            self = text.map { .name($0) } ?? .condition
        }
    }

    /// Names of targets in this package that the target depends on.
    var dependencyNames: [String] {
        dependencies.flatMap { entry in
            entry.filter { $0.key == "byName" || $0.key == "target" }.values.compactMap { names in
                if case .name(let name)?? = names.first { name } else { nil }
            }
        }
    }
}

struct Manifest: Decodable {
    var targets: [Target]
}

let data = try Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1]))
let manifest = try JSONDecoder().decode(Manifest.self, from: data)
var faults: [String] = []
/// The floor of a target; C module maps and data stand on the ground with what they wrap.
func floor(of name: String) -> Int? {
    floors.firstIndex { $0.contains(name) } ?? (name.first == "C" && name != "Catalogs" ? 0 : nil)
}
for target in manifest.targets where target.type == "regular" || target.type == "executable" {
    if target.name == "TestSupport" || target.type == "system" { continue }
    guard let own = floor(of: target.name) else {
        faults.append("\(target.name) stands on no floor: add it to .ci/check-floors.swift")
        continue
    }
    for dependency in target.dependencyNames {
        guard let below = floor(of: dependency) else { continue }
        if below >= own, !stairs.contains([target.name, dependency]) {
            faults.append("\(target.name) (floor \(own)) imports \(dependency) (floor \(below))")
        }
    }
}
guard faults.isEmpty else {
    for fault in faults { print("error: \(fault)") }
    exit(1)
}
print("floors: \(manifest.targets.count) targets, each imports only from below")
