@testable internal import Configuration

// The configuration. What must hold of any text: it is taken apart or refused with words that name
// a place; what was taken apart is the same when it is written plainly and read again. Whole
// configurations are made of it too, with secrets from the environment, so that no file is read.

func fuzzConfiguration(_ input: [UInt8]) throws {
  guard let text = String(validating: input, as: UTF8.self) else { return }
  do throws(ConfigurationError) {
    let file = try ConfigurationFile(text, name: "f")
    let again = try ConfigurationFile(plain(file), name: "f")
    require(bare(file) == bare(again), "written plainly it says something else:\n\(plain(file))")
    try make(text, file)
  } catch {
    require(!"\(error)".isEmpty, "nothing is said of it")
  }
}

private func make(_ text: String, _ file: ConfigurationFile) throws(ConfigurationError) {
  var variables = ["AMIREC_LOG_LEVEL": "debug", "AMIREC_STRAY": "x"]
  for section in file.sections {
    for key in ["secret", "action_secret"] {
      variables[Environment.name(of: key, server: section.name)] = "s"
    }
  }
  let environment = Environment(variables)
  for purpose in [Configuration.Purpose.masking, .acting(on: nil), .acting(on: "pbx"), .recording] {
    let made = try Configuration(text, name: "f", environment: environment, for: purpose)
    require(!made.serverNames.isEmpty, "it records nothing")
    require((10...60_000).contains(made.commitIntervalMilliseconds), "commits at no time")
    require(made.servers.allSatisfy { (1...65_535).contains($0.port) }, "no port")
  }
}

private func plain(_ file: ConfigurationFile) -> String {
  func escaped(_ text: String) -> String {
    String(decoding: text.utf8.flatMap { $0 == 0x3B ? [0x5C, 0x3B] : [$0] }, as: UTF8.self)
  }
  return file.sections.map { section in
    "[\(escaped(section.name))]\n"
      + section.settings.map { "\(escaped($0.key)) = \(escaped($0.value))\n" }.joined()
  }.joined()
}

/// Names, keys and values, without their places.
private func bare(_ file: ConfigurationFile) -> [[String]] {
  file.sections.map { [$0.name] + $0.settings.flatMap { [$0.key, $0.value] } }
}
