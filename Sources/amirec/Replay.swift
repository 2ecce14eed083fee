import ArgumentParser
import Journal
import NIOCore

struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Is an AMI server that plays a recording to any client.",
    discussion: """
      Login (any user, any secret, plain or MD5), Challenge, Logoff and Ping are answered; any \
      other action with an error. Every client gets the recording from its beginning, without the \
      recorded banner and login. Where the recording was disconnected, the client is; when the \
      same user comes back from the same address, it gets the next recorded connection, at once. \
      At the end the connection stays open, unless the recording ends with a disconnect.

      The time within a connection is that of the index beside the recording (X.idx beside X.ami \
      or X.ami.gz); without one, all is sent as fast as the client reads.

      "listening on HOST:PORT" on standard error says that clients may come.
      """)

  @Argument(help: ArgumentHelp("A recording: X.ami or X.ami.gz.", valueName: "source"))
  var source: String

  @Option(
    help: ArgumentHelp("Where to listen; port 0 for any that is free.", valueName: "host:port"))
  var listen = Endpoint(host: "127.0.0.1", port: 5038)

  @Option(
    help: ArgumentHelp(
      "How many times faster than recorded; 0 or max: as fast as the client reads.",
      valueName: "number"))
  var speed = Speed(factor: 1)

  @Flag(help: "End when one client has had the whole recording.")
  var once = false

  func run() async throws {
    do {
      let server = try ReplayServer(
        path: source, options: .init(speed: speed.factor, isOnce: once))
      try await server.run(host: listen.host, port: listen.port) { address in
        Terminal.tell("listening on \(Endpoint(address))")
      }
    } catch let error as JournalError {
      throw Failure(Failure.input, error.description)
    } catch let error as IOError {
      throw Failure(
        Failure.input, "cannot listen on \(listen): \(error); give another --listen HOST:PORT")
    } catch let error as SocketAddressError {
      throw Failure(
        Failure.input, "cannot listen on \(listen): \(error); give another --listen HOST:PORT")
    }
  }
}

/// A host and a port as `HOST:PORT`; an IPv6 address stands in brackets.
struct Endpoint: ExpressibleByArgument, CustomStringConvertible {
  let host: String
  let port: Int

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  init(_ address: SocketAddress) {
    self.init(host: address.ipAddress ?? "", port: address.port ?? 0)
  }

  init?(argument: String) {
    guard let colon = argument.lastIndex(of: ":"),
      let port = UInt16(argument[argument.index(after: colon)...])
    else { return nil }
    var host = argument[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard !host.isEmpty else { return nil }
    self.init(host: String(host), port: Int(port))
  }

  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A factor above 0, or nil for no waiting at all.
struct Speed: ExpressibleByArgument, CustomStringConvertible {
  let factor: Double?

  init(factor: Double?) { self.factor = factor }

  init?(argument: String) {
    if argument == "max" {
      factor = nil
    } else if let number = Double(argument), number >= 0, number.isFinite {
      factor = number == 0 ? nil : number
    } else {
      return nil
    }
  }

  var description: String { factor.map { "\($0)" } ?? "max" }
}
