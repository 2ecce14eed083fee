import AMI

/// What the recorder's user needs in `manager.conf`, as README shows it and `amirec doctor` prints
/// it.
struct ManagerSection {
  /// Milliseconds that Asterisk is told to wait for amirecd.
  static let writeTimeout = 5_000

  /// The name of the user's section.
  var username = "recorder"
  /// Whether amirecd runs on the same machine.
  var isLocal = true
  /// The address that amirecd comes from, where that is known and another.
  var address: String?
  /// Whether the version may be told to wait long.
  var allowsWriteTimeout = true

  /// The lines of [general].
  var general: [String] {
    let access =
      isLocal
      ? [
        "bindaddr = 127.0.0.1            ; amirecd on this machine. From another one use TLS: "
          + "tlsenable, tlsbindaddr, tlscertfile"
      ]
      : [
        "tlsenable = yes                 ; then tls = yes in amirec.conf",
        "tlsbindaddr = 0.0.0.0:5039",
        "tlscertfile = /etc/asterisk/keys/asterisk.pem ; certificate and key",
      ]
    return ["enabled = yes"] + access + [
      "timestampevents = yes           ; each event says when it was made, which shows how late it came"
    ]
  }

  /// The lines of the user's section.
  var user: [String] {
    let address =
      isLocal
      ? "127.0.0.1/255.255.255.255"
      : (address ?? "ADDRESS") + (address?.contains(":") == true ? "/128" : "/255.255.255.255")
    var lines = [
      "secret = SECRET                 ; a long random one, the same as in secret_file",
      "deny = 0.0.0.0/0.0.0.0          ; nobody,",
      "permit = \(address) ; but \(isLocal ? "this machine" : "the one that amirecd is on")",
      "read = all                      ; every class of events; a class left out is missing, and "
        + "nothing will show that",
      "write = \(Snapshot.classes.joined(separator: ",")) ; only to ask what is there; amirecd "
        + "changes nothing on the PBX",
    ]
    if allowsWriteTimeout {
      lines += [
        "writetimeout = \(Self.writeTimeout)             ; ms that Asterisk waits for a client; only "
          + "from 13.26, 16.26 and 18.12 on: older ones",
        "                                ; may stall for as long, so leave it out there (it is 100 "
          + "then)",
      ]
    }
    return lines
  }

  /// Both sections as they stand in the file.
  var lines: [String] { ["[general]"] + general + ["", "[\(username)]"] + user }
}
