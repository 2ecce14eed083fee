import Crypto

/// The answer to a server's challenge.
enum Digest {
  /// Lower-case hexadecimal MD5 of the challenge followed by the secret.
  ///
  /// **Source:** `main/manager.c`, `authenticate`.
  static func md5(challenge: String, secret: String) -> String {
    var hash = Insecure.MD5()
    hash.update(data: Array(challenge.utf8))
    hash.update(data: Array(secret.utf8))
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in hash.finalize() {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
