import CZlib

/// zlib streams and checksums of byte arrays. **Source:** zlib.net/manual.html, RFC 1950
enum Deflate {
  /// No byte of a zlib stream gives more bytes than this. **Source:** zlib.net/zlib_tech.html
  static let ratioMax = 1032

  /// A zlib stream of the bytes.
  static func compress(_ bytes: [UInt8], level: Int32) -> [UInt8] {
    var size = compressBound(UInt(bytes.count))
    return unsafe [UInt8](unsafeUninitializedCapacity: Int(size)) { target, count in
      let result = unsafe bytes.withUnsafeBufferPointer { source in
        unsafe compress2(
          target.baseAddress, &size, source.baseAddress, UInt(source.count), level)
      }
      precondition(result == Z_OK, "compressBound was large enough")
      count = Int(size)
    }
  }

  /// The bytes of a zlib stream; nil when it is damaged or does not give exactly `size` bytes.
  static func uncompress(_ bytes: [UInt8], size: Int) -> [UInt8]? {
    // A damaged row may say any size.
    guard size >= 0, size / ratioMax <= bytes.count else { return nil }
    var length = UInt(size)
    var isGood = false
    let result = unsafe [UInt8](unsafeUninitializedCapacity: size + 1) { target, count in
      let code = unsafe bytes.withUnsafeBufferPointer { source in
        unsafe CZlib.uncompress(
          target.baseAddress, &length, source.baseAddress, UInt(source.count))
      }
      isGood = code == Z_OK && length == UInt(size)
      count = isGood ? size : 0
    }
    return isGood ? result : nil
  }

  /// CRC-32 of the bytes.
  static func crc32(_ bytes: [UInt8]) -> Int64 {
    unsafe bytes.withUnsafeBufferPointer {
      Int64(unsafe CZlib.crc32_z(0, $0.baseAddress, $0.count))
    }
  }
}

/// Reads a zlib stream whose size is not known beforehand.
enum Inflate {
  /// A chunk table is never larger than this, in bytes.
  static let sizeMax = 64 << 20

  /// The bytes of a zlib stream; nil when it is damaged or too long.
  static func all(_ bytes: [UInt8]) -> [UInt8]? {
    var size = max(bytes.count * 4, 256)
    while size <= sizeMax {
      if let result = attempt(bytes, capacity: size) {
        return result.isDamaged ? nil : result.bytes
      }
      size *= 4
    }
    return nil
  }

  /// nil when the capacity was too small.
  private static func attempt(
    _ bytes: [UInt8], capacity: Int
  ) -> (bytes: [UInt8], isDamaged: Bool)? {
    var length = UInt(capacity)
    var code: Int32 = Z_OK
    let result = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
      code = unsafe bytes.withUnsafeBufferPointer { source in
        unsafe uncompress(target.baseAddress, &length, source.baseAddress, UInt(source.count))
      }
      count = code == Z_OK ? Int(length) : 0
    }
    return code == Z_BUF_ERROR ? nil : (result, code != Z_OK)
  }
}
