import Glibc
import Support
import Testing

@testable import Configuration

/// A configuration from a text, with a secret from the environment.
func configuration(
  _ text: String, _ variables: [String: String] = ["AMIREC_PBX1_SECRET": "geheim"]
) throws(ConfigurationError) -> Configuration {
  try Configuration(text, name: "amirec.conf", environment: Environment(variables))
}

@Suite struct ConfigurationTests {
  static let least = "[pbx1]\nhost = 10.0.0.1\nusername = recorder\n"

  @Test func `what is not set has its default`() throws {
    let made = try configuration(Self.least)
    #expect(made.store == "/var/lib/amirec/amirec.db")
    #expect(made.journal == "/var/lib/amirec/journal")
    #expect(made.tables == [])
    #expect(!made.showsDTMF)
    #expect(made.logLevel == "info")
    #expect(made.commitIntervalMilliseconds == 250)
    #expect(made.segmentBytes == 67_108_864)
    #expect(made.warnings == [])
    let server = try #require(made.servers.first)
    #expect(made.servers.count == 1)
    #expect(server.name == "pbx1")
    #expect(server.host == "10.0.0.1")
    #expect(server.port == 5_038)
    #expect(server.tls == nil)
    #expect(server.username == "recorder")
    #expect(server.secret.text == "geheim")
    #expect(server.authentication == .md5)
    #expect(server.trunks == [])
    #expect(server.pingIntervalSeconds == 5)
    #expect(server.takesSnapshot)
    #expect(!server.asksForSecrets)
    #expect(server.queuesIntervalSeconds == 60)
    #expect(server.registrationsIntervalSeconds == 300)
  }

