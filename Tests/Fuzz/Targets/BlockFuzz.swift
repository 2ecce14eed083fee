@testable internal import Store

// What is read back out of a store's blocks. What must hold of any bytes:
//
// - a stream that is unpacked has the size that was asked for, and packs and unpacks as itself;
// - the times of chunks that can be read are written and read as themselves, and can be split
//   anywhere.

func fuzzBlocks(_ input: [UInt8]) throws {
  var choices = Choices(input)
  let size = choices.place(in: 1 << 16)
  let bytes = Array(input.dropFirst(2))
  if let unpacked = Deflate.uncompress(bytes, size: size) {
    require(unpacked.count == size, "\(unpacked.count) bytes instead of \(size)")
    let packed = Deflate.compress(unpacked, level: 1)
    require(Deflate.uncompress(packed, size: size) == unpacked, "it packs as something else")
    require(Inflate.all(bytes) == unpacked, "its size decides what is in it")
  }
  let hardly = [Int.min, -1, Int.max, Int.max - 1]
  for size in hardly { require(Deflate.uncompress(bytes, size: size) == nil, "a block of \(size)") }
  if let table = Inflate.all(bytes) { check(table) }
  check(bytes)
}

private func check(_ bytes: [UInt8]) {
  guard let table = ChunkTable(encoded: bytes) else { return }
  require(ChunkTable(encoded: table.encoded()) == table, "it is written as another one")
  for length in Set([0, 1, table.length / 2, table.length]) where length <= table.length {
    var tail = table
    let head = tail.split(at: length)
    require(head.length == length, "the head has \(head.length) bytes instead of \(length)")
    require(tail.length == table.length - length, "bytes were lost")
  }
}
