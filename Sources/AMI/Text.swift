/// How the bytes of a value become text.
public enum Text {
  /// UTF-8 where the bytes are valid UTF-8, else Latin-1, which every byte string is.
  ///
  /// **Source:** recordings: caller names in Latin-1 go out raw in Newexten, NewCallerid, CEL and
  /// Cdr.
  public static func decode(_ bytes: ArraySlice<UInt8>) -> String {
    guard let text = try? UTF8Span(validating: bytes.span) else { return latin1(bytes) }
    return String(copying: text)
  }

  /// Text, or nil for an empty value and for Asterisk's `<unknown>`.
  public static func decodeKnown(_ bytes: ArraySlice<UInt8>) -> String? {
    if bytes.isEmpty { return nil }
    if bytes.first == UInt8(ascii: "<"), bytes.elementsEqual("<unknown>".utf8) { return nil }
    return decode(bytes)
  }

  private static func latin1(_ bytes: ArraySlice<UInt8>) -> String {
    String(String.UnicodeScalarView(bytes.lazy.map { Unicode.Scalar($0) }))
  }
}
