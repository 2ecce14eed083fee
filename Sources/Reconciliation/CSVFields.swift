import AMI

/// The fields of one CSV record as Asterisk writes them.
///
/// A field in quotes ends with a quote before a comma or the record's end; two quotes inside are
/// one. A quote alone inside, as mappings without CSV_QUOTE leave them, stays as it is.
///
/// **Source:** cdr/cdr_csv.c, `append_string`; funcs/func_strings.c, CSV_QUOTE; RFC 4180.
struct CSVFields {
  /// The most fields of a record; what follows is dropped.
  static let countMax = 64

  private(set) var values: [String] = []

  init(_ record: [UInt8]) {
    var position = 0
    var field: [UInt8] = []
    while values.count < Self.countMax {
      field.removeAll(keepingCapacity: true)
      if position < record.count, record[position] == 0x22 {
        position = Self.quoted(record, from: position + 1, into: &field)
      }
      while position < record.count, record[position] != 0x2C {
        field.append(record[position])
        position += 1
      }
      values.append(Text.decode(field[...]))
      guard position < record.count else { return }
      position += 1
    }
  }

  /// Reads what stands in quotes.
  ///
  /// - Returns: the place behind the closing quote.
  private static func quoted(_ record: [UInt8], from start: Int, into field: inout [UInt8]) -> Int {
    var position = start
    while position < record.count {
      let byte = record[position]
      if byte == 0x22 {
        let next = position + 1 < record.count ? record[position + 1] : 0x2C
        if next == 0x2C { return position + 1 }
        if next == 0x22 { position += 1 }
      }
      field.append(byte)
      position += 1
    }
    return position
  }
}
