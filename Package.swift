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
let goldens: Set<String> = ["Astronomy", "CKernels", "Safetensors"]

/// The commit that is being built, for `--version` and provenance.
let commit = Context.gitInformation.map {
    String($0.currentCommit.prefix(10)) + ($0.hasUncommittedChanges ? "+" : "")
}

let package = Package(
    name: "galatea",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "galatea", targets: ["galatea"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/LebJe/TOMLKit", exact: "0.6.0"),
    ],
    targets: [
        // Floor 0: our C, module maps of C libraries, and what needs neither.
        .target(
            name: "CKernels",
            cSettings: [.unsafeFlags(["-O3", "-ffp-contract=fast", "-fno-math-errno", "-Wall", "-Werror"])]),
        .target(
            name: "CBuildInformation",
            cSettings: [.define("GALATEA_COMMIT", to: "\"\(commit ?? "unknown")\"")]),
        .systemLibrary(name: "CCrypto"),
        room("Computing", ["CKernels"]),
        room("Safetensors"),
        room("Astronomy"),
        .systemLibrary(name: "COpenBLAS"),

        // Floor 1: arrays with gradients.
        room("Tensors", ["Computing", "CKernels", "COpenBLAS"]),

        // Floor 2: networks.
        room("NeuralNetworks", ["Tensors", "Computing"]),

        // Floor 3: the models.
        room("GalaxyModels", ["Astronomy", "Computing"]),

        // Floor 4: the use cases.
        room(
            "Pipeline",
            [
                "CBuildInformation", "CCrypto", "Computing", "Astronomy", "GalaxyModels",
                .product(name: "TOMLKit", package: "TOMLKit"),
            ]),

        // Floor 6: the program.
        .executableTarget(
            name: "galatea",
            dependencies: [
                "Pipeline",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: house),

        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: house),
        tests("Computing"),
        tests("CKernels", ["Computing"]),
        tests("Safetensors", ["Computing"]),
        tests("Astronomy"),
        tests("Pipeline", ["GalaxyModels"]),
        tests("GalaxyModels", ["Astronomy", "Computing"]),
    ],
    cLanguageStandard: .gnu17,
    cxxLanguageStandard: .gnucxx17
)
