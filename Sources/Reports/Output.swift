/// Text on its way out, handed on in large pieces.
public final class Output {
  /// How much is gathered before it is handed on, in bytes.
  static let pieceBytes = 65536

  private var piece: [UInt8] = []
  private let sink: ([UInt8]) throws -> Void

  public init(_ sink: @escaping ([UInt8]) throws -> Void) {
    self.sink = sink
  }

  /// Writes `text` as UTF-8.
  public func write(_ text: String) throws {
    piece.append(contentsOf: text.utf8)
    if piece.count >= Self.pieceBytes { try flush() }
  }

  /// Writes bytes as they are.
  public func write(_ bytes: [UInt8]) throws {
    piece.append(contentsOf: bytes)
    if piece.count >= Self.pieceBytes { try flush() }
  }

  /// Hands on what is left.
  public func flush() throws {
    guard !piece.isEmpty else { return }
    try sink(piece)
    piece.removeAll(keepingCapacity: true)
  }
}
