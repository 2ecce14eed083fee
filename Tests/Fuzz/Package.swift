// swift-tools-version: 6.2
import PackageDescription

/// The program of `make fuzz`: a package of its own, so that the ordinary build knows nothing of
/// it. It compiles the libraries (`Sources` is a link) as they ship, but with what libFuzzer needs
/// to see where an input leads, and with their internals open to `@testable`.
func strict(_ sanitizers: String) -> [SwiftSetting] {
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .unsafeFlags(["-sanitize=\(sanitizers)", "-enable-testing"]),
  ]
}

/// For values, which have no unsafe memory.
let safe = strict("fuzzer")
/// For what touches unsafe memory: each access is watched.
let watched = strict("fuzzer,address")

func library(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [],
  resources: [Resource] = [], settings: [SwiftSetting] = watched
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/\(name)", exclude: exclude,
    resources: resources, swiftSettings: settings)
}

let package = Package(
  name: "fuzz",
  targets: [
    .systemLibrary(name: "CSQLite", path: "Sources/CSQLite"),
    .systemLibrary(name: "CZlib", path: "Sources/CZlib"),
    .systemLibrary(name: "CLinux", path: "Sources/CLinux"),
    .systemLibrary(name: "CFuzzer", path: "CFuzzer"),
    library("SQLite", ["CSQLite"]),
    library("AMI"),
    library("Journal", ["CZlib"]),
    library("Configuration", ["CLinux"]),
    library("Normalization", ["AMI"], settings: safe),
    library(
      "Store", ["Normalization", "SQLite", "CZlib"], exclude: ["schema/README.md"],
      resources: [.embedInCode("schema")]),
    library("Reconciliation", ["AMI", "Journal", "SQLite", "Store"]),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "AMI", "CFuzzer", "Configuration", "Journal", "Normalization", "Reconciliation", "Store",
      ],
      path: "Targets", swiftSettings: safe,
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
  ]
)
