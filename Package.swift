// swift-tools-version: 6.2
import Foundation
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

/// The tests of `name`, `Tests/<name>Tests`; golden makers and golden files in `Golden` are found by path.
func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    let golden = "\(Context.packageDirectory)/Tests/\(name)Tests/Golden"
    return .testTarget(
        name: "\(name)Tests", dependencies: [.init(stringLiteral: name), "TestSupport"] + dependencies,
        exclude: FileManager.default.fileExists(atPath: golden) ? ["Golden"] : [], swiftSettings: house)
}

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
            name: "CStellarSpectra",
            exclude: [
                "README.md", "ssp_pegase_models.csv", "ssp_pegase_nebular.csv", "ssp_pegase_spectra.csv",
            ]),
        .target(
            name: "CBuildInformation",
            cSettings: [.define("GALATEA_COMMIT", to: "\"\(commit ?? "unknown")\"")]),
        .target(name: "CFileMapping"),
        .target(
            name: "CHNSW", cxxSettings: [.unsafeFlags(["-O3", "-Wall", "-Werror"])]),
        .systemLibrary(name: "CCFITSIO", pkgConfig: "cfitsio", providers: [.apt(["libcfitsio-dev"])]),
        .systemLibrary(name: "CCrypto"),
        .systemLibrary(name: "COpenBLAS"),
        .systemLibrary(name: "CSEP"),
        .systemLibrary(name: "CSPNG"),
        .systemLibrary(name: "CSVM"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        room("Astronomy"),
        room("Computing", ["CKernels"]),
        room("Safetensors"),

        // Floor 1: files, pixels, the mock sky, arrays with gradients.
        room("FITS", ["Astronomy", "Computing", "CCFITSIO", "CFileMapping", "CZlib"]),
        room("ImageFiles", ["Astronomy", "CSPNG"]),
        room("MockSurvey", ["Astronomy", "Computing", "CKernels", "CStellarSpectra"]),
        room("Photometry", ["Astronomy", "Computing", "CKernels", "CSEP"]),
        room("Tensors", ["Computing", "CKernels", "COpenBLAS"]),

        // Floor 2: catalogues, classification and search, networks.
        room("Catalogs", ["Astronomy", "Computing", "FITS", "CZlib"]),
        room("Discovery", ["CKernels", "Computing", "Safetensors", "CHNSW", "CSVM"]),
        room("NeuralNetworks", ["Tensors", "Safetensors", "Computing", "CKernels"]),

        // Floor 3: the models.
        room(
            "GalaxyModels",
            ["NeuralNetworks", "Tensors", "Photometry", "Safetensors", "Astronomy", "Computing", "CKernels"]),

        // Floor 4: the use cases.
        room(
            "Pipeline",
            [
                "GalaxyModels", "Discovery", "Catalogs", "NeuralNetworks", "Tensors", "Photometry", "FITS",
                "MockSurvey", "ImageFiles", "Safetensors", "Astronomy", "Computing", "CBuildInformation",
                "CCrypto", .product(name: "Logging", package: "swift-log"),
                .product(name: "TOMLKit", package: "TOMLKit"),
            ]),

        // Floor 5: measuring it all.
        room(
            "Measurement",
            [
                "Pipeline", "MockSurvey", "Photometry", "Tensors", "Computing", "CKernels",
                .product(name: "Logging", package: "swift-log"),
            ]),

        // Floor 6: the programs.
        .executableTarget(
            name: "galatea",
            dependencies: [
                "Measurement", "Pipeline", "MockSurvey", "Photometry",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: house),

        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Measurement", "Pipeline", "GalaxyModels", "NeuralNetworks", "Discovery", "Tensors", "FITS",
                "MockSurvey", "Photometry", "Astronomy", "Computing",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Peers", "Runs"], swiftSettings: house),

        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: house),
        tests("CKernels", ["Computing"]),
        tests("Astronomy"),
        tests("Computing"),
        tests("Safetensors", ["Computing"]),
        tests("FITS", ["Astronomy", "Computing"]),
        tests("ImageFiles", ["Astronomy"]),
        tests("MockSurvey", ["Astronomy", "Computing", "CKernels"]),
        tests("Photometry", ["Astronomy", "Computing", "CKernels"]),
        tests("Tensors", ["Computing"]),
        tests("Catalogs", ["Astronomy", "Computing", "FITS"]),
        tests("Discovery", ["CKernels", "Computing", "Safetensors"]),
        tests("NeuralNetworks", ["Computing", "Safetensors", "Tensors"]),
        tests("GalaxyModels", ["NeuralNetworks", "Tensors", "Photometry", "Astronomy", "Computing"]),
        tests(
            "Pipeline",
            [
                "GalaxyModels", "Catalogs", "Photometry", "FITS", "MockSurvey", "Astronomy", "Computing",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests("Measurement", ["CKernels", "Computing"]),
        // The built program, run as a process: no module of it is imported.
        .testTarget(name: "GalateaTests", dependencies: ["galatea", "TestSupport"], swiftSettings: house),
    ],
    cLanguageStandard: .gnu17,
    cxxLanguageStandard: .gnucxx17
)
