extension Configuration {
  /// The secret of a manager user. It says nothing about itself when printed.
  public struct Secret: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
  {
    /// Longest secret in bytes.
    static let bytesMax = 4_096

    /// The secret itself, to be sent and nothing else.
    public let text: String

    init(_ text: String) { self.text = text }

    /// Not the secret.
    public var description: String { "(secret)" }
    /// Not the secret.
    public var debugDescription: String { "(secret)" }
    /// Not the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Reads the secret from a file: one line.
    static func read(
      _ path: String, at place: ConfigurationError.Place
    ) throws(ConfigurationError) -> Secret {
      var bytes: [UInt8]
      do {
        bytes = try readText(path, bytesMax: bytesMax)
      } catch {
        throw ConfigurationError(place, "the secret cannot be had from \(path): \(error)")
      }
      while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
      guard !bytes.isEmpty else {
        throw ConfigurationError(place, "\(path) is empty; put the user's secret into it")
      }
      guard !bytes.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) else {
        throw ConfigurationError(place, "\(path) has several lines; leave only the user's secret")
      }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw ConfigurationError(place, "\(path) is not UTF-8; write the secret anew")
      }
      return Secret(text)
    }
  }
}
