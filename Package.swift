// swift-tools-version: 6.2
import PackageDescription

// The floors, from the ground up; a target imports only what stands below it (.ci/floors.swift checks).

/// Settings of every Swift target.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A Swift library target `Sources/<name>` that imports `floorsBelow`.
func room(_ name: String, _ floorsBelow: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: floorsBelow, swiftSettings: house)
}

/// The tests of `name`, `Tests/<name>Tests`; golden makers and golden files are found by path, not bundled.
func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.init(stringLiteral: name), "TestSupport"] + dependencies,
        exclude: goldens.contains(name) ? ["Golden"] : [], swiftSettings: house)
}

/// Targets whose tests compare against files made by a peer, in `Tests/<name>Tests/Golden`.
let goldens: Set<String> = ["Astronomy", "Discovery", "ImageFiles", "Safetensors"]

let package = Package(
    name: "galatea",
    platforms: [.macOS(.v15)],
    targets: [
        // Floor 0: our C, module maps of C libraries, and what needs neither.
        .target(
            name: "CKernels",
            cSettings: [.unsafeFlags(["-O3", "-ffp-contract=fast", "-fno-math-errno", "-Wall", "-Werror"])]),
        room("Computing", ["CKernels"]),
        room("Safetensors"),
        room("Astronomy"),
        .systemLibrary(name: "CSPNG"),
        .systemLibrary(name: "CSVM"),

        // Floor 1: one discipline each.
        room("ImageFiles", ["Astronomy", "CSPNG"]),

        // Floor 2: what works on the numbers of the first.
        room("Discovery", ["CKernels", "Computing", "Safetensors", "CSVM"]),

        // Floor 3: the models.
        room("GalaxyModels", ["Astronomy", "Computing"]),

        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: house),
        tests("Computing"),
        tests("Safetensors", ["Computing"]),
        tests("Astronomy"),
        tests("ImageFiles", ["Astronomy"]),
        tests("Discovery", ["CKernels", "Computing", "Safetensors"]),
        tests("GalaxyModels", ["Astronomy", "Computing"]),
    ],
    cLanguageStandard: .gnu17,
    cxxLanguageStandard: .gnucxx17
)
