// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is built the same way: Swift 6, no warnings, unsafe memory only where marked.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

func library(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [],
  resources: [Resource] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: exclude, resources: resources,
    swiftSettings: strict)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
  .product(name: "NIOTLS", package: "swift-nio"),
  .product(name: "NIOSSL", package: "swift-nio-ssl"),
]
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
  name: "amirec",
  products: [
    .library(name: "AMI", targets: ["AMI"]),
    .library(name: "AMIClient", targets: ["AMIClient"]),
    .executable(name: "amirecd", targets: ["amirecd"]),
    .executable(name: "amirec", targets: ["amirec"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    library("SQLite", ["CSQLite"]),
    .systemLibrary(name: "CLinux"),
    library("Display"),
    library("AMI"),
    library(
      "AMIClient", ["AMI", "Display", .product(name: "Crypto", package: "swift-crypto")] + nio),
    library("Journal", ["CZlib"]),
    library("Configuration", ["CLinux"]),
    library("Normalization", ["AMI"]),
    library(
      "Store", ["Normalization", "SQLite", "CZlib"], exclude: ["schema/README.md"],
      resources: [.embedInCode("schema")]),
    library("Ingest", ["AMI", "Journal", "Normalization", "Reconciliation", "Store"]),
    library("Reconciliation", ["AMI", "Journal", "SQLite", "Store"]),
    library("Reports", ["Display", "SQLite"], resources: [.embedInCode("queries")]),
    .executableTarget(
      name: "amirecd",
      dependencies: [
        "AMI", "AMIClient", "Configuration", "Display", "Ingest", "Journal", "Normalization",
        "Store", log,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ] + nio, swiftSettings: strict),
    .executableTarget(
      name: "amirec",
      dependencies: [
        "AMI", "AMIClient", "Configuration", "Display", "Ingest", "Journal", "Normalization",
        "Reconciliation", "Reports", "SQLite", "Store",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ] + nio, swiftSettings: strict),

    .target(
      name: "Support", dependencies: ["SQLite"], path: "Tests/Support", swiftSettings: strict),
    tests("Display", ["Display", "Support"]),
    tests("AMI", ["AMI", "Support"]),
    tests("SQLite", ["SQLite", "Support"]),
    tests("Journal", ["CZlib", "Journal", "Support"]),
    tests("Configuration", ["Configuration", "Support"]),
    tests("Normalization", ["AMI", "Journal", "Normalization", "Support"]),
    tests("Store", ["Normalization", "Store", "SQLite", "Support"]),
    tests("Ingest", ["Ingest", "Journal", "Normalization", "Store", "SQLite", "Support"]),
    tests(
      "Reconciliation",
      ["Ingest", "Journal", "Normalization", "Reconciliation", "Store", "SQLite", "Support"]),
    tests("Reports", ["Reports", "Store", "SQLite", "Support"], exclude: ["Golden"]),
    tests("AMIClient", ["AMI", "AMIClient", "Support"] + nio),
    tests(
      "Command",
      [
        "AMI", "AMIClient", "Display", "Journal", "SQLite", "Store", "Support", log, "amirec",
        "amirecd",
      ] + nio),
    tests(
      "Simulation",
      [
        "AMI", "AMIClient", "Ingest", "Journal", "Normalization", "SQLite", "Store", "Support", log,
        "amirecd",
      ] + nio),
    tests("Asterisk", ["AMI", "AMIClient", "SQLite", "Support"]),
    tests("Tidy", ["Support"]),
  ]
)