  @Test func `every key is taken`() throws {
    let made = try configuration(
      """
      [general]
      store => /a/b.db
      journal=/a/j
      tables = cels, dialplan_steps,variables
      dtmf = clear
      log_level = warning
      commit_interval_ms = 1000
      segment_size_mb = 2
      [pbx1] ; the first
      host = pbx.example.com
      port = 5040
      TLS = on
      tls_ca = /a/ca.pem
      tls_name = other.example.com
      tls_insecure = yes
      username = rec\\;order
      authentication = plain
      trunks = PJSIP/trunk1 ,PJSIP/trunk2,
      ping_interval_s = 7
      snapshot = no
      outbound_registrations = yes
      queues_interval_s = 0
      registrations_interval_s = 30
      [pbx-2]
      host = ::1
      username = r
      tls = true
      """, ["AMIREC_PBX1_SECRET": "geheim", "AMIREC_PBX_2_SECRET": "anders"])
    #expect(made.store == "/a/b.db")
    #expect(made.journal == "/a/j")
    #expect(made.tables == ["cels", "dialplan_steps", "variables"])
    #expect(made.showsDTMF)
    #expect(made.logLevel == "warning")
    #expect(made.commitIntervalMilliseconds == 1_000)
    #expect(made.segmentBytes == 2_097_152)
    let one = made.servers[0]
    #expect(one.port == 5_040)
    #expect(
      one.tls == .init(authorities: "/a/ca.pem", name: "other.example.com", isInsecure: true))
    #expect(one.username == "rec;order")
    #expect(one.authentication == .plain)
    #expect(one.trunks == ["PJSIP/trunk1", "PJSIP/trunk2"])
    #expect(one.pingIntervalSeconds == 7)
    #expect(!one.takesSnapshot)
    #expect(one.asksForSecrets)
    #expect(one.queuesIntervalSeconds == 0)
    #expect(one.registrationsIntervalSeconds == 30)
    #expect(made.warnings.count == 1 && made.warnings[0].contains("tls_insecure"))
    let two = made.servers[1]
    #expect(two.tls == .init(authorities: nil, name: nil, isInsecure: false))
    #expect(two.port == 5_039)
    #expect(two.secret.text == "anders")
  }

  @Test(arguments: [
    ("[pbx1]\nprot = 1\n", "amirec.conf:2: there is no key 'prot'; the nearest is 'port'"),
    ("[general]\nstroe = /a\n", "amirec.conf:2: there is no key 'stroe'; the nearest is 'store'"),
    ("[general]\nhost = a\n", "amirec.conf:2: 'host' belongs into the section of a server"),
    ("[pbx1]\nstore = /a\n", "amirec.conf:2: 'store' belongs into [general]"),
    ("[pbx1]\nport = 70000\n", "amirec.conf:2: 'port' must be a whole number from 1 to 65535"),
    (
      "[general]\ncommit_interval_ms = 1s\n",
      "amirec.conf:2: 'commit_interval_ms' must be a whole number from 10 to 60000 (milliseconds)"
    ),
    (
      "[general]\nstore = a.db\n",
      "amirec.conf:2: 'store' must be a whole path, such as /etc/amirec/file"
    ),
    (
      "[general]\ntables = cels, calls\n",
      "amirec.conf:2: 'tables' must be a list of any of cels, dialplan_steps, variables"
    ),
    ("[pbx1]\ntls = maybe\n", "amirec.conf:2: 'tls' must be yes or no"),
    ("[pbx1]\nauthentication = sha\n", "amirec.conf:2: 'authentication' must be one of md5, plain"),
    ("[pbx1]\nhost =\n", "amirec.conf:2: 'host' must be a text"),
    (
      "[pbx1]\nhost = a\nport = 1\nhost = b\n",
      "amirec.conf:4: 'host' is set twice, first in line 2; keep one"
    ),
    ("[pbx1]\nhost = a\n", "amirec.conf:1: [pbx1] lacks 'username'; add username = …"),
    ("host = a\n", "amirec.conf:1: 'host' stands before any section; begin with a line [general]"),
    (
      "[pbx1](!)\n",
      "amirec.conf:1: templates are not supported: write [pbx1] without (!), and all its settings"
    ),
    (
      "[pbx1](base)\n",
      "amirec.conf:1: templates are not supported: write [pbx1] without (base), and all its settings"
    ),
    (
      "\n#include more.conf\n",
      "amirec.conf:2: #include is not supported: one file holds it all; write the settings here"
    ),
    (
      "#exec ls\n",
      "amirec.conf:1: #exec is not supported: one file holds it all; write the settings here"
    ),
    (
      "[pbx1]\ntrunks += a\n",
      "amirec.conf:2: += is not supported: write the whole value, as trunks = value"
    ),
    ("[pbx1\n", "amirec.conf:1: the section's name has no end; add ]"),
    ("[]\n", "amirec.conf:1: the section has no name"),
    ("[a] b = c\n", "amirec.conf:1: something follows [a]; put it on a line of its own"),
    ("[a]\nnonsense\n", "amirec.conf:2: this is neither [section] nor key = value"),
    ("[a]\n= b\n", "amirec.conf:2: the key is missing before ="),
    ("[a]\n;-- open\n\n", "amirec.conf:2: the comment that ;-- begins here has no end; add --;"),
    (
      "[pbx 1]\n",
      "amirec.conf:1: the name of a server has up to 64 letters, digits, - and _; rename it"
    ),
    (
      "[../x]\n",
      "amirec.conf:1: the name of a server has up to 64 letters, digits, - and _; rename it"
    ),
    (
      "[a-b]\n[A_b]\n",
      "amirec.conf:2: [A_b] is there already, as [a-b] in line 1; join or rename them"
    ),
    (
      "[general]\n",
      "amirec.conf: it names no server; add a section such as [pbx1] with host and username"
    ),
    (
      "[pbx1]\nhost = a\nusername = b\ntls_ca = /a\n",
      "amirec.conf:4: 'tls_ca' means nothing while tls = no; set tls = yes, or remove it"
    ),
  ])
  func `a mistake is named with its line and what to do`(text: String, message: String) {
    let error = #expect(throws: ConfigurationError.self) { try configuration(text) }
    #expect(error?.description == message)
  }

  @Test func `comments are as in Asterisk`() throws {
    let made = try configuration(
      """
      ;---------- a ruled line is no block
      [pbx1] ; here
      ;-- all of
      host = wrong
      ;-- this --;
      username = wrong --;
      host = right ;-- and this --;
      username = a;-- this --;b\t
      """.replacing("\n", with: "\r\n"))
    #expect(made.servers[0].host == "right")
    #expect(made.servers[0].username == "ab")
  }

  @Test func `the environment prevails`() throws {
    let made = try configuration(
      Self.least,
      [
        "AMIREC_PBX1_SECRET": "geheim", "AMIREC_PBX1_HOST": "10.9.9.9", "AMIREC_STORE": "/e.db",
        "AMIREC_PBX1_TLS": "yes", "AMIREC_DB": "/other", "AMIREC_QUERIES": "/queries",
        "AMIREC_PBX1_PROT": "1",
      ])
    #expect(made.servers[0].host == "10.9.9.9")
    #expect(made.servers[0].port == 5_039)
    #expect(made.store == "/e.db")
    #expect(made.warnings == ["AMIREC_PBX1_PROT means nothing; the nearest is AMIREC_PBX1_PORT"])
    let error = #expect(throws: ConfigurationError.self) {
      try configuration(Self.least, ["AMIREC_PBX1_PORT": "x"])
    }
    #expect(
      error?.description == "AMIREC_PBX1_PORT: 'port' must be a whole number from 1 to 65535")
  }

  @Test(arguments: Key.all) func `every key is documented in the sample`(key: Key) throws {
    let lines = try Self.sample().split(separator: "\n").map(String.init)
    let written = lines.filter { line in
      let bare = line.hasPrefix(";") ? line.dropFirst() : line[...]
      return bare.hasPrefix("\(key.name) = ") && bare.contains(" ; ")
    }
    #expect(written.count == 1, "\(key.name) = …  ; meaning")
    let value = try #require(written.first).split(separator: "=", maxSplits: 1)[1]
    let shown = trimmed(value.split(separator: ";")[0])
    if let standard = key.standard, !standard.isEmpty { #expect(shown == standard) }
  }

  @Test func `the sample is good, and so is it with every comment of a setting removed`() throws {
    let sample = try Self.sample()
    let variables = ["AMIREC_PBX1_SECRET": "geheim"]
    let plain = try configuration(sample, variables)
    #expect(plain.servers.map(\.name) == ["pbx1"])
    let all = sample.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let isSetting = Key.all.contains { line.hasPrefix(";\($0.name) = ") }
      return isSetting ? String(line.dropFirst()) : String(line)
    }.joined(separator: "\n").replacing("tls = no", with: "tls = yes")
    let full = try configuration(all, variables)
    #expect(full.servers[0].tls?.authorities == "/etc/amirec/ca.pem")
    #expect(full.servers[0].trunks.count == 2)
    #expect(full.warnings == [])
  }

  static func sample() throws -> String {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return String(
      decoding: try readText("/\(root)/etc/amirec.conf", bytesMax: 1 << 20), as: UTF8.self)
  }
}
