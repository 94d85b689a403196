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
let goldens: Set<String> = ["Catalogs", "FITS"]

let package = Package(
    name: "galatea",
    platforms: [.macOS(.v15)],
    targets: [
        // Floor 0: our C, module maps of C libraries, and what needs neither.
        .target(
            name: "CKernels",
            cSettings: [.unsafeFlags(["-O3", "-ffp-contract=fast", "-fno-math-errno", "-Wall", "-Werror"])]),
        room("Computing", ["CKernels"]),
        room("Astronomy"),

        .systemLibrary(name: "CCFITSIO", pkgConfig: "cfitsio", providers: [.apt(["libcfitsio-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Floor 1.
        room("FITS", ["Astronomy", "Computing", "CCFITSIO", "CZlib"]),

        // Floor 2.
        room("Catalogs", ["Astronomy", "Computing", "FITS", "CZlib"]),

        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: house),
        tests("Computing"),
        tests("Astronomy"),
        tests("FITS", ["Astronomy", "Computing"]),
        tests("Catalogs", ["Astronomy", "Computing", "FITS"]),
    ],
    cLanguageStandard: .gnu17,
    cxxLanguageStandard: .gnucxx17
)
